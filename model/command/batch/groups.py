"""What has to be done by one process: the rows that write one file, in their order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .rows import Row


@dataclass(frozen=True)
class Group:
    """Rows of one blend and one output.

    Attributes:
        blend: the .blend to open; None for curves.
        output: the file to write.
        rows: at least one.
    """

    blend: Path | None
    output: Path
    rows: tuple[Row, ...]

    def without(self, numbers: Iterable[int]) -> "Group | None":
        """The group less some rows; None where nothing is left."""
        left = tuple(row for row in self.rows if row.number not in set(numbers))
        return Group(self.blend, self.output, left) if left else None


def groups_of(rows: Sequence[Row]) -> tuple[Group, ...]:
    """All rows in groups, in the order of their first rows."""
    found: dict[tuple[Path | None, Path], list[Row]] = {}
    for row in rows:
        found.setdefault((row.blend, row.output), []).append(row)
    return tuple(Group(blend, output, tuple(members)) for (blend, output), members in found.items())
