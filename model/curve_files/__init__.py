"""Files of curves: Live Link Face's CSV, plain CSV, JSON and NumPy's NPZ, written and read."""

from pathlib import Path

from ..curves import Curves
from ..errors import CurvesFileError
from ..input_files import why_not_a_file
from . import live_link, plain

__all__ = ["FORMATS", "CurvesFileError", "format_for", "read", "write"]

_WRITERS = {
    "csv": plain.write_csv,
    "livelink": live_link.write,
    "json": plain.write_json,
    "npz": plain.write_npz,
}
_READERS = {
    "csv": plain.read_csv,
    "livelink": live_link.read,
    "json": plain.read_json,
    "npz": plain.read_npz,
}
FORMATS = tuple(_WRITERS)


def format_for(path: Path, requested: str | None = None) -> str:
    """The format of a file to write: as requested, else by its name, else plain CSV."""
    by_name = {".json": "json", ".npz": "npz"}
    return requested or by_name.get(path.suffix.lower(), "csv")


def write(path: Path, curves: Curves, form: str) -> None:
    """Writes curves, one row for each of theirs. Raises OSError where it cannot."""
    _WRITERS[form](path, curves)


def read(path: Path) -> Curves:
    """Curves of a file in any of FORMATS, recognised by its name and its first line.

    Raises:
        CurvesFileError: it is missing, damaged, or in another format.
    """
    reason = why_not_a_file(path)
    if reason is not None:
        raise CurvesFileError(f'The curves file "{path}" {reason}: check the path.')
    form = format_for(path)
    if form == "csv" and live_link.is_live_link(path):
        form = "livelink"
    return _READERS[form](path)
