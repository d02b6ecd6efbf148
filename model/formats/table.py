"""Plain CSV: ``t,<channel names>`` and a row for each frame, t in seconds."""

import csv
from pathlib import Path

import numpy as np

from ..curves import Curves
from ..shown import on_one_line
from .checked import on_grid
from .errors import CurvesFileError


def write(path: Path, curves: Curves) -> None:
    """Writes curves. Raises OSError where it cannot."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("t", *curves.names))
        for time, row in zip(curves.times, curves.values, strict=True):
            writer.writerow((f"{time:.6f}", *(f"{value:.6f}" for value in row)))


def read(path: Path) -> Curves:
    """Reads curves. Raises CurvesFileError where the file is not as ``write`` makes it."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = [row for row in csv.reader(file) if row] or [[]]
        numbers = np.array(rows, np.float64)
    except (ValueError, csv.Error) as error:
        raise CurvesFileError(f'"{path}" is no table of curves ({on_one_line(error)}).') from error
    if header[:1] != ["t"] or numbers.ndim != 2 or numbers.shape[1] != len(header):
        raise CurvesFileError(
            f'"{path}" is no table of curves: the first line has to be "t" and channel names, '
            "the others as many numbers."
        )
    return on_grid(path, header[1:], numbers[:, 0], numbers[:, 1:])
