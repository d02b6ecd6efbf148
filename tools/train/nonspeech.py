"""Made-up sounds without speech, which must not move the mouth: noises and music."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.signal import lfilter

from model.features import SAMPLE_RATE

from .room_acoustics import reverberate

_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 3, 5, 7, 10))
_TONE_LENGTH = 2048


def no_speech(
    count: int, rng: np.random.Generator, noises: Sequence[np.ndarray] = ()
) -> np.ndarray:
    """Sound [count] without speech at a random level: silence, or one or two of `KINDS`.

    A third has one of the recorded ``noises`` as well, if there are any.
    """
    if rng.random() < 0.12:
        return np.zeros(count, np.float32)
    sound = np.zeros(count)
    if noises and rng.random() < 0.35:
        sound = recorded_noise(noises, count, rng)
    for _ in range(1 if rng.random() < 0.7 else 2):
        sound = sound + KINDS[rng.integers(len(KINDS))](count, rng) * rng.uniform(0.2, 1)
    if rng.random() < 0.25:
        sound = reverberate(sound, rng)
    level = 10 ** (rng.uniform(-60, -12) / 20)
    return (sound * level / (np.std(sound) + 1e-9)).astype(np.float32)


def recorded_noise(
    noises: Sequence[np.ndarray], count: int, rng: np.random.Generator
) -> np.ndarray:
    """One of the noises [count] at unit power, from a random place on; a short one repeats."""
    noise = noises[rng.integers(len(noises))]
    return _unit(wrapped(noise, int(rng.integers(len(noise))), count))


def wrapped(sound: np.ndarray, start: int, count: int) -> np.ndarray:
    """``count`` samples of ``sound`` from ``start`` on, beginning again at its end."""
    if start + count <= len(sound):
        return sound[start : start + count]
    return np.resize(np.concatenate([sound[start:], sound[:start]]), count)


def coloured_noise(count: int, rng: np.random.Generator) -> np.ndarray:
    """Noise [count] of unit power with a random spectral slope, white to brown."""
    spectrum = np.fft.rfft(rng.standard_normal(count, np.float32))
    frequency = np.maximum(np.arange(len(spectrum)) * SAMPLE_RATE / count, 40.0)
    return _unit(np.fft.irfft(spectrum * frequency ** -rng.uniform(0, 1.0), count))


def swell(count: int, rng: np.random.Generator, most: float, power: int = 1) -> np.ndarray:
    """A level [count] that goes up and down between 0 and 1, up to ``most`` times a second."""
    points = rng.random(max(int(count / SAMPLE_RATE * rng.uniform(1, most)), 2)) ** power
    return np.interp(np.linspace(0, len(points) - 1, count), np.arange(len(points)), points)


def breath(count: int, rng: np.random.Generator) -> np.ndarray:
    """Noise through one or two broad resonances of a throat, swelling every few seconds."""
    sound = rng.standard_normal(count)
    for _ in range(rng.integers(1, 3)):
        centre, width = rng.uniform(400, 4000), rng.uniform(300, 1500)
        sound = sound + 4 * _resonate(sound, centre, width)
    time = np.arange(count) / SAMPLE_RATE
    level = np.clip(np.sin(2 * np.pi * rng.uniform(0.2, 0.8) * time + rng.uniform(0, 6)), 0, 1)
    return _unit(sound * level ** rng.uniform(0.7, 2))


def clicks(count: int, rng: np.random.Generator) -> np.ndarray:
    """Keys, mouse buttons, taps and knocks: short bursts that ring, one to twelve a second."""
    impulses = np.zeros(count)
    hits = max(1, int(rng.uniform(1, 12) * count / SAMPLE_RATE))
    burst = int(SAMPLE_RATE * rng.uniform(0.0005, 0.006))
    for start in rng.integers(0, count, hits):
        part = impulses[start : start + burst]
        part += rng.standard_normal(len(part)) * rng.uniform(0.2, 1)
    sound = impulses * rng.uniform(0, 0.5)
    for _ in range(rng.integers(1, 4)):
        sound = sound + _resonate(impulses, rng.uniform(100, 6000), rng.uniform(20, 400))
    return _unit(sound)


def room_tone(count: int, rng: np.random.Generator) -> np.ndarray:
    """Brown noise and the hum of the mains or of a fan."""
    brown = lfilter([1], [1, -0.97], rng.standard_normal(count))
    return _unit(_unit(brown) + rng.uniform(0, 1.5) * hum(count, rng))


def hum(count: int, rng: np.random.Generator) -> np.ndarray:
    """A steady tone with harmonics: mains, motors, a test tone."""
    time = np.arange(count) / SAMPLE_RATE
    base = rng.choice([50, 60, 100, 120, 440, 1000]) * rng.uniform(0.95, 1.05)
    return _unit(sum(np.sin(2 * np.pi * base * k * time) / k for k in range(1, 6)))


def traffic(count: int, rng: np.random.Generator) -> np.ndarray:
    """Coloured noise that swells and fades: cars, wind, waves, applause far away."""
    level = swell(count, rng, most=4)
    return _unit(coloured_noise(count, rng) * level)


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


KINDS: tuple[Callable[[int, np.random.Generator], np.ndarray], ...] = (
    coloured_noise, breath, breath, clicks, clicks, room_tone, hum, traffic, music, music, music,
)  # fmt: skip


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
    """One period of a tone [_TONE_LENGTH] with up to ten harmonics."""
    phase = np.arange(_TONE_LENGTH) / _TONE_LENGTH * 2 * np.pi
    slope = rng.uniform(0.7, 2.0)
    harmonics = range(1, int(rng.integers(2, 11)))
    return sum(np.sin(k * phase) * rng.uniform(0.3, 1) / k**slope for k in harmonics).astype("f4")


def _note(
    sound: np.ndarray, start: int, length: int, pitch: float, decay: float, timbre: np.ndarray
) -> None:
    time = np.arange(length, dtype=np.float32) / SAMPLE_RATE
    shape = np.minimum(time / 0.01, 1) * np.exp(-decay * time)
    shape *= np.minimum((length / SAMPLE_RATE - time) / 0.02, 1)
    place = (time * (pitch * _TONE_LENGTH)).astype(np.int64) % _TONE_LENGTH
    _add(sound, start, 0.4 * shape * timbre[place])


def _add(sound: np.ndarray, start: int, part: np.ndarray) -> None:
    """Adds ``part`` from sample ``start`` on; what lies outside is dropped."""
    first, last = max(start, 0), min(start + len(part), len(sound))
    if first < last:
        sound[first:last] += part[first - start : last - start]


def _resonate(sound: np.ndarray, centre: float, width: float) -> np.ndarray:
    """A two-pole resonance at ``centre`` Hz, ``width`` Hz broad."""
    radius = np.exp(-np.pi * width / SAMPLE_RATE)
    turn = 2 * np.cos(2 * np.pi * centre / SAMPLE_RATE)
    return lfilter([1 - radius], [1, -radius * turn, radius**2], sound)


def _unit(sound: np.ndarray) -> np.ndarray:
    return sound / (np.std(sound) + 1e-9)
