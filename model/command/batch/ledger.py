"""Keeps what became of each row while a batch runs: lines of results, log, progress."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..console import Console
from .groups import Group
from .known import Known
from .results import RowResult, add_result


class Ledger:
    """What became of the rows.

    Args:
        console: takes log and progress.
        path: of the results.
        known: knows what rows are made from.
        rows: how many rows there are.
    """

    def __init__(self, console: Console, path: Path, known: Known, rows: int) -> None:
        self._console = console
        self._path = path
        self._known = known
        self._rows = rows
        self._parts: dict[int, float] = {}
        self.results: list[RowResult] = []

    def jobs_of(self, group: Group) -> dict[int, str]:
        """Digests of what the rows of a group are made from now, by number; none where a file
        cannot be read, of which doing the rows tells."""
        try:
            return {row.number: self._known.job_of(row) for row in group.rows}
        except OSError:
            return {}

    def passed_over(self, group: Group) -> None:
        """Notes rows of which a former run wrote that they are done."""
        for row in group.rows:
            self._note(RowResult(row.number, row.name, row.output, "unchanged"), "debug")

    def ended(self, results: Sequence[RowResult], jobs: Mapping[int, str]) -> None:
        """Notes rows that ended just now, and adds their lines.

        Raises:
            OutputError: the results cannot be written.
        """
        for result in results:
            if result.status != "error" and result.output is not None:
                made = self._known.digests.of_any(result.output)
                result = replace(result, job=jobs.get(result.number), made=made)
            add_result(self._path, result)
            self._note(result)

    def part(self, worker: int, rows: float) -> None:
        """How many of the rows that a worker has at hand are done, in parts of a row."""
        self._parts[worker] = rows
        done = len(self.results) + sum(self._parts.values())
        self._console.progress(done / self._rows if self._rows else 1.0)

    def log_of_row(self, number: int | None, level: str, text: str) -> None:
        """A line of the log that doing a row gave; of many rows only what is out of the usual."""
        row = "" if number is None else f"row {number}: "
        self._console.log("debug" if level == "info" else level, row + text)

    def _note(self, result: RowResult, level: str = "info") -> None:
        self.results.append(result)
        if result.error is not None:
            self._console.log("error", f"{row_label(result)}: {result.error}")
        else:
            self._console.log(level, f"{row_label(result)}: {result.status}")


def row_label(result: RowResult) -> str:
    """A row as people know it."""
    return f"row {result.number} ({result.name})" if result.name else f"row {result.number}"
