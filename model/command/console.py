"""A command's options, how it ends, and what it prints: its result on stdout; log, progress and
errors on stderr.

Nothing is ever coloured, so that logs of a farm hold no escape codes.
"""

import argparse
import json
import math
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NoReturn, Protocol

from ..errors import A2FError, OutOfMemoryError, memory_errors_reported
from .atomic_write import OutputError

LEVELS = ("debug", "info", "warning", "error")
PROGRESS = ("none", "plain", "openjd")
RESULT_FORMAT = "audio2face-result"
RESULT_VERSION = 1


class UsageError(A2FError):
    """A command line that contradicts itself or names something unknown."""


class ExitCode(IntEnum):
    """Numbers that never change their meaning; those of a signal are 128 and its number."""

    DONE = 0
    """Done, or done before and nothing changed since."""

    REFUSED = 1
    """The sound, the rig or the settings cannot be used: another try gives the same."""

    USAGE = 2
    """The command line is wrong."""

    NOT_WRITTEN = 3
    """The output could not be written: another try may succeed."""

    FAILED = 4
    """A fault of the program, with a traceback; or too little memory."""


class StoppedError(BaseException):
    """A signal asked the process to end; unwinding takes temporary files away."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        text: the result for people; empty where there is none.
        data: the result for programs, JSON's types only; ``error`` is why there is none.
        unchanged: the job was finished before, and nothing was done.
        code: the exit code.
        trace: the traceback of a fault of the program.
    """

    text: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    unchanged: bool = False
    code: int = ExitCode.DONE
    trace: str | None = None

    @classmethod
    def failure(cls, code: int, sentence: str, trace: str | None = None) -> "Outcome":
        """The outcome of a command without a result."""
        return cls("", {"error": sentence}, code=code, trace=trace)

    @property
    def error(self) -> str:
        """Why it failed, in a sentence."""
        return str(self.data.get("error", self.text.partition("\n")[0]))


class Observer(Protocol):
    """Receives the progress of work: a console, or the listener of a batch."""

    def progress(self, fraction: float) -> None:
        """How far the work is, 0..1."""

    def log(self, level: str, text: str) -> None:
        """Something to say of the work."""


class Console:
    """The output of one run of a command, as its ``common_options`` say."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._percent = -1

    def log(self, level: str, text: str) -> None:
        """A line such as ``INFO: text``."""
        if LEVELS.index(level) >= LEVELS.index(self._options.log_level):
            _say(f"{level.upper()}: {text}")

    def progress(self, fraction: float) -> None:
        """Says how far the work is, 0..1, each whole percent once and never backwards."""
        percent = min(max(int(fraction * 100.0 + 1e-9), 0), 100)
        if percent > self._percent:
            self._percent = percent
            if self._options.progress == "plain":
                _say(f"progress: {percent}%")
            elif self._options.progress == "openjd":
                _say(f"openjd_progress: {percent}")

    def finish(self, outcome: Outcome) -> int:
        """Prints the result, or why there is none; returns the exit code."""
        if outcome.trace is not None:
            self.log("error", outcome.trace)
        if outcome.code and self._options.progress == "openjd":
            _say(f"openjd_fail: {outcome.error}")
        if not outcome.text:
            _say(f"error: {outcome.error}")
        if self._options.json:
            self._print_json(outcome)
        elif outcome.text:
            print(outcome.text, flush=True)
        return int(outcome.code)

    def _print_json(self, outcome: Outcome) -> None:
        status = "unchanged" if outcome.unchanged else "done"
        document = {
            "format": RESULT_FORMAT,
            "version": RESULT_VERSION,
            "command": self._options.command,
            "status": "error" if outcome.code else status,
            "exit_code": int(outcome.code),
            **outcome.data,
        }
        print(json.dumps(document), flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def attempt(work: Callable[[], Outcome]) -> Outcome:
    """Does a command's work; only StoppedError and the exceptions that end Python pass through."""
    try:
        with memory_errors_reported():
            return work()
    except OutOfMemoryError as error:
        return Outcome.failure(ExitCode.FAILED, str(error))
    except OutputError as error:
        return Outcome.failure(ExitCode.NOT_WRITTEN, str(error))
    except (A2FError, OSError) as error:
        return Outcome.failure(ExitCode.REFUSED, str(error))
    except Exception as error:  # the program's edge: a farm needs its exit code and the traceback
        sentence = f"Unexpected {type(error).__name__}: {error}. Please report it with this log."
        return Outcome.failure(ExitCode.FAILED, sentence, traceback.format_exc().rstrip())


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
            outcome = attempt(work)
    except StoppedError as error:
        name = signal.Signals(error.number).name
        outcome = Outcome.failure(128 + error.number, f"Stopped by {name}; {stopped}.")
    return console.finish(outcome)


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


class CommandParser(argparse.ArgumentParser):
    """Raises UsageError, with what is wrong, where argparse would exit."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; --help lists what there is.")


def parse_options(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None
) -> argparse.Namespace | int:
    """The options of a command line, or the exit code where there is nothing to run: it is wrong,
    which is said in one line, or asks for help."""
    try:
        return parser.parse_args(arguments)
    except UsageError as error:
        _say(f"error: {error}")
        return int(ExitCode.USAGE)
    except SystemExit as ended:  # of --help
        return int(ended.code or 0)


def common_options() -> CommandParser:
    """A parent parser with the options of the console."""
    parser = CommandParser(add_help=False)
    group = parser.add_argument_group("what is printed")
    group.add_argument("--json", action="store_true", help="the result as one line of JSON")
    group.add_argument(
        "--progress",
        choices=PROGRESS,
        default="none",
        help="lines on stderr: plain is 'progress: 42%%', openjd is 'openjd_progress: 42'",
    )
    group.add_argument("--log-level", choices=LEVELS, default="info", help="least level logged")
    return parser


def force_option() -> CommandParser:
    """A parent parser with --force."""
    parser = CommandParser(add_help=False)
    parser.add_argument(
        "--force",
        action="store_true",
        help="do it even if it is done, and replace what was changed by hand since",
    )
    return parser


def number_in(text: str) -> float:
    """The number in an argument; NaN, which is in no range, where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
