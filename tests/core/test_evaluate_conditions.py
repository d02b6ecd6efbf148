"""Listening conditions do what their names say."""

import numpy as np
import pytest

pytest.importorskip("scipy")
from tools.evaluate.conditions import (
    SAMPLE_RATE,
    all_conditions,
    babble,
    pink_noise,
    quieter,
    reverberation,
    telephone,
)

RNG = np.random.default_rng(1)
SPEECH = (0.1 * RNG.standard_normal(SAMPLE_RATE)).astype(np.float32)
VOICES = [RNG.standard_normal(5000 + 100 * i).astype(np.float32) for i in range(8)]


def decibels(part: np.ndarray, whole: np.ndarray) -> float:
    return 10 * np.log10(np.mean(part.astype(float) ** 2) / np.mean(whole.astype(float) ** 2))


@pytest.mark.parametrize("condition", [pink_noise(10), babble(10, VOICES)])
def test_noise_is_as_loud_as_asked(condition) -> None:
    noise = condition(SPEECH, 3) - SPEECH
    assert decibels(SPEECH, noise) == pytest.approx(10, abs=0.1)


def test_pink_noise_falls_by_three_decibels_an_octave() -> None:
    noise = pink_noise(0)(SPEECH, 3) - SPEECH
    power = np.abs(np.fft.rfft(noise)) ** 2
    octaves = [power[low : 2 * low].sum() for low in (250, 500, 1000, 2000)]
    assert np.ptp(10 * np.log10(octaves)) < 1.5  # as much in each octave


def test_telephone_keeps_the_middle() -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tones = {f: np.sin(2 * np.pi * f * time).astype(np.float32) for f in (100, 1000, 6000)}
    kept = {f: decibels(telephone(tone, 0), tone) for f, tone in tones.items()}
    assert kept[1000] > -0.5
    assert kept[100] < -30
    assert kept[6000] < -30


def test_level_and_reverberation() -> None:
    assert decibels(quieter(24)(SPEECH, 0), SPEECH) == pytest.approx(-24, abs=0.01)
    click = np.zeros(SAMPLE_RATE, np.float32)
    click[0] = 1
    room = reverberation(click, 0)
    assert np.sum(room[1:] ** 2) == pytest.approx(room[0] ** 2, rel=0.01)
    assert np.sum(room[4000:] ** 2) < 0.01 * np.sum(room[1:] ** 2)  # 30 dB down after 0.25 s


def test_same_seed_same_sound() -> None:
    for name, condition in all_conditions(VOICES).items():
        first, again = condition(SPEECH, 7), condition(SPEECH, 7)
        np.testing.assert_array_equal(first, again, err_msg=name)
        assert first.shape == SPEECH.shape
        assert first.dtype == np.float32
