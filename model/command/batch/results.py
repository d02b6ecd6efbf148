"""The lines that are kept of what became of each row: JSON Lines, added to as rows end.

A line is added in one write at the end of the file, so that several tasks of a farm may share one
on a local disk, and a killed one leaves whole lines, or at worst a torn last one, which is passed
over when read.
"""

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..atomic_write import OutputError
from ..console import ExitCode

SUFFIX = ".results.jsonl"
_FORMAT = "audio2face-batch-row"
_VERSION = 1
_MOST = 1e300


@dataclass(frozen=True)
class RowResult:
    """How a row ended.

    Attributes:
        number: of the row.
        name: what people call it, or an empty text.
        output: the file it writes; None where that is not known.
        status: ``done``, ``unchanged`` or ``error``.
        code: the exit code that its command alone would have.
        error: why it was not done, or None.
        seconds: it took, less waiting; of rows that share a file, their own part.
        data: what its command says to programs.
        job: digest of what it was made from, where it is known (``known``).
        made: digest of the output that holds it, where it is known.
    """

    number: int
    name: str
    output: Path | None
    status: str
    code: ExitCode = ExitCode.DONE
    error: str | None = None
    seconds: float = 0.0
    data: Mapping[str, object] = field(default_factory=dict)
    job: str | None = None
    made: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "RowResult":
        """The result back from its JSON. Raises KeyError, TypeError or ValueError for another."""
        output = document["output"]
        return cls(
            of_kind(document["row"], int),
            of_kind(document["name"], str),
            None if output is None else Path(output),
            of_kind(document["status"], str),
            ExitCode(document["exit_code"]),
            of_kind(document["error"], str | None),
            of_kind(document["seconds"], float),
            of_kind(document["result"], dict),
            of_kind(document["job"], str | None),
            of_kind(document["made"], str | None),
        )

    def document(self) -> dict[str, object]:
        """The result as JSON."""
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "row": self.number,
            "name": self.name,
            "output": None if self.output is None else str(self.output),
            "status": self.status,
            "exit_code": int(self.code),
            "error": self.error,
            "seconds": round(self.seconds, 3),
            "job": self.job,
            "made": self.made,
            "result": dict(self.data),
        }


def of_kind(value: Any, kind: Any) -> Any:
    """A value, once it is of a kind; for a float, any finite number. Raises TypeError."""
    is_number = isinstance(value, int | float) and abs(value) < _MOST
    if not (is_number if kind is float else isinstance(value, kind)):
        raise TypeError(f"{value!r} is out of place")
    return value


def results_path(manifest: Path) -> Path:
    """Where the results of a manifest are if nothing else is asked for."""
    return manifest.with_name(manifest.name + SUFFIX)


def add_result(path: Path, result: RowResult) -> None:
    """Adds a line. Raises OutputError where it cannot."""
    _add(path, json.dumps(result.document()) + "\n")


def mend_results(path: Path) -> None:
    """Ends a last line that was torn, so that the next stands by itself. Raises OutputError."""
    text = _text(path)
    if text and not text.endswith("\n"):
        _add(path, "\n")


def read_results(path: Path) -> list[dict]:
    """The lines of a file, the oldest first; those that are none of ours are left out.

    Raises:
        OutputError: the file is there and cannot be read.
    """
    return [line for one in _text(path).split("\n") if (line := _line(one)) is not None]


def _add(path: Path, text: str) -> None:
    try:
        with path.open("ab") as file:
            data = text.encode("ascii")
            if os.write(file.fileno(), data) < len(data):  # only where no more fits
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise OutputError(
            f'The results "{path}" cannot be written ({error.strerror or error}): '
            "check the folder, or name another file with --results."
        ) from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace") if path.exists() else ""
    except OSError as error:
        raise OutputError(
            f'The results "{path}" cannot be read ({error.strerror or error}): '
            "name another file with --results."
        ) from error


def _line(text: str) -> dict | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    known = isinstance(document, dict) and document.get("format") == _FORMAT
    return document if known and document.get("version") == _VERSION else None
