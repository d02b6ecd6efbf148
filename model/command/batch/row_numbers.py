"""Which rows are asked for: ``3``, ``1-10`` or ``1-10,15``."""

import argparse
import re

_RANGE = re.compile(r"(\d+)(?:-(\d+))?")


def row_numbers(text: str) -> tuple[range, ...]:
    """Ranges of row numbers. Raises ArgumentTypeError for what is none."""
    ranges = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        first = int(match[1]) if match else 0
        last = int(match[2] or first) if match else 0
        if not 1 <= first <= last:
            raise argparse.ArgumentTypeError(
                f'"{text}" has to be such as 3, 1-10 or 1-10,15; rows count from 1'
            )
        ranges.append(range(first, last + 1))
    return tuple(ranges)
