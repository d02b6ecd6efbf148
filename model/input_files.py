"""Files from anywhere: whether a path can be read, and NumPy archives that must do no harm.

An ``.npz`` is a zip of ``.npy`` members (numpy.lib.format). Members are read one at a time, never
with pickle, and what a member claims to hold is compared with a limit before memory is taken.
"""

import math
import os
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np

from .errors import one_line

_npy: Any = np.lib.format
_ENCRYPTED = 0x1
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_KINDS = "biufU"
_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    IndexError,
    OverflowError,
    NotImplementedError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)


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


class NpzArchive:
    """An open archive.

    Args:
        archive: the zip.
        most_bytes: limit of all arrays that are read, together.
    """

    def __init__(self, archive: zipfile.ZipFile, most_bytes: int) -> None:
        self._archive = archive
        self._left = most_bytes

    def __contains__(self, name: str) -> bool:
        return f"{name}.npy" in self._archive.namelist()

    def read(self, name: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
        """An array.

        Args:
            name: of the array.
            shape: its required shape; None for any.

        Raises:
            NpzError: it is missing, is no plain array, is damaged, has another shape, or is larger
                than what is left of the limit.
        """
        with _damage_reported():
            if name not in self:
                raise NpzError(f'it has no array "{name}"')
            info = self._archive.getinfo(f"{name}.npy")
            if info.compress_type not in _COMPRESSIONS or info.flag_bits & _ENCRYPTED:
                raise NpzError(f'"{name}" is packed in an unusual way')
            with self._archive.open(info) as file:
                claimed, dtype = _header(file, name)
                begin = file.tell()
            size = math.prod(claimed) * dtype.itemsize
            if shape is not None and claimed != shape:
                raise NpzError(f'the shape of "{name}" is {claimed} instead of {shape}')
            if size > self._left:
                raise NpzError(f'"{name}" is larger than anything of use')
            if info.file_size != begin + size:
                raise NpzError(f'"{name}" is not as long as it says')
            self._left -= size
            with self._archive.open(info) as file:
                array = _npy.read_array(file, allow_pickle=False)
                file.read(1)  # the checksum is compared at the end of a member
            if dtype.kind == "U":
                _check_letters(array, name)
            return array


@contextmanager
def open_npz(source: Path | BinaryIO, most_bytes: int) -> Iterator[NpzArchive]:
    """An archive for as long as the context lasts; see NpzArchive. Raises NpzError."""
    with _damage_reported():
        archive = zipfile.ZipFile(source)
    with archive:
        yield NpzArchive(archive, most_bytes)


def _header(file: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type that a member claims to have, the file then being at its first value."""
    try:
        version = _npy.read_magic(file)
        read = {
            (1, 0): _npy.read_array_header_1_0,
            (2, 0): _npy.read_array_header_2_0,
        }[version]
        shape, _, dtype = read(file)
    except (OSError, zipfile.BadZipFile):
        raise
    except Exception as error:  # a hostile header makes Python's own parser raise almost anything
        raise NpzError(f'"{name}" is no plain array') from error
    if dtype.kind not in _KINDS or min(shape, default=0) < 0:
        raise NpzError(f'"{name}" is no plain array')
    return shape, dtype


def _check_letters(array: np.ndarray, name: str) -> None:
    """NumPy makes text of any numbers, and Python crashes over those that are no characters."""
    letters = array.reshape(-1).view(np.dtype(f"{array.dtype.byteorder}u4"))
    if letters.max(initial=0) > sys.maxunicode:
        raise NpzError(f'"{name}" is no text')


@contextmanager
def _damage_reported() -> Iterator[None]:
    try:
        yield
    except NpzError:
        raise
    except _DAMAGE as error:
        raise NpzError(one_line(error) or type(error).__name__) from error
