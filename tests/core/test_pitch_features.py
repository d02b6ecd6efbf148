"""The correlogram: a ridge at the period, no matter the level, nothing in silence."""

import numpy as np
import pytest

from model.pitch_features import PITCH_BINS, correlogram


def buzz(hertz: float, seconds: float = 0.5) -> np.ndarray:
    time = np.arange(int(16000 * seconds)) / 16000
    return sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12)).astype(np.float32)


@pytest.mark.parametrize("hertz", [80.0, 120.0, 210.0, 380.0])
def test_the_highest_pitch_that_fits_is_the_voices(hertz: float) -> None:
    row = correlogram(0.1 * buzz(hertz))[25]
    first = int(np.argmax(row > 0.9 * row.max()))
    heard = np.geomspace(420.0, 65.0, 2 * PITCH_BINS + 1)[2 * first + 1]  # the range's middle
    assert abs(12 * np.log2(heard / hertz)) < 2.0


def test_level_changes_nothing() -> None:
    sound = 0.1 * buzz(150.0)
    assert np.allclose(correlogram(sound)[10:40], correlogram(0.01 * sound)[10:40], atol=0.01)


def test_silence_has_no_pitch() -> None:
    assert np.abs(correlogram(np.zeros(8000, np.float32))).max() == 0.0
    assert correlogram(np.zeros(0, np.float32)).shape == (0, PITCH_BINS)
