"""Correlation and lag of curves whose shift is known."""

import numpy as np
import pytest

from tools.evaluate.lag import best_lag, correlation, mean_correlation

TIME = np.arange(300) / 100
WAVE = np.sin(2 * np.pi * 1.3 * TIME) + 0.4 * np.sin(2 * np.pi * 3.1 * TIME)


@pytest.mark.parametrize("frames", [-7, 0, 5])
def test_lag_is_positive_for_late_curves(frames: int) -> None:
    value, lag = best_lag([(np.roll(WAVE, frames), WAVE)], 15)
    assert lag == 10 * frames
    assert value > 0.999


def test_scale_and_offset_do_not_count() -> None:
    assert correlation(3 * WAVE + 7, WAVE) == pytest.approx(1)
    assert correlation(-WAVE, WAVE) == pytest.approx(-1)


def test_still_curves_and_unknown_frames_are_left_out() -> None:
    holes = np.where(np.arange(300) % 3 == 0, np.nan, WAVE)
    assert mean_correlation([(WAVE, holes), (np.zeros(300), WAVE)]) == pytest.approx(1)
    value, lag = best_lag([(np.zeros(300), WAVE)], 5)
    assert np.isnan(value)
    assert lag == 0


def test_different_lengths_are_compared_from_their_start() -> None:
    assert best_lag([(WAVE, WAVE[:250])], 5) == (pytest.approx(1), 0.0)
