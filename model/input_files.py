"""Files from anywhere: whether a path can be read, and NumPy archives that must do no harm."""

import math
import os
import stat
import sys
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .errors import one_line

_npy: Any = np.lib.format
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_KINDS = "biufU"


def real_path(path: str | Path) -> Path:
    """As ``Path.resolve``, also for a loop of links, over which Python before 3.13 fails: it stays
    as it is, and opening it fails later.

    Raises ValueError for a text that is no path.
    """
    return Path(os.path.realpath(path))


def why_not_a_file(path: str | Path) -> str | None:
    """Why a path is no readable file, as the end of a sentence that begins with the path, such as
    ``does not exist``; None for a readable file. A pipe is recognised without opening it, which
    would block."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - Path would take the path apart
        if stat.S_ISDIR(mode):
            return "is a folder"
        if not stat.S_ISREG(mode):
            return "is a pipe or a device and no file"
        with open(path, "rb"):  # noqa: PTH123
            return None
    except FileNotFoundError:
        return "does not exist"
    except OSError as error:
        return f"cannot be opened ({error.strerror or error})"
    except ValueError:  # it holds a zero, or letters that this system's paths cannot hold
        return "has a name that no file has"


class NpzError(ValueError):
    """Why a file is no archive of arrays; words for a caller's sentence."""


def load_arrays(source: Path | BinaryIO, most_bytes: int) -> dict[str, np.ndarray]:
    """All arrays of an ``.npz``, by name; never with pickle.

    Args:
        source: the file.
        most_bytes: limit of all arrays together, which is checked before memory is taken.

    Raises:
        NpzError: it is no archive, is damaged, holds something else than plain arrays, or more than
            the limit.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > most_bytes:
                raise NpzError("its arrays are larger than anything of use")
            return {
                member.filename.removesuffix(".npy"): _read(archive, member) for member in members
            }
    except (NpzError, MemoryError):
        raise
    except Exception as error:  # a hostile file makes zipfile and Python's parser raise almost any
        raise NpzError(one_line(error) or type(error).__name__) from error


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    name = member.filename
    if member.compress_type not in _COMPRESSIONS:
        raise NpzError(f'"{name}" is packed in an unusual way')
    with archive.open(member) as file:
        version = _npy.read_magic(file)
        readers = {(1, 0): _npy.read_array_header_1_0, (2, 0): _npy.read_array_header_2_0}
        shape, _, dtype = readers[version](file)
        values = member.file_size - file.tell()
    if dtype.kind not in _KINDS or math.prod(shape) * dtype.itemsize != values:
        raise NpzError(f'"{name}" is no plain array')
    with archive.open(member) as file:
        array = _npy.read_array(file, allow_pickle=False)
        file.read(1)  # the checksum is compared at the end of a member
    if dtype.kind == "U":
        # NumPy makes text of any numbers, and Python crashes over those that are no characters.
        letters = array.reshape(-1).view(np.dtype(f"{dtype.byteorder}u4"))
        if letters.max(initial=0) > sys.maxunicode:
            raise NpzError(f'"{name}" is no text')
    return array
