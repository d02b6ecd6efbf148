"""Tables as markdown and as plain values for JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite

Cell = str | int | float | None


@dataclass
class Table:
    """The answer to one question.

    Attributes:
        title: the question.
        columns: headings; the first are names, the others figures.
        note: how to read it, may be empty.
        rows: a cell for each column; None and nan are values that could not be measured.
    """

    title: str
    columns: Sequence[str]
    note: str = ""
    rows: list[Sequence[Cell]] = field(default_factory=list)

    def add(self, *cells: Cell) -> None:
        """Appends a row. Raises ValueError when it does not fit the columns."""
        count = len(self.columns)
        if len(cells) != count:
            raise ValueError(f'"{self.title}" has {count} columns; the row has {len(cells)}.')
        self.rows.append(cells)

    def markdown(self) -> str:
        """A heading, the note and the table."""
        lines = [f"## {self.title}", ""]
        if self.note:
            lines += [self.note, ""]
        lines += [_line(self.columns), "|" + "---|" * len(self.columns)]
        lines += [_line([_text(cell) for cell in row]) for row in self.rows]
        return "\n".join(lines) + "\n"

    def plain(self) -> dict:
        """Title, note and rows by column, fit for JSON (nan as None)."""
        return {
            "title": self.title,
            "note": self.note,
            "rows": [dict(zip(self.columns, map(_known, row), strict=True)) for row in self.rows],
        }


def replaced(document: str, table: Table) -> str:
    """A markdown document with this table in place of the one of the same heading, or at the end.

    What stands between heading and table goes with the old one; prose after the table stays.
    """
    heading = f"## {table.title}\n"
    before, found, rest = document.partition(heading)
    if not found:
        return f"{document.rstrip()}\n\n{table.markdown()}"
    section, next_heading, others = rest.partition("\n## ")
    lines = section.split("\n")
    rows = [i for i, line in enumerate(lines) if line.startswith("|")]
    last = next((i for i in rows if i + 1 not in rows), -1)  # of the first table
    kept = "\n".join(lines[last + 1 :]).lstrip("\n")
    prose = f"\n{kept}" if kept else ""
    return before + table.markdown() + prose + next_heading + others


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _text(cell: Cell) -> str:
    if _known(cell) is None:
        return "–"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def _known(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and not isfinite(cell) else cell
