"""What a command says: its result on stdout; log, progress and errors on stderr.

Nothing is ever coloured, so that logs of a farm hold no escape codes.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TextIO

from .exit_codes import ExitCode

LEVELS = ("debug", "info", "warning", "error")
PROGRESS = ("none", "plain", "openjd")
RESULT_FORMAT = "audio2face-result"
RESULT_VERSION = 1


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
    """Is told how work comes along: a console, or the listener of a batch."""

    def progress(self, fraction: float) -> None:
        """How far the work is, 0..1."""

    def log(self, level: str, text: str) -> None:
        """Something to say of the work."""


class Console:
    """Where one run of a command speaks.

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
            self._tell_farm(str(outcome.data.get("error", outcome.text.partition("\n")[0])))
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
        self._tell_farm(sentence)
        self._say(f"error: {sentence}")
        if self._as_json:
            self._print_json("error", code, {"error": sentence})
        return int(code)

    def _tell_farm(self, sentence: str) -> None:
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
