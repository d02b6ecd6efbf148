"""MFCC: the grid, known answers, and independence of what lies far away."""

import numpy as np

from model.features import HOP, FeatureConfig, deltas, extract, log_mel
from model.framing import frame_count

CONFIG = FeatureConfig()


def test_one_frame_per_hop() -> None:
    for count in (0, 1, HOP, HOP + 1, 16000):
        assert extract(np.zeros(count, np.float32), CONFIG).shape == (
            frame_count(count),
            CONFIG.size,
        )


def test_a_tone_peaks_in_its_mel_band() -> None:
    time = np.arange(16000) / 16000
    mel = log_mel(np.sin(2 * np.pi * 1000 * time).astype(np.float32), CONFIG)
    edges = np.linspace(
        2595 * np.log10(1 + 60 / 700), 2595 * np.log10(1 + 7600 / 700), CONFIG.mels + 2
    )
    centres = 700 * (10 ** (edges[1:-1] / 2595) - 1)
    assert abs(centres[np.argmax(mel[50])] - 1000) < 60


def test_ten_times_the_amplitude_adds_twenty_decibels() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    rise = log_mel(10 * noise, CONFIG) - log_mel(noise, CONFIG)
    assert np.allclose(rise[5:-5], np.log(100), atol=0.01)


def test_frame_zero_is_centred_on_the_first_sample() -> None:
    click = np.zeros(16000, np.float32)
    click[50 * HOP] = 1.0
    mel = log_mel(click, CONFIG).sum(1)
    assert np.argmax(mel) == 50
    assert np.allclose(mel[:48], mel[0])


def test_deltas_of_a_ramp_are_its_slope() -> None:
    ramp = np.arange(20, dtype=np.float32)[:, None] * 0.5
    assert np.allclose(deltas(ramp, 2)[2:-2], 0.5)
