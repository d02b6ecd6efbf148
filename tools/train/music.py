"""Made-up music: chords, a melody and drums, from a random generator."""

import numpy as np

from model.features import SAMPLE_RATE

_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 3, 5, 7, 10))
_TABLE = 2048


def music(count: int, rng: np.random.Generator) -> np.ndarray:
    """Music [count] of unit power at 16 kHz, with one to three of its parts."""
    beat = int(SAMPLE_RATE * 60 / rng.uniform(70, 170))
    scale = np.array(_SCALES[rng.integers(len(_SCALES))])
    key = 55 * 2 ** (rng.integers(12) / 12)
    parts = [part for part in (_chords, _melody) if rng.random() < 0.6]
    sound = np.zeros(count, np.float32)
    for part in parts:
        part(sound, beat, key, scale, rng)
    if not parts or rng.random() < 0.6:
        _drums(sound, beat, rng)
    return sound / (np.std(sound) + 1e-9)


def _chords(
    sound: np.ndarray, beat: int, key: float, scale: np.ndarray, rng: np.random.Generator
) -> None:
    """A triad every two or four beats."""
    length = beat * int(rng.choice([2, 4]))
    timbre = _timbre(rng)
    for start in range(-int(rng.integers(length)), len(sound), length):
        degree = int(rng.integers(len(scale)))
        for third in (0, 2, 4):
            octave, step = divmod(degree + third, len(scale))
            pitch = key * 2 ** (octave + 1 + scale[step] / 12)
            _note(sound, start, length, pitch, rng.uniform(0.3, 1.5), timbre)


def _melody(
    sound: np.ndarray, beat: int, key: float, scale: np.ndarray, rng: np.random.Generator
) -> None:
    """Notes of half a beat that walk up and down the scale."""
    length = beat // 2
    timbre = _timbre(rng)
    place = 7
    for start in range(-int(rng.integers(length)), len(sound), length):
        place = int(np.clip(place + rng.integers(-2, 3), 0, 20))
        if rng.random() < 0.8:
            octave, step = divmod(place, len(scale))
            pitch = key * 2 ** (octave + 1 + scale[step] / 12)
            _note(sound, start, int(length * 1.5), pitch, rng.uniform(2, 6), timbre)


def _drums(sound: np.ndarray, beat: int, rng: np.random.Generator) -> None:
    """A falling sine on the beat, a burst of noise off it, hats in between."""
    time = np.arange(SAMPLE_RATE // 4, dtype=np.float32) / SAMPLE_RATE
    kick = 2 * np.sin(2 * np.pi * (50 * time + 6 * (1 - np.exp(-time * 30)))) * np.exp(-time * 15)
    snare = rng.standard_normal(len(time), np.float32) * np.exp(-time * 25)
    hat = np.diff(rng.standard_normal(len(time) + 1, np.float32)) * np.exp(-time * 90) * 0.4
    for i, start in enumerate(range(-int(rng.integers(beat)), len(sound), beat // 2)):
        hit = (kick, hat, snare, hat)[i % 4]
        _add(sound, start, hit * rng.uniform(0.5, 1.0))


def _timbre(rng: np.random.Generator) -> np.ndarray:
    """One period of a tone [_TABLE] with up to ten harmonics."""
    phase = np.arange(_TABLE) / _TABLE * 2 * np.pi
    slope = rng.uniform(0.7, 2.0)
    harmonics = range(1, int(rng.integers(2, 11)))
    return sum(np.sin(k * phase) * rng.uniform(0.3, 1) / k**slope for k in harmonics).astype("f4")


def _note(
    sound: np.ndarray, start: int, length: int, pitch: float, decay: float, timbre: np.ndarray
) -> None:
    time = np.arange(length, dtype=np.float32) / SAMPLE_RATE
    shape = np.minimum(time / 0.01, 1) * np.exp(-decay * time)
    shape *= np.minimum((length / SAMPLE_RATE - time) / 0.02, 1)
    place = (time * (pitch * _TABLE)).astype(np.int64) % _TABLE
    _add(sound, start, 0.4 * shape * timbre[place])


def _add(sound: np.ndarray, start: int, part: np.ndarray) -> None:
    """Adds ``part`` from sample ``start`` on; what lies outside is dropped."""
    first, last = max(start, 0), min(start + len(part), len(sound))
    if first < last:
        sound[first:last] += part[first - start : last - start]
