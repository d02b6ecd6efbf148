"""Listening conditions do what their names say; correlation and lag of shifted curves."""

import numpy as np
import pytest

from tools.evaluate.conditions import (
    SAMPLE_RATE,
    all_conditions,
    babble,
    pink_noise,
    quieter,
    reverberation,
    telephone,
    white_noise,
)
from tools.evaluate.measures import best_lag, mean_correlation

RNG = np.random.default_rng(1)
SPEECH = (0.1 * RNG.standard_normal(SAMPLE_RATE)).astype(np.float32)
VOICES = [RNG.standard_normal(5000 + 100 * i).astype(np.float32) for i in range(8)]
TIME = np.arange(300) / 100
WAVE = np.sin(2 * np.pi * 1.3 * TIME) + 0.4 * np.sin(2 * np.pi * 3.1 * TIME)


def decibels(part: np.ndarray, whole: np.ndarray) -> float:
    return 10 * np.log10(np.mean(part.astype(float) ** 2) / np.mean(whole.astype(float) ** 2))


@pytest.mark.parametrize("condition", [white_noise(10), pink_noise(10), babble(10, VOICES)])
def test_noise_is_as_loud_as_asked(condition) -> None:
    noise = condition(SPEECH, 3) - SPEECH
    assert decibels(SPEECH, noise) == pytest.approx(10, abs=0.1)


def test_pink_noise_falls_by_three_decibels_an_octave() -> None:
    noise = pink_noise(0)(SPEECH, 3) - SPEECH
    power = np.abs(np.fft.rfft(noise)) ** 2
    octaves = [power[low : 2 * low].sum() for low in (250, 500, 1000, 2000)]
    assert np.ptp(10 * np.log10(octaves)) < 1.5  # as much in each octave


def test_telephone_keeps_middle_frequencies() -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tones = {f: np.sin(2 * np.pi * f * time).astype(np.float32) for f in (100, 1000, 6000)}
    kept = {f: decibels(telephone(tone, 0), tone) for f, tone in tones.items()}
    assert kept[1000] > -0.5
    assert kept[100] < -30
    assert kept[6000] < -30


def test_level_and_reverberation_have_stated_power() -> None:
    assert decibels(quieter(24)(SPEECH, 0), SPEECH) == pytest.approx(-24, abs=0.01)
    click = np.zeros(SAMPLE_RATE, np.float32)
    click[0] = 1
    room = reverberation(click, 0)
    assert np.sum(room[1:] ** 2) == pytest.approx(room[0] ** 2, rel=0.01)
    assert np.sum(room[4000:] ** 2) < 0.01 * np.sum(room[1:] ** 2)  # 30 dB down after 0.25 s


def test_condition_repeats_with_seed() -> None:
    for name, condition in all_conditions(VOICES).items():
        first, again = condition(SPEECH, 7), condition(SPEECH, 7)
        np.testing.assert_array_equal(first, again, err_msg=name)
        assert first.shape == SPEECH.shape
        assert first.dtype == np.float32


@pytest.mark.parametrize("frames", [-7, 0, 5])
def test_lag_is_positive_for_late_curves(frames: int) -> None:
    value, lag = best_lag([(np.roll(WAVE, frames), WAVE)], 15)
    assert lag == 10 * frames
    assert value > 0.999


def test_still_curves_and_unknown_frames_are_left_out() -> None:
    holes = np.where(np.arange(300) % 3 == 0, np.nan, WAVE)
    assert mean_correlation([(WAVE, holes), (np.zeros(300), WAVE)]) == pytest.approx(1)
    value, lag = best_lag([(np.zeros(300), WAVE)], 5)
    assert (np.isnan(value), lag) == (True, 0)
    assert best_lag([(WAVE, WAVE[:250])], 5) == (pytest.approx(1), 0.0)  # from their start
