"""Curves as NumPy's ``.npz``: ``names``, ``rate`` and ``values`` float32 [T, C]; no pickle."""

from pathlib import Path

import numpy as np

from ..curves import Curves
from ..npz_archive import NpzError, opened
from ..shown import on_one_line
from .checked import checked
from .errors import CurvesFileError

_MOST_BYTES = 1 << 32
"""What the arrays may take: 57 hours of 52 channels at 100 Hz."""


def write(path: Path, curves: Curves) -> None:
    """Writes curves. Raises OSError where it cannot."""
    with path.open("wb") as file:  # a path would get the suffix .npz
        np.savez_compressed(
            file,
            names=np.array(curves.names),
            rate=np.float64(curves.rate),
            values=np.asarray(curves.values, np.float32),
        )


def read(path: Path) -> Curves:
    """Reads curves. Raises CurvesFileError where the file is not as ``write`` makes it."""
    try:
        with opened(path, _MOST_BYTES) as archive:
            stored, values = archive.read("names"), archive.read("values")
            rate = archive.read("rate", ())
        kinds = (stored.dtype.kind, values.dtype.kind, rate.dtype.kind)
        if kinds != ("U", "f", "f") or stored.ndim != 1:
            raise NpzError("its arrays are of other types than those of curves")
        names = [str(name) for name in stored]
    except ValueError as error:  # so too the words of names that are no text
        raise CurvesFileError(f'"{path}" is no file of curves ({on_one_line(error)}).') from error
    return checked(path, names, float(rate), values)
