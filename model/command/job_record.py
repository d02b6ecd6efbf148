"""Recognises a job that was finished before, by a record beside its output.

The record holds a digest of all that the job depends on, one of the output, and one of what the
output replaces: a job killed between writing the record and renaming the output starts again.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from ..errors import A2FError
from .atomic_write import atomic_write

SUFFIX = ".audio2face.json"
_FORMAT = "audio2face-job"
_VERSION = 1


class ChangedOutputError(A2FError):
    """An output that was changed by hand after it was written."""


def digest_of_file(path: Path) -> str:
    """Digest of all bytes of a file. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def digest_of(document: object) -> str:
    """Digest of a JSON document; the order of keys does not matter."""
    text = json.dumps(document, sort_keys=True, allow_nan=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class FileDigests:
    """Digests of files that many jobs share, each read once as long as its size and time stay."""

    def __init__(self) -> None:
        self._cache: dict[tuple[Path, int, int], str] = {}

    def of(self, path: Path) -> str:
        """The digest of a file. Raises OSError where it cannot be read."""
        stat = path.stat()
        key = (path, stat.st_mtime_ns, stat.st_size)
        if key not in self._cache:
            self._cache[key] = digest_of_file(path)
        return self._cache[key]

    def of_any(self, path: Path) -> str | None:
        """The digest of a file; None where it cannot be read, or the path is invalid."""
        try:
            return self.of(path)
        except (OSError, ValueError):
            return None


@cache
def release() -> str:
    """The version of this release, which alone the manifest of the extension holds: another release
    may give other curves or keys."""
    manifest = Path(__file__).parents[2] / "blender_manifest.toml"
    return tomllib.loads(manifest.read_text("utf-8"))["version"]


def is_up_to_date(output: Path, job: str, *, force: bool) -> bool:
    """Whether nothing is left to do for an output.

    Raises:
        ChangedOutputError: the output was changed since a job made it, and may not be replaced.
    """
    record = None if force else _record(output)
    if record is None or not output.is_file():
        return False
    digest = digest_of_file(output)
    if digest == record["output"]:
        return record["job"] == job
    if digest == record["replaces"]:
        return False
    raise ChangedOutputError(
        f'"{output}" was changed since it was made: choose another output, or --force to replace '
        "it."
    )


@contextmanager
def recorded_write(output: Path, job: str) -> Iterator[Path]:
    """Gives a file to write that becomes the output of a job, with its record beside it.

    Raises:
        OutputError: one of them cannot be written.
    """

    def write_record(written: Path) -> None:
        replaces = digest_of_file(output) if output.is_file() else None
        record = {
            "format": _FORMAT,
            "version": _VERSION,
            "job": job,
            "output": digest_of_file(written),
            "replaces": replaces,
        }
        with atomic_write(record_path(output)) as path:
            path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    with atomic_write(output, write_record) as path:
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
