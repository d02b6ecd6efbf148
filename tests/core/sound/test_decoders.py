"""Decoding in pieces with inexact seeking, and Blender's decoder, with a stand-in for aud."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from a2f.blender_audio2face.core.sound.decoders import (
    SoundFileError,
    as_file,
    aud_decoder,
    model_decoder,
    pieces,
)
from a2f.blender_audio2face.core.sound.samples import sound_seconds
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource
from a2f.blender_audio2face.errors import BakeError

Decode = Callable[[float, float], np.ndarray]
NOISE_RATE = 2000.0


@pytest.fixture
def noise() -> np.ndarray:
    """45.03 s of stereo noise."""
    return 0.3 * np.random.default_rng(0).standard_normal((90_060, 2)).astype(np.float32)


def seeking(sound: np.ndarray, error: float, requested: list[float]) -> Decode:
    """Decodes from ``error`` seconds beside the requested second, except from the beginning."""

    def decode(first: float, last: float) -> np.ndarray:
        requested.append(last - first)
        start = max(round((first + (error if first > 0 else 0.0)) * NOISE_RATE), 0)
        return sound[start : start + round((last - first) * NOISE_RATE)]

    return decode


def joined(decode: Decode, end: float) -> np.ndarray:
    return np.concatenate(list(pieces(decode, NOISE_RATE, 0.0, end)))


@pytest.mark.parametrize("error", [0.0, -0.035, 0.02])
@pytest.mark.parametrize("end", [45.03, 100.0, 31.7, 4.0])
def test_pieces_of_inexact_seeks_join_without_gap(noise, error: float, end: float) -> None:
    requested: list[float] = []
    samples = joined(seeking(noise, error, requested), end)
    assert np.array_equal(samples, noise[: round(end * NOISE_RATE)])
    assert max(requested) < 11.0


def test_pieces_joined_in_silence_keep_the_seek_error(noise) -> None:
    noise[39_000:41_000] = 0.0  # around the first joint, at 40,000
    samples = joined(seeking(noise, 0.02, []), 40.0)
    assert np.array_equal(samples[:39_000], noise[:39_000])
    assert np.array_equal(samples[41_000:79_000], noise[41_040:79_040])


def test_pieces_of_a_decoder_without_seeking_are_the_sound(noise) -> None:
    samples = joined(lambda first, last: noise[: round((last - first) * NOISE_RATE)], 18.0)
    assert np.array_equal(samples, noise[: round(18.0 * NOISE_RATE)])


def test_pieces_of_an_empty_sound_are_empty() -> None:
    assert len(joined(lambda *_: np.zeros((0, 2), np.float32), 30.0)) == 0


def test_pieces_of_a_steady_tone_stay_in_phase() -> None:
    tone = np.sin(2 * np.pi * 100 * np.arange(60_000) / NOISE_RATE)[:, None]
    assert np.array_equal(joined(seeking(tone, 0.0, []), 30.0), tone)


RATE = 16000
SECONDS = 90.0
PACKED = SoundSource("song.m4a", b"packed")


class Sound:
    """Stands in for aud's: sample n is n / RATE / 100, a hundredth of its second."""

    opened: tuple[str, bytes] | None = None
    limits: list[tuple[float, float]]
    length = round(SECONDS * RATE)
    specs = (float(RATE), 1)

    def __init__(self, path: str) -> None:
        Sound.opened = (Path(path).name, Path(path).read_bytes())

    def limit(self, first: float, last: float) -> SimpleNamespace:
        Sound.limits.append((first, last))
        rows = np.arange(round(first * RATE), round(min(last, SECONDS) * RATE))
        return SimpleNamespace(data=lambda: (rows / RATE / 100).astype(np.float32)[:, None])


@pytest.fixture
def aud(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the stand-in importable as aud."""
    stand_in = SimpleNamespace(Sound=Sound, error=RuntimeError)
    monkeypatch.setitem(sys.modules, "aud", stand_in)
    monkeypatch.setattr(Sound, "limits", [], raising=False)


def decoded(start: float, duration: float) -> np.ndarray:
    """The second of each sample."""
    return 100 * np.concatenate(list(aud_decoder(PACKED, start, duration)))


@pytest.mark.parametrize("start", [0.0, 0.25, 30.0, 60.0, 60.5, 75.0])
@pytest.mark.usefixtures("aud")
def test_aud_decodes_the_requested_seconds_and_seeks_only_far(start: float) -> None:
    assert decoded(start, 2.0) == pytest.approx(start + np.arange(2 * RATE) / RATE, abs=1e-3)
    assert Sound.limits[0][0] == (start if start > 60.0 else 0.0)


@pytest.mark.usefixtures("aud")
def test_aud_ends_with_the_sound() -> None:
    samples = decoded(89.0, 5.0)
    assert len(samples) == RATE
    assert samples[-1] == pytest.approx(SECONDS, abs=1e-3)


@pytest.mark.usefixtures("aud")
def test_packed_sound_is_a_file_while_it_is_read() -> None:
    decoded(0.0, 1.0)
    assert Sound.opened == ("packed.m4a", b"packed")
    with as_file(SoundSource("a." + "x" * 40, b"abc")) as path:
        assert len(Path(path).suffix) == 16
        assert Path(path).read_bytes() == b"abc"
    assert not Path(path).exists()


def test_missing_file_is_refused(tmp_path: Path) -> None:
    missing = SoundSource("a.wav", str(tmp_path / "a.wav"))
    with pytest.raises(SoundFileError), as_file(missing):
        pass
    with pytest.raises(SoundFileError):
        model_decoder(missing, 0.0, 1.0)


@pytest.mark.parametrize("length", [Sound.length, -1])
@pytest.mark.usefixtures("aud")
def test_length_is_auds_or_counted(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    monkeypatch.setattr(Sound, "length", length)
    assert sound_seconds(PACKED) == pytest.approx(SECONDS, abs=1e-3)


def test_sound_that_nothing_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aud", None)
    with pytest.raises(BakeError, match=r'"song.m4a" cannot be decoded'):
        sound_seconds(PACKED)
