"""NumPy's ``.npz``, read so that a file of anyone's does no harm: plain arrays only, nothing is
evaluated, and what an array claims to be is compared with a limit before it takes memory.

Format: a zip of ``.npy``, as numpy.lib.format describes it (versions 1.0 and 2.0).
"""

import math
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Literal

import numpy as np

from .shown import on_one_line

_MAGIC = b"\x93NUMPY"
_MOST_HEADER = 10_000
_HEADER = re.compile(
    r"\{'descr': '(?P<dtype>[<>|][biufU]\d{1,9})', "
    r"'fortran_order': (?P<fortran>True|False), "
    r"'shape': \((?P<shape>(?:\d{1,18}(?:, \d{1,18}){0,31},?)?)\), \}\s*"
)
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
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


class NpzError(ValueError):
    """Why a file is no archive of arrays; words for a caller's sentence."""


@dataclass(frozen=True)
class _Claim:
    """What a member says of itself."""

    dtype: np.dtype
    shape: tuple[int, ...]
    fortran: bool
    begin: int
    """Byte of the member at which the values begin."""

    @property
    def size(self) -> int:
        """Bytes of the values."""
        return math.prod(self.shape) * self.dtype.itemsize


class NpzArchive:
    """An open archive.

    Args:
        archive: the zip.
        most_bytes: what all arrays that are read may take together.
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
            shape: what it has to be; None for any.

        Raises:
            NpzError: it is not there, is no plain array, is damaged, of another shape, or larger
                than what is left of the limit.
        """
        with _damage_told():
            try:
                info = self._archive.getinfo(f"{name}.npy")
            except KeyError:
                raise NpzError(f'it has no array "{name}"') from None
            if info.compress_type not in _COMPRESSIONS or info.flag_bits & _ENCRYPTED:
                raise NpzError(f'"{name}" is packed in an unusual way')
            with self._archive.open(info) as file:
                claim = _claim(file, name)
                if shape is not None and claim.shape != shape:
                    raise NpzError(f'the shape of "{name}" is {claim.shape} instead of {shape}')
                if claim.size > self._left:
                    raise NpzError(f'"{name}" is larger than anything of use')
                if info.file_size != claim.begin + claim.size:
                    raise NpzError(f'"{name}" is not as long as it says')
                self._left -= claim.size
                values = bytearray(file.read(claim.size))
                file.read(1)  # at the end of a member its checksum is looked at
            if claim.dtype.kind == "U":
                _check_letters(values, claim.dtype, name)
            order: Literal["C", "F"] = "F" if claim.fortran else "C"
            return np.frombuffer(values, claim.dtype).reshape(claim.shape, order=order)


@contextmanager
def opened(source: Path | BinaryIO, most_bytes: int) -> Iterator[NpzArchive]:
    """An archive for as long as the context lasts; see NpzArchive. Raises NpzError."""
    with _damage_told():
        archive = zipfile.ZipFile(source)
    with archive:
        yield NpzArchive(archive, most_bytes)


def _claim(file: IO[bytes], name: str) -> _Claim:
    start = file.read(8)
    if len(start) < 8 or start[:6] != _MAGIC or start[6] not in (1, 2):
        raise NpzError(f'"{name}" is no array')
    length = struct.Struct("<H" if start[6] == 1 else "<I")
    (header_size,) = length.unpack(file.read(length.size))
    header = file.read(min(header_size, _MOST_HEADER))
    found = _HEADER.fullmatch(header.decode("latin-1"))
    if found is None or len(header) != header_size:
        raise NpzError(f'"{name}" is no plain array')
    sizes = tuple(int(one) for one in found["shape"].replace(" ", "").split(",") if one)
    begin = len(start) + length.size + header_size
    return _Claim(np.dtype(found["dtype"]), sizes, found["fortran"] == "True", begin)


def _check_letters(values: bytearray, dtype: np.dtype, name: str) -> None:
    """NumPy makes texts of any numbers, and Python crashes over those that stand for no letter."""
    letters = np.frombuffer(values, np.dtype(f"{dtype.byteorder}u4"))
    if letters.max(initial=0) > sys.maxunicode:
        raise NpzError(f'"{name}" is no text')


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except NpzError:
        raise
    except _DAMAGE as error:
        raise NpzError(on_one_line(error) or type(error).__name__) from error
