"""Long curves in blocks of rows that fit a processor's cache, so that none is copied whole."""

from collections.abc import Iterator
from dataclasses import dataclass

ROWS = 8192
"""Rows in a block: of 52 channels, 1.7 MB."""


@dataclass(frozen=True)
class Block:
    """Some rows, and those around them that a filter looks at.

    Attributes:
        rows: the rows that are wanted.
        context: ``rows`` and up to ``reach`` more on both sides, cut at the ends.
        inner: where ``rows`` lie in ``context``.
    """

    rows: slice
    context: slice
    inner: slice


def blocks(count: int, reach: int) -> Iterator[Block]:
    """The blocks of ``count`` rows for filters that look ``reach`` rows to both sides."""
    for start in range(0, count, ROWS):
        stop = min(start + ROWS, count)
        before, after = max(start - reach, 0), min(stop + reach, count)
        yield Block(slice(start, stop), slice(before, after), slice(start - before, stop - before))
