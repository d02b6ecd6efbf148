"""Knows a job that was finished before, by a record beside its output.

The record holds a digest of all that the job depends on, one of the output, and one of what the
output replaces: a job killed between writing the record and renaming the output starts anew.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from .errors import ChangedOutputError
from .replacing import replacing

SUFFIX = ".audio2face.json"
_FORMAT = "audio2face-job"
_VERSION = 1


class Standing(Enum):
    """How an output stands to a job."""

    OPEN = "not there, or made by nothing known"
    DONE = "made by this very job"
    STALE = "made by a job with other input"
    CHANGED = "made by a job and changed since"


def digest_of_file(path: Path) -> str:
    """Digest of all bytes of a file. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def digest_of(document: object) -> str:
    """Digest of a JSON document; the order of keys does not matter."""
    text = json.dumps(document, sort_keys=True, allow_nan=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def standing(output: Path, job: str) -> Standing:
    """How an output stands to a job with this digest."""
    record = _record(output)
    if not output.is_file() or record is None:
        return Standing.OPEN
    digest = digest_of_file(output)
    if digest == record["output"]:
        return Standing.DONE if record["job"] == job else Standing.STALE
    return Standing.STALE if digest == record["replaces"] else Standing.CHANGED


def is_done(output: Path, job: str, *, force: bool) -> bool:
    """Whether nothing is left to do for an output.

    Raises:
        ChangedOutputError: the output was changed since a job made it, and may not be replaced.
    """
    if force:
        return False
    found = standing(output, job)
    if found is Standing.CHANGED:
        raise ChangedOutputError(
            f'"{output}" was changed since it was made: choose another output, or --force to '
            "replace it."
        )
    return found is Standing.DONE


@contextmanager
def finishing(output: Path, job: str) -> Iterator[Path]:
    """Gives a file to write that becomes the output of a job, with its record beside it.

    Raises:
        OutputError: one of them cannot be written.
    """

    def note(written: Path) -> None:
        replaces = digest_of_file(output) if output.is_file() else None
        record = {
            "format": _FORMAT,
            "version": _VERSION,
            "job": job,
            "output": digest_of_file(written),
            "replaces": replaces,
        }
        with replacing(record_path(output)) as path:
            path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    with replacing(output, note) as path:
        yield path


def record_path(output: Path) -> Path:
    """Where the record of an output is."""
    return output.with_name(output.name + SUFFIX)


def _record(output: Path) -> dict | None:
    """The record beside an output; None where there is none that can be read."""
    try:
        record = json.loads(record_path(output).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    known = isinstance(record, dict) and record.get("format") == _FORMAT
    if not known or record.get("version") != _VERSION:
        return None
    return record if {"job", "output", "replaces"} <= record.keys() else None
