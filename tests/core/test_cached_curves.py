"""Encoding of curves, and bytes that do not encode curves."""

import base64
import struct
import zlib

import numpy as np
import pytest
from a2f.blender_audio2face.core.cached_curves import STEP, CachedCurvesError, decode, encode
from a2f.model.channels import ARKIT_52
from a2f.model.curves import Curves

from tests.support.mouths import opening, talking


def test_values_survive_encoding() -> None:
    curves = talking([(30, 6), (90, 2)])
    back = decode(encode(curves))
    assert back.names == curves.names
    assert back.rate == curves.rate
    assert back.values.dtype == np.float32
    assert np.abs(back.values - curves.values).max() <= 0.5 * STEP + 1e-7
    assert np.array_equal(opening(back) < 0.04, opening(curves) < 0.04)


def test_bytes_of_version_0_1_0_stay_readable() -> None:
    encoded = (
        "QTJGVAHWSBSIAwAAAAIAAADIQhgAAABbImphd09wZW4iLCAidG9uZ3VlT3V0Il0AAAAAAACAPgAAgDkAAIA5eJxjYAA"
        "DFh4Whj8AAVgBEQ=="
    )
    curves = decode(base64.b64decode(encoded))
    assert (curves.names, curves.rate) == (("jawOpen", "tongueOut"), 100.0)
    assert curves.values.tolist() == [[0.0, 0.5], [0.25, 0.5], [1.0, 0.25]]


def test_equal_channels_stay_equal() -> None:
    values = np.random.default_rng(0).random((100, 1), np.float32).repeat(2, axis=1)
    values[0] = (0.0, 0.3)
    back = decode(encode(Curves(("jawOpen", "mouthClose"), 100.0, values))).values
    assert np.array_equal(back[1:, 0], back[1:, 1])


def test_any_range_of_values_survives_encoding() -> None:
    values = np.float32([[-100.0, 0.5], [900.0, -0.25]])
    back = decode(encode(Curves(("a", "é"), 29.97, values)))
    assert back.values == pytest.approx(values, abs=0.02)
    assert back.names == ("a", "é")
    assert back.rate == pytest.approx(29.97)


@pytest.mark.parametrize("shape", [(0, 52), (1, 52), (5, 0)])
def test_few_rows_and_no_channels_are_encoded(shape: tuple[int, int]) -> None:
    curves = Curves(ARKIT_52[: shape[1]], 100.0, np.zeros(shape, np.float32))
    assert decode(encode(curves)).values.shape == shape


def test_silence_needs_few_bytes() -> None:
    assert len(encode(Curves(ARKIT_52, 100.0, np.zeros((60_000, 52), np.float32)))) < 10_000


def test_values_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(CachedCurvesError, match="not numbers"):
        encode(Curves(("a",), 100.0, np.float32([[np.nan]])))


def test_damage_anywhere_is_found() -> None:
    data = encode(talking([(30, 6)], rows=20))
    for place in range(0, len(data), 7):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        with pytest.raises(CachedCurvesError):
            decode(bytes(damaged))
    for length in range(0, len(data), 11):
        with pytest.raises(CachedCurvesError):
            decode(data[:length])
    with pytest.raises(CachedCurvesError):
        decode(data + b"x")


def test_later_version_is_refused_by_name() -> None:
    data = bytearray(encode(talking([], rows=3)))
    data[4] = 9
    with pytest.raises(CachedCurvesError, match="format 9"):
        decode(bytes(data))


@pytest.mark.parametrize(
    ("rows", "channels", "rate", "names", "lowest"),
    [
        (2**32 - 1, 65535, 100.0, b"[]", 1.0),  # more than memory holds
        (1, 1, float("nan"), b'["a"]', 1.0),
        (1, 1, 100.0, b'{"a": 1}', 1.0),
        (1, 1, 100.0, b"[1]", 1.0),
        (1, 2, 100.0, b'["a", "a"]', 1.0),
        (1, 1, 100.0, b"\xff", 1.0),
        (9, 1, 100.0, b'["a"]', 1.0),  # fewer values than announced
        (1, 1, 100.0, b"[" * 100_000, 1.0),
        (2**32 - 1, 0, 100.0, b"[]", 1.0),
        (1, 1, 100.0, b'["a"]', np.nan),
    ],
)
def test_contents_that_do_not_fit_are_refused_despite_their_checksum(
    rows: int, channels: int, rate: float, names: bytes, lowest: float
) -> None:
    body = struct.pack("<IHfI", rows, channels, rate, len(names)) + names
    body += np.float32([lowest, 1.0]).tobytes() + zlib.compress(b"\0\0")
    with pytest.raises(CachedCurvesError):
        decode(struct.pack("<4sBI", b"A2FT", 1, zlib.crc32(body)) + body)
