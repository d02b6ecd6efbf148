"""Which of a file's faults the tests notice, several tried at once."""

import os
import resource
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import trials
from .faults import Fault, faults

_TIMES, _SECONDS_MORE = 2.0, 3.0
"""How much longer tests may compute with a fault than without; what takes longer hangs."""


def outcomes(path: Path, tests: Sequence[str], jobs: int) -> Iterator[tuple[Fault, bool]]:
    """Each fault of a file, and whether a test noticed; in the order in which that is known.

    Args:
        path: the file.
        tests: files of tests.
        jobs: how many are tried at once.

    Raises:
        TrialError: the tests fail without a fault.
    """
    limit = _TIMES * _seconds_without_fault(path, tests) + _SECONDS_MORE
    running: dict[int, Fault] = {}
    for fault in faults(path.read_text("utf-8"), str(path)):
        if len(running) >= jobs:
            yield _next(running)
        running[trials.start(path, fault.code, tests, limit)] = fault
    while running:
        yield _next(running)


def _next(running: dict[int, Fault]) -> tuple[Fault, bool]:
    child, status = os.wait()
    return running.pop(child), trials.noticed(status)


def _seconds_without_fault(path: Path, tests: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _, status = os.waitpid(trials.start(path, None, tests, 3600.0), 0)
    if trials.noticed(status):
        raise trials.TrialError(f"{' '.join(tests)}: they fail without a fault.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime
