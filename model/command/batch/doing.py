"""What doing rows is, whoever does it: in this process, or in another one."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from ..console import Observer, Outcome
from ..run import Failure, attempt
from .groups import Group
from .results import RowResult
from .rows import Row


class Listener(Observer, Protocol):
    """Hears how the rows of a group come along."""

    def started(self, number: int | None) -> None:
        """A row begins; None for what is done for all of them, such as saving."""


Doer = Callable[[Group, bool, Listener], Sequence[RowResult]]
"""(group, force, listener) -> a result for each row, once the output is written."""


def do_row(row: Row, listener: Listener, work: Callable[[], Outcome]) -> RowResult:
    """Does one row, whatever comes of it."""
    listener.started(row.number)
    began = time.perf_counter()
    result = result_of(row, attempt(work), listener)
    return replace(result, seconds=time.perf_counter() - began)


def result_of(row: Row, ended: Outcome | Failure, listener: Listener) -> RowResult:
    """The result of a row from the end of its command."""
    if isinstance(ended, Failure):
        if ended.trace is not None:
            listener.log("error", ended.trace)
        return failed(row, ended)
    status = "unchanged" if ended.unchanged else "done"
    error = None
    if ended.code:
        status, error = "error", str(ended.data.get("error", ended.text))
    return RowResult(row.number, row.name, row.output, status, ended.code, error, data=ended.data)


def failed(row: Row, failure: Failure) -> RowResult:
    """The result of a row that was not done."""
    return RowResult(row.number, row.name, row.output, "error", failure.code, failure.sentence)
