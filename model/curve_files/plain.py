"""Plain CSV, JSON and NumPy's NPZ.

- CSV: ``t,<channel names>`` and a row for each frame, t in seconds.
- JSON: ``format``, ``version``, ``rate``, ``names`` and a list for each row.
- NPZ: ``names``, ``rate`` and ``values`` float32 [T, C]; no pickle.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..curves import Curves
from ..errors import CurvesFileError, one_line
from ..input_files import NpzError, load_arrays
from .validation import on_grid, validated

FORMAT = "audio2face-curves"
VERSION = 1

_MOST_BYTES = 1 << 32
"""Limit of an NPZ's arrays: 57 hours of 52 channels at 100 Hz."""

_ROWS_AT_ONCE = 1 << 12


def write_csv(path: Path, curves: Curves) -> None:
    """Writes curves. Raises OSError where it cannot."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(("t", *curves.names))
        rows = decimal_rows(curves.values, 6)
        file.writelines(
            f"{time:.6f},{row}\r\n" for time, row in zip(curves.times, rows, strict=True)
        )


def read_csv(path: Path) -> Curves:
    """Reads curves. Raises CurvesFileError where the file is not as ``write_csv`` makes it."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = [row for row in csv.reader(file) if row] or [[]]
        numbers = np.array(rows, np.float64)
    except (ValueError, csv.Error) as error:
        raise CurvesFileError(f'"{path}" is no table of curves ({one_line(error)}).') from error
    if header[:1] != ["t"] or numbers.ndim != 2 or numbers.shape[1] != len(header):
        raise CurvesFileError(
            f'"{path}" is no table of curves: the first line has to be "t" and channel names, '
            "the others as many numbers."
        )
    return on_grid(path, header[1:], numbers[:, 0], numbers[:, 1:])


def write_json(path: Path, curves: Curves) -> None:
    """Writes curves, a line for each row. Raises OSError where it cannot."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "rate": curves.rate,
        "names": curves.names,
    }
    rounded = np.rint(curves.values.astype(np.float64) * 1e6) / 1e6
    rows = ",\n".join(json.dumps(row) for row in rounded.tolist())
    text = json.dumps(head)[:-1] + f', "values": [\n{rows}\n]}}\n'
    path.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Curves:
    """Reads curves. Raises CurvesFileError where the file is not as ``write_json`` makes it."""
    try:
        document = json.loads(path.read_text("utf-8"))
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise CurvesFileError(f'"{path}" holds no curves: "format" has to be "{FORMAT}".')
        version = document.get("version")
        if version != VERSION:
            raise CurvesFileError(
                f'"{path}" has version {one_line(repr(version), 40)} of its format, and this '
                f"release reads version {VERSION}."
            )
        values = np.array(document["values"], np.float64)
        rate, names = float(document["rate"]), list(document["names"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise CurvesFileError(
            f'"{path}" is damaged ({one_line(error)}): export it again.'
        ) from error
    return validated(path, names, rate, values)


def write_npz(path: Path, curves: Curves) -> None:
    """Writes curves. Raises OSError where it cannot."""
    with path.open("wb") as file:  # a path would get the suffix .npz
        np.savez_compressed(
            file,
            names=np.array(curves.names),
            rate=np.float64(curves.rate),
            values=np.asarray(curves.values, np.float32),
        )


def read_npz(path: Path) -> Curves:
    """Reads curves. Raises CurvesFileError where the file is not as ``write_npz`` makes it."""
    try:
        arrays = load_arrays(path, _MOST_BYTES)
        stored, values, rate = (arrays[name] for name in ("names", "values", "rate"))
        found = [(array.dtype.kind, array.ndim) for array in (stored, values, rate)]
        if found != [("U", 1), ("f", 2), ("f", 0)]:
            raise NpzError("its arrays are of other types than those of curves")
        names = [str(name) for name in stored]
    except (KeyError, ValueError) as error:  # of names too, whose numbers are no characters
        raise CurvesFileError(f'"{path}" is no file of curves ({one_line(error)}).') from error
    return validated(path, names, float(rate), values)


def decimal_rows(values: np.ndarray, places: int) -> Iterator[str]:
    """Rows of values [T, C] as comma-separated text, each float32 as ``f"{value:.{places}f}"``."""
    row = ",".join([f"%.{places}f"] * values.shape[1])
    for start in range(0, len(values), _ROWS_AT_ONCE):
        block = np.asarray(values[start : start + _ROWS_AT_ONCE], np.float32)
        yield from (row % tuple(numbers) for numbers in block.tolist())
