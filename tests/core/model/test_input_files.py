"""NPZ archives: read as NumPy reads them, and refused before they take memory or time."""

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from model.input_files import NpzError, load_arrays

LIMIT = 1 << 20


def npy(header: str, values: bytes = b"", version: int = 1) -> bytes:
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + values


def header(dtype: str, shape: str) -> str:
    return f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n"


def archive(member: bytes, compression: int = zipfile.ZIP_STORED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        made.writestr("a.npy", member)
    return file


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "values",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3)),
        np.array(3.5, np.float32),
        np.array(["a", "bcd"]),
        np.array("text"),
        np.zeros((0, 52), np.float32),
        np.array([True, False]),
    ],
    ids=lambda values: f"{values.dtype}{values.shape}",
)
def test_arrays_round_trip(tmp_path: Path, save, values: np.ndarray) -> None:
    save(tmp_path / "a.npz", a=values)
    back = load_arrays(tmp_path / "a.npz", LIMIT)["a"]
    assert back.dtype == values.dtype
    assert np.array_equal(back, values)
    assert back.flags.writeable


@pytest.mark.parametrize(
    "member",
    [
        b"",
        b"\x93NUMPY",
        npy("{'descr': '<f4'"),
        npy(header("<f8", "(1000000000000,)")),
        npy(header("<f8", "(99999999999999999, 99999999999999999)")),
        npy(header("<U999999999", "(2,)")),
        npy(header("<f8", "(2,)"), b"8 bytes."),
        npy(header("<f8", "(1,)"), b"9 bytes.."),
        npy(header("<f3", "(1,)"), b"abc"),
        npy(header("|O", "(1,)"), b"cos\nsystem"),
        npy("{'descr': __import__('os'), 'fortran_order': False, 'shape': (), }"),
        npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (), }"),
        npy(header("<f8", "(" + "1" * 5000)),
        npy("(" * 9000),
        npy(header("<f8", "()"), b"8 bytes.", version=9),
        npy(header("<U1", "()"), b"\0\0\x11\0"),
        npy(header(">U1", "()"), b"\xff\0\0\0"),
    ],
    ids=range(17),
)
def test_hostile_member_is_refused(member: bytes) -> None:
    with pytest.raises(NpzError):
        load_arrays(archive(member), LIMIT)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(compression: int) -> None:
    file = archive(npy(header("<f8", "(1,)"), b"8 bytes."), compression)
    with pytest.raises(NpzError, match="packed in an unusual way"):
        load_arrays(file, LIMIT)


def test_zip_bomb_takes_no_memory() -> None:
    size = 50_000_000
    member = npy(header("<f8", f"({size // 8},)"), bytes(size))
    file = archive(member, zipfile.ZIP_DEFLATED)
    del member
    tracemalloc.start()
    with pytest.raises(NpzError, match="larger than anything of use"):
        load_arrays(file, LIMIT)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_limit_counts_all_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.zeros(100), b=np.zeros(100))
    assert len(load_arrays(tmp_path / "a.npz", 2000)) == 2
    with pytest.raises(NpzError, match="larger"):
        load_arrays(tmp_path / "a.npz", 1000)


def test_wrong_checksum_is_found(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.full(100, 7.0))
    data = (tmp_path / "a.npz").read_bytes()
    at = data.index(np.float64(7.0).tobytes())
    with pytest.raises(NpzError, match="CRC"):
        load_arrays(io.BytesIO(data[:at] + b"\1" + data[at + 1 :]), LIMIT)
