"""Curves as JSON: ``format``, ``version``, ``rate``, ``names`` and a list for each row."""

import json
from pathlib import Path

import numpy as np

from ..curves import Curves
from ..shown import on_one_line
from .checked import checked
from .errors import CurvesFileError

FORMAT = "audio2face-curves"
VERSION = 1


def write(path: Path, curves: Curves) -> None:
    """Writes curves, a line for each row. Raises OSError where it cannot."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "rate": curves.rate,
        "names": curves.names,
    }
    rows = ",\n".join(json.dumps([round(float(v), 6) for v in row]) for row in curves.values)
    text = json.dumps(head)[:-1] + f', "values": [\n{rows}\n]}}\n'
    path.write_text(text, encoding="utf-8")


def read(path: Path) -> Curves:
    """Reads curves. Raises CurvesFileError where the file is not as ``write`` makes it."""
    try:
        document = json.loads(path.read_text("utf-8"))
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise CurvesFileError(f'"{path}" holds no curves: "format" has to be "{FORMAT}".')
        version = document.get("version")
        if version != VERSION:
            raise CurvesFileError(
                f'"{path}" has version {on_one_line(repr(version), 40)} of its format, and this '
                f"release reads version {VERSION}."
            )
        values = np.array(document["values"], np.float64)
        rate, names = float(document["rate"]), list(document["names"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise CurvesFileError(
            f'"{path}" is damaged ({on_one_line(error)}): export it again.'
        ) from error
    return checked(path, names, rate, values)
