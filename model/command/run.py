"""Runs a command: every way it can end has an exit code, and files are left whole."""

import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..errors import A2FError, OutOfMemoryError, memory_errors_reported
from .atomic_write import OutputError
from .console import Console, ExitCode, Outcome


class StoppedError(BaseException):
    """A signal asked the process to end; unwinding takes temporary files away."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True)
class Failure:
    """Why a command's work has no outcome.

    Attributes:
        code: the exit code.
        sentence: for people.
        trace: the traceback of a fault of the program; else None.
    """

    code: ExitCode
    sentence: str
    trace: str | None = None


def attempt(work: Callable[[], Outcome]) -> Outcome | Failure:
    """Does a command's work; only StoppedError and the exceptions that end Python pass through."""
    try:
        with memory_errors_reported():
            return work()
    except OutOfMemoryError as error:
        return Failure(ExitCode.FAILED, str(error))
    except OutputError as error:
        return Failure(ExitCode.NOT_WRITTEN, str(error))
    except (A2FError, OSError) as error:
        return Failure(ExitCode.REFUSED, str(error))
    except Exception as error:  # the program's edge: a farm needs its exit code and the traceback
        sentence = f"Unexpected {type(error).__name__}: {error}. Please report it with this log."
        return Failure(ExitCode.FAILED, sentence, traceback.format_exc().rstrip())


def run_command(
    console: Console, work: Callable[[], Outcome], stopped: str = "no file was changed"
) -> int:
    """Runs a command's work; returns the exit code.

    Args:
        console: takes the outcome.
        work: the work.
        stopped: what the message says of files where a signal ends the work.
    """
    try:
        with stop_on_signals():
            ended = attempt(work)
    except StoppedError as error:
        name = signal.Signals(error.number).name
        return console.fail(128 + error.number, f"Stopped by {name}; {stopped}.")
    if isinstance(ended, Outcome):
        return console.finish(ended)
    if ended.trace is not None:
        console.log("error", ended.trace)
    return console.fail(ended.code, ended.sentence)


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """The first SIGINT or SIGTERM within it raises StoppedError; later ones do not disturb the
    clean-up. Does nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise StoppedError(number)

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            # None is a handler of Blender's own, which Python cannot put back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
