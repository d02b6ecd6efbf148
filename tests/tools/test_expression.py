"""The expression score on made-up performances, and Cohen's d of pairs whose answer is known."""

import numpy as np
import pytest

from model.channels import ARKIT_52, BROWS
from tools.evaluate.expression import (
    MEASURES,
    Performance,
    excitement,
    paired_effect,
    pitch_following,
)

PHONES = [("sil", 0.0, 0.5), ("a", 0.5, 1.5), ("sil", 1.5, 2.0)]
JAW, BROW = "jawOpen, 90th percentile", "brow movement"


def performance(actor: str, text: str, emotion: str, jaw: float, brow: float) -> Performance:
    """A face whose brows rest at 0.1; jaw and brows move only while there is speech."""
    values = np.zeros((200, 52), np.float32)
    columns = [ARKIT_52.index(name) for name in BROWS]
    values[:, columns] = 0.1
    values[50:150, columns] += brow
    values[50:150, ARKIT_52.index("jawOpen")] = jaw
    return Performance(actor, text, emotion, PHONES, values)


def acted(excited_jaw: float, excited_brow: float) -> list[Performance]:
    made = []
    for actor, own in (("03", 0.0), ("09", 0.1)):
        for index, text in enumerate(("a01", "a02", "b01", "b02")):
            level = 0.3 + own + 0.02 * index
            made.append(performance(actor, text, "L", level, 0.05 + 0.01 * index))
            brow = 0.05 + excited_brow + 0.01 * index
            made.append(performance(actor, text, "W", level + excited_jaw, brow))
    return made


def test_wider_jaw_counts_in_jaw_alone() -> None:
    made = acted(0.2, 0.0)
    assert excitement(made, MEASURES[JAW]).d > 2
    assert excitement(made, MEASURES[BROW]).d == pytest.approx(0, abs=1e-4)
    assert excitement(made, MEASURES[JAW]).pairs == 8
    partnerless = [performance("14", "a07", "W", 0.9, 0), performance("14", "b09", "N", 0.9, 0)]
    assert excitement([*made, *partnerless], MEASURES[JAW]) == excitement(made, MEASURES[JAW])
    of_known_pair = performance("03", "a01", "F", 0.5, 0.05)
    assert excitement([*made, of_known_pair], MEASURES[JAW]).pairs == 8


def test_brows_count_from_rest_in_both_directions() -> None:
    assert excitement(acted(0.0, 0.3), MEASURES[BROW]).d > 2
    assert excitement(acted(0.0, -0.3), MEASURES[BROW]).d > 2


def test_brows_that_follow_pitch_correlate() -> None:
    seconds, rate = 3.0, 16000
    time = np.arange(int(seconds * rate)) / rate
    melody = 120 * 2 ** (4 * np.sin(2 * np.pi * 0.7 * time) / 12)
    phase = 2 * np.pi * np.cumsum(melody) / rate
    voice = sum(np.sin(k * phase) / k for k in range(1, 8)).astype(np.float32) * 0.1
    brow = np.sin(2 * np.pi * 0.7 * np.arange(300) / 100)
    unshifted, _, _ = pitch_following([(brow, voice, None)])
    late_unshifted, best, lag = pitch_following([(np.roll(brow, 8), voice, None)])
    assert unshifted > 0.9
    assert best > late_unshifted
    assert lag == pytest.approx(80, abs=30)
    assert pitch_following([(-brow, voice, None)])[0] < -0.9


def test_d_is_difference_in_standard_deviations() -> None:
    less = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    effect = paired_effect(less + 1.0, less)
    assert effect.d == pytest.approx(1.0 / less.std(ddof=1))
    assert effect.d_z == np.inf  # every pair differs by the same
    assert effect.pairs == 6


def test_scattered_pairs_have_smaller_d_of_differences() -> None:
    rng = np.random.default_rng(0)
    less = rng.normal(0, 1, 400)
    effect = paired_effect(rng.normal(0.8, 1, 400), less)
    assert effect.d == pytest.approx(0.8, abs=0.2)
    assert effect.d_z == pytest.approx(0.8 / np.sqrt(2), abs=0.15)
    assert effect.low < effect.d < effect.high
    assert effect.high - effect.low < 0.5


def test_effect_has_sign_and_needs_enough_pairs() -> None:
    track = np.arange(8.0)
    assert paired_effect(track, track + 2).d < 0
    assert paired_effect(np.zeros(8), np.zeros(8)).d == 0
    assert np.isnan(paired_effect(track[:2], track[:2]).d)
    assert np.isnan(paired_effect(track[:4] + 1, track[:4]).low)
