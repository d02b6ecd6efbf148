"""Arousal: high, lively, bright voices against low, level, dull ones of the same speaker."""

import numpy as np

from tools.teacher.arousal import arousals, voice_statistics

SECONDS = 1.5


def voice(hertz: float, swing: float, slope: float) -> np.ndarray:
    """Harmonics of a pitch that swings by so many semitones, each k-th at k ** -slope."""
    time = np.arange(int(16000 * SECONDS)) / 16000
    pitch = hertz * 2 ** (swing / 12 * np.sin(2 * np.pi * 1.5 * time))
    phase = 2 * np.pi * np.cumsum(pitch) / 16000
    sound = sum(np.sin(k * phase) * k**-slope for k in range(1, 20))
    return (0.1 * sound / sound.std()).astype(np.float32)


def test_statistics_are_those_of_the_voice() -> None:
    balance, deviation, median = voice_statistics(voice(150.0, 3.0, 1.0))
    assert abs(median - 12 * np.log2(150.0)) < 0.7
    assert 1.5 < deviation < 2.7  # a sine of 3 semitones has 2.1
    assert balance < voice_statistics(voice(150.0, 3.0, 0.4))[0]


def test_excited_is_above_bored_whatever_the_level() -> None:
    sounds = [voice(180.0, 4.0, 0.5), 0.05 * voice(230.0, 4.0, 0.4), voice(120.0, 0.5, 1.6)]
    excited, louder_only, bored = arousals(sounds, ["anna"] * 3)
    assert excited > bored + 0.5
    assert louder_only > bored + 0.5


def test_speakers_are_their_own_measure() -> None:
    man, woman = voice(110.0, 1.0, 1.0), voice(220.0, 1.0, 1.0)
    assert np.allclose(arousals([man, woman], ["man", "woman"]), 0.0)
    assert arousals([man, woman], [None, None]).tolist() == [0.0, 0.0]


def test_noise_says_nothing() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    assert np.isnan(voice_statistics(noise)).all()
    assert arousals([noise], ["x"]).tolist() == [0.0]
