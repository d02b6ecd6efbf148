"""Curves as NumPy's ``.npz``: ``names``, ``rate`` and ``values`` float32 [T, C]; no pickle."""

import zipfile
from pathlib import Path

import numpy as np

from ..curves import Curves
from .checked import checked
from .errors import CurvesFileError

_DAMAGE = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile)


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
        with np.load(path, allow_pickle=False) as archive:
            names = [str(name) for name in archive["names"]]
            rate, values = float(archive["rate"]), np.asarray(archive["values"], np.float32)
    except _DAMAGE as error:
        raise CurvesFileError(f'"{path}" is no file of curves ({error}).') from error
    return checked(path, names, rate, values)
