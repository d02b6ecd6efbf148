"""Does groups in this process, one after another."""

from collections.abc import Sequence

from .doing import Doer
from .groups import Group
from .ledger import Ledger


class _Here:
    """The listener of one group."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._begun = 0
        self._row: int | None = None

    def started(self, number: int | None) -> None:
        self._row = number
        self._begun += number is not None
        self.progress(0.0)

    def progress(self, fraction: float) -> None:
        self._ledger.part(0, self._begun - 1 + min(max(fraction, 0.0), 1.0))

    def log(self, level: str, text: str) -> None:
        self._ledger.log_of_row(self._row, level, text)


def do_here(groups: Sequence[Group], force: bool, doer: Doer, ledger: Ledger) -> None:
    """Does all groups. Raises OutputError where the results cannot be written."""
    for group in groups:
        jobs = ledger.jobs_of(group)
        ledger.ended(doer(group, force, _Here(ledger)), jobs)
        ledger.part(0, 0.0)
