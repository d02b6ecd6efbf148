"""Cohen's d of pairs whose answer is known."""

import numpy as np
import pytest

from tools.evaluate.effect_size import paired_effect


def test_d_is_the_difference_in_standard_deviations() -> None:
    less = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    effect = paired_effect(less + 1.0, less)
    assert effect.d == pytest.approx(1.0 / less.std(ddof=1))
    assert effect.d_z == np.inf  # every pair differs by the same
    assert effect.pairs == 6


def test_pairs_that_scatter_have_a_smaller_d_of_differences() -> None:
    rng = np.random.default_rng(0)
    less = rng.normal(0, 1, 400)
    effect = paired_effect(rng.normal(0.8, 1, 400), less)
    assert effect.d == pytest.approx(0.8, abs=0.2)
    assert effect.d_z == pytest.approx(0.8 / np.sqrt(2), abs=0.15)
    assert effect.low < effect.d < effect.high
    assert effect.high - effect.low < 0.5


def test_direction_and_absence() -> None:
    track = np.arange(8.0)
    assert paired_effect(track, track + 2).d < 0
    assert paired_effect(np.zeros(8), np.zeros(8)).d == 0
    assert np.isnan(paired_effect(track[:2], track[:2]).d)
    assert np.isnan(paired_effect(track[:4] + 1, track[:4]).low)
