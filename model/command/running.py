"""Runs a command: every way it can end has an exit code, and files are left whole."""

import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import A2FError
from .console import Console, Outcome
from .errors import OutputError
from .exit_codes import ExitCode


class StoppedError(BaseException):
    """A signal asked the process to end; unwinding takes temporary files away."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run_command(console: Console, work: Callable[[], Outcome]) -> int:
    """Runs a command's work; returns the exit code."""
    try:
        with _signals_raised():
            return console.finish(work())
    except OutputError as error:
        return console.fail(ExitCode.NOT_WRITTEN, str(error))
    except (A2FError, OSError) as error:
        return console.fail(ExitCode.REFUSED, str(error))
    except StoppedError as stopped:
        name = signal.Signals(stopped.number).name
        return console.fail(128 + stopped.number, f"Stopped by {name}; no file was changed.")
    except Exception as error:  # the program's edge: a farm needs its exit code and the traceback
        console.log("error", traceback.format_exc().rstrip())
        sentence = f"Unexpected {type(error).__name__}: {error}. Please report it with this log."
        return console.fail(ExitCode.FAILED, sentence)


@contextmanager
def _signals_raised() -> Iterator[None]:
    """Within it SIGINT and SIGTERM raise StoppedError; only the main thread may ask for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: object) -> None:
        raise StoppedError(number)

    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            # None is a handler of Blender's own, which Python cannot put back.
            signal.signal(one, signal.SIG_DFL if handler is None else handler)
