"""Automatic gain and level meter."""

from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.realtime.levels import LARGEST_DB, SILENT_DB, AutoGain, Meter
from a2f.model.audio_file import read_audio

SPEECH = Path(__file__).parents[2] / "data" / "surprise.flac"


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return read_audio(SPEECH)


def scaled(samples: np.ndarray, peak_db: float) -> np.ndarray:
    return samples * np.float32(10 ** (peak_db / 20) / np.abs(samples).max())


def test_usual_levels_are_unchanged(speech: np.ndarray) -> None:
    for peak_db in (-20.0, -14.0, -6.0):
        said = scaled(speech, peak_db)
        assert np.allclose(AutoGain().push(said), said, atol=1e-6)


@pytest.mark.parametrize(("peak_db", "least", "most"), [(-55.0, 8.0, 30.0), (6.0, -12.0, -0.1)])
def test_unusual_levels_are_corrected(
    speech: np.ndarray, peak_db: float, least: float, most: float
) -> None:
    gain = AutoGain()
    for _ in range(4):
        gain.push(scaled(speech, peak_db))
    assert least < gain.gain_db <= most
    again = gain.push(scaled(speech, peak_db))
    assert -36.0 < 20 * np.log10(np.abs(again).max()) < 0.01


def test_voice_at_the_edge_of_16_bits_is_raised(speech: np.ndarray) -> None:
    whisper = np.rint(scaled(speech, -60.0) * 32768) / 32768
    gain = AutoGain()
    for _ in range(4):
        gain.push(whisper.astype(np.float32))
    assert 20.0 < gain.gain_db <= LARGEST_DB


def test_gain_does_not_depend_on_blocks(speech: np.ndarray) -> None:
    quiet = scaled(speech, -55.0)
    whole = AutoGain().push(quiet)
    gain = AutoGain()
    cuts = np.cumsum(np.random.default_rng(0).integers(0, 700, 400))
    pieces = np.concatenate(
        [gain.push(piece) for piece in np.split(quiet, cuts[cuts < len(quiet)])]
    )
    assert np.abs(whole - quiet).max() > 1e-4
    assert np.allclose(pieces, whole, atol=1e-6)


def test_noise_leaves_gain_alone(speech: np.ndarray) -> None:
    hiss = np.random.default_rng(0).normal(0, 1e-3, 20 * 16000).astype(np.float32)
    gain = AutoGain()
    gain.push(hiss)
    assert gain.gain_db == 0.0
    gain.push(np.zeros(160000, np.float32))
    assert gain.gain_db == 0.0


def test_gain_is_bounded_slow_and_never_clips(speech: np.ndarray) -> None:
    gain = AutoGain()
    whisper = scaled(speech, -60.0)
    before = 0.0
    for _ in range(30):
        gain.push(whisper[:16000])
        assert gain.gain_db - before < 5.0
        before = gain.gain_db
    assert gain.gain_db <= LARGEST_DB
    assert np.abs(gain.push(scaled(speech, 0.0))).max() <= 1.0


def test_meter_shows_full_scale_and_falls_back() -> None:
    meter = Meter(48000)
    assert meter.level == (SILENT_DB, SILENT_DB)
    tone = np.sin(2 * np.pi * 1000 * np.arange(96000) / 48000).astype(np.float32)
    for block in np.split(tone, 100):
        meter.push(block)
    rms, peak = meter.level
    assert rms == pytest.approx(-3.01, abs=0.1)
    assert peak == pytest.approx(0.0, abs=0.01)
    for _ in range(50):
        meter.push(np.zeros(960, np.float32))
    rms, peak = meter.level
    assert peak == pytest.approx(-20.0, abs=0.1)
    assert rms == pytest.approx(-3.01 - 10 * np.log10(np.e) / 0.3, abs=0.2)
    meter.push(np.zeros(0, np.float32))
    for _ in range(1000):
        meter.push(np.zeros(960, np.float32))
    assert meter.level == (SILENT_DB, SILENT_DB)
