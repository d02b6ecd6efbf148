"""Features: the 10 ms grid, the spectrum's envelope, and the pitch correlogram."""

import numpy as np
import pytest

from model.features import FeatureConfig, deltas, extract, log_mel
from model.framing import HOP, centred_frames, frame_count
from model.pitch_features import PITCH_BINS, correlogram

CONFIG = FeatureConfig()


def test_features_have_one_row_per_hop() -> None:
    for count in (0, 1, HOP, HOP + 1, 16000):
        assert extract(np.zeros(count, np.float32), CONFIG).shape == (
            frame_count(count),
            CONFIG.size,
        )


def test_log_mel_of_a_tone_peaks_in_its_band() -> None:
    time = np.arange(16000) / 16000
    mel = log_mel(np.sin(2 * np.pi * 1000 * time).astype(np.float32), CONFIG)
    edges = np.linspace(
        2595 * np.log10(1 + 60 / 700), 2595 * np.log10(1 + 7600 / 700), CONFIG.mels + 2
    )
    centres = 700 * (10 ** (edges[1:-1] / 2595) - 1)
    assert abs(centres[np.argmax(mel[50])] - 1000) < 60


def test_log_mel_at_ten_times_the_amplitude_rises_by_twenty_decibels() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    rise = log_mel(10 * noise, CONFIG) - log_mel(noise, CONFIG)
    assert np.allclose(rise[5:-5], np.log(100), atol=0.01)


def test_log_mel_frame_zero_is_centred_on_the_first_sample() -> None:
    click = np.zeros(16000, np.float32)
    click[50 * HOP] = 1.0
    mel = log_mel(click, CONFIG).sum(1)
    assert np.argmax(mel) == 50
    assert np.allclose(mel[:48], mel[0])


def test_deltas_of_a_ramp_are_its_slope() -> None:
    ramp = np.arange(20, dtype=np.float32)[:, None] * 0.5
    assert np.allclose(deltas(ramp, 2)[2:-2], 0.5)


@pytest.mark.parametrize("window", [1, 2, 99, 100, 400, 1024])
@pytest.mark.parametrize("count", [1, 159, 160, 161, 1000])
def test_centred_frames_are_padded_with_silence(window: int, count: int) -> None:
    samples = np.arange(1, count + 1, dtype=np.float32)
    frames = centred_frames(samples, window)
    assert frames.shape == (frame_count(count), window)
    for number, frame in enumerate(frames):
        places = number * HOP - window // 2 + np.arange(window)
        inside = (places >= 0) & (places < count)
        assert frame.tolist() == np.where(inside, places + 1, 0).tolist()


def buzz(hertz: float, seconds: float = 0.5) -> np.ndarray:
    time = np.arange(int(16000 * seconds)) / 16000
    return sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12)).astype(np.float32)


@pytest.mark.parametrize("hertz", [80.0, 120.0, 210.0, 380.0])
def test_correlogram_first_ridge_is_the_pitch(hertz: float) -> None:
    row = correlogram(0.1 * buzz(hertz))[25]
    first = int(np.argmax(row > 0.9 * row.max()))
    ridge = np.geomspace(420.0, 65.0, 2 * PITCH_BINS + 1)[2 * first + 1]  # the range's middle
    assert abs(12 * np.log2(ridge / hertz)) < 2.0


def test_correlogram_ignores_level() -> None:
    sound = 0.1 * buzz(150.0)
    assert np.allclose(correlogram(sound)[10:40], correlogram(0.01 * sound)[10:40], atol=0.01)


def test_correlogram_of_silence_is_zero() -> None:
    assert np.abs(correlogram(np.zeros(8000, np.float32))).max() == 0.0
    assert correlogram(np.zeros(0, np.float32)).shape == (0, PITCH_BINS)
