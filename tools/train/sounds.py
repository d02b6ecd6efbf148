"""Sounds that are no speech and must not move the mouth."""

from collections.abc import Callable

import numpy as np
from scipy.signal import lfilter

from model.features import SAMPLE_RATE

from .music import music
from .rooms import reverberate


def no_speech(count: int, rng: np.random.Generator) -> np.ndarray:
    """Sound [count] without speech at a random level: silence, or one or two of `_KINDS`."""
    if rng.random() < 0.12:
        return np.zeros(count, np.float32)
    sound = np.zeros(count)
    for _ in range(1 if rng.random() < 0.7 else 2):
        sound = sound + _KINDS[rng.integers(len(_KINDS))](count, rng) * rng.uniform(0.2, 1)
    if rng.random() < 0.25:
        sound = reverberate(sound, rng)
    level = 10 ** (rng.uniform(-60, -12) / 20)
    return (sound * level / (np.std(sound) + 1e-9)).astype(np.float32)


def coloured_noise(count: int, rng: np.random.Generator) -> np.ndarray:
    """Noise [count] of unit power with a random spectral slope, white to brown."""
    spectrum = np.fft.rfft(rng.standard_normal(count, np.float32))
    frequency = np.maximum(np.arange(len(spectrum)) * SAMPLE_RATE / count, 40.0)
    noise = np.fft.irfft(spectrum * frequency ** -rng.uniform(0, 1.0), count)
    return noise / (np.std(noise) + 1e-9)


def breath(count: int, rng: np.random.Generator) -> np.ndarray:
    """Noise through one or two broad resonances of a throat, swelling every few seconds."""
    sound = rng.standard_normal(count)
    for _ in range(rng.integers(1, 3)):
        centre, width = rng.uniform(400, 4000), rng.uniform(300, 1500)
        sound = sound + 4 * _resonate(sound, centre, width)
    time = np.arange(count) / SAMPLE_RATE
    swell = np.clip(np.sin(2 * np.pi * rng.uniform(0.2, 0.8) * time + rng.uniform(0, 6)), 0, 1)
    return _unit(sound * swell ** rng.uniform(0.7, 2))


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
    points = rng.random(max(int(count / SAMPLE_RATE * rng.uniform(1, 4)), 2))
    level = np.interp(np.linspace(0, len(points) - 1, count), np.arange(len(points)), points)
    return _unit(coloured_noise(count, rng) * level)


_KINDS: tuple[Callable[[int, np.random.Generator], np.ndarray], ...] = (
    coloured_noise, breath, breath, clicks, clicks, room_tone, hum, traffic, music, music, music,
)  # fmt: skip


def _resonate(sound: np.ndarray, centre: float, width: float) -> np.ndarray:
    """A two-pole resonance at ``centre`` Hz, ``width`` Hz broad."""
    radius = np.exp(-np.pi * width / SAMPLE_RATE)
    turn = 2 * np.cos(2 * np.pi * centre / SAMPLE_RATE)
    return lfilter([1 - radius], [1, -radius * turn, radius**2], sound)


def _unit(sound: np.ndarray) -> np.ndarray:
    return sound / (np.std(sound) + 1e-9)
