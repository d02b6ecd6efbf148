"""A command's options, its exit code, and what it prints: its result on stdout; log, progress and
errors on stderr.

Nothing is ever coloured, so that logs of a farm hold no escape codes.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NoReturn, Protocol, TextIO

from ..errors import A2FError

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


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        text: for people.
        data: for programs; JSON's types only.
        unchanged: the job was finished before, and nothing was done.
        code: the exit code.
    """

    text: str
    data: Mapping[str, object]
    unchanged: bool = False
    code: ExitCode = ExitCode.DONE


class Observer(Protocol):
    """Receives the progress of work: a console, or the listener of a batch."""

    def progress(self, fraction: float) -> None:
        """How far the work is, 0..1."""

    def log(self, level: str, text: str) -> None:
        """Something to say of the work."""


class Console:
    """The output of one run of a command.

    Args:
        command: its name, for the result.
        as_json: whether the result is one line of JSON.
        level: the lowest of LEVELS that is logged.
        progress: which of PROGRESS is printed.
        out: takes the result; stdout by default.
        err: takes all else; stderr by default.
    """

    def __init__(
        self,
        command: str,
        *,
        as_json: bool = False,
        level: str = "info",
        progress: str = "none",
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self._command = command
        self._as_json = as_json
        self._level = LEVELS.index(level)
        self._progress = progress
        self._out = out if out is not None else sys.stdout
        self._err = err if err is not None else sys.stderr
        self._percent = -1

    def log(self, level: str, text: str) -> None:
        """A line such as ``INFO: text``."""
        if LEVELS.index(level) >= self._level:
            self._say(f"{level.upper()}: {text}")

    def progress(self, fraction: float) -> None:
        """Says how far the work is, 0..1, each whole percent once and never backwards."""
        percent = min(max(int(fraction * 100.0 + 1e-9), 0), 100)
        if percent <= self._percent or self._progress == "none":
            return
        self._percent = percent
        prefix = "openjd_progress: " if self._progress == "openjd" else "progress: "
        self._say(f"{prefix}{percent}" + ("%" if self._progress == "plain" else ""))

    def finish(self, outcome: Outcome) -> int:
        """Prints the result; returns the exit code."""
        if outcome.code is not ExitCode.DONE:
            self._report_to_farm(str(outcome.data.get("error", outcome.text.partition("\n")[0])))
        if self._as_json:
            status = "unchanged" if outcome.unchanged else "done"
            if outcome.code is not ExitCode.DONE:
                status = "error"
            self._print_json(status, outcome.code, outcome.data)
        else:
            print(outcome.text, file=self._out, flush=True)
        return int(outcome.code)

    def fail(self, code: int, sentence: str) -> int:
        """Prints why there is no result; returns the exit code."""
        self._report_to_farm(sentence)
        self._say(f"error: {sentence}")
        if self._as_json:
            self._print_json("error", code, {"error": sentence})
        return int(code)

    def _report_to_farm(self, sentence: str) -> None:
        if self._progress == "openjd":
            self._say(f"openjd_fail: {sentence}")

    def _print_json(self, status: str, code: int, data: Mapping[str, object]) -> None:
        document = {
            "format": RESULT_FORMAT,
            "version": RESULT_VERSION,
            "command": self._command,
            "status": status,
            "exit_code": int(code),
            **data,
        }
        print(json.dumps(document), file=self._out, flush=True)

    def _say(self, line: str) -> None:
        print(line, file=self._err, flush=True)


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
        print(f"error: {error}", file=sys.stderr, flush=True)
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


def console_for(options: argparse.Namespace) -> Console:
    """The console that the options describe."""
    return Console(
        options.command,
        as_json=options.json,
        level=options.log_level,
        progress=options.progress,
    )
