"""Tests in a process of their own, in which one file's code is another."""

import importlib
import math
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import pytest

_ROOM = 6 << 30
"""Bytes of addresses a process may have: a fault in a size asks for more, and is refused."""

for _name in ("hypothesis.strategies", "numpy", "soundfile"):
    importlib.import_module(_name)  # once for all, as they take longer than most tests

_PASSED, _FAILED, _NO_MODULE = 0, 1, 2


class TrialError(Exception):
    """The tests could not be run."""


def start(path: Path, code: CodeType | None, tests: Sequence[str], seconds: float) -> int:
    """Starts tests until the first that fails.

    Args:
        path: the file.
        code: its code, or None for its own.
        tests: files of tests.
        seconds: of computing after which the tests count as hanging.

    Returns:
        the number of the process, whose status is for ``noticed``.
    """
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds)))
        resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
        signal.alarm(math.ceil(20 * seconds))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        if code is not None:
            _exchange(path, code)
        options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
        os._exit(pytest.main([*options, *tests]))
    finally:
        os._exit(70)


def noticed(status: int) -> bool:
    """Whether a test failed, crashed or hung, of the status that ``os.wait`` gave.

    Raises TrialError when there were no tests to run.
    """
    if os.WIFSIGNALED(status):
        return True
    code = os.WEXITSTATUS(status)
    if code not in (_PASSED, _FAILED, _NO_MODULE):
        raise TrialError(f"pytest ended with exit code {code}: run the same tests by hand.")
    return code != _PASSED


def _exchange(path: Path, code: CodeType) -> None:
    """Lets every import of a file get other code."""
    own: Callable[[SourceFileLoader, str], CodeType | None] = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> CodeType | None:
        return code if Path(self.path) == path else own(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
