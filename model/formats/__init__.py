"""Files of curves: one module for each format, no Blender."""

from pathlib import Path

from ..curves import Curves
from ..regular_file import why_not_a_file
from . import json_file, live_link, npz_file, table
from .errors import CurvesFileError

__all__ = ["FORMATS", "CurvesFileError", "format_for", "read", "write"]

_MODULES = {"csv": table, "livelink": live_link, "json": json_file, "npz": npz_file}
FORMATS = tuple(_MODULES)


def format_for(path: Path, asked: str | None = None) -> str:
    """The format of a file to write: as asked, else by its name, else plain CSV."""
    by_name = {".json": "json", ".npz": "npz"}
    return asked or by_name.get(path.suffix.lower(), "csv")


def write(path: Path, curves: Curves, form: str) -> None:
    """Writes curves, one row for each of theirs. Raises OSError where it cannot."""
    _MODULES[form].write(path, curves)


def read(path: Path) -> Curves:
    """Curves of a file in any of FORMATS, known by its name and its first line.

    Raises:
        CurvesFileError: it is missing, damaged, or none of them.
    """
    reason = why_not_a_file(path)
    if reason is not None:
        raise CurvesFileError(f'The curves file "{path}" {reason}: check the path.')
    form = format_for(path)
    if form == "csv" and live_link.is_live_link(path):
        form = "livelink"
    return _MODULES[form].read(path)
