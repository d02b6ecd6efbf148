"""Rooms: a direct path, early reflections and a diffuse tail."""

import numpy as np
from scipy.signal import fftconvolve

from model.features import SAMPLE_RATE

_DIFFUSE_FROM = 0.04


def reverberate(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``speech`` [N] at 16 kHz in a random room; the direct sound keeps its time and level."""
    return fftconvolve(speech, room_response(rng))[: len(speech)]


def room_response(rng: np.random.Generator) -> np.ndarray:
    """A room's impulse response, 1 at its first sample.

    Reflections off the walls of a box come within 40 ms, each at the time and level of its image
    source; then noise decays by 60 dB in 0.15 to 1 s, faster at high frequencies. The energy of
    all that follows lies 2 to 20 dB below the direct sound.
    """
    decay = rng.uniform(0.15, 1.0)
    count = int(decay * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    tail = rng.standard_normal(count) * 10 ** (-3 * time / decay)
    # Walls absorb high frequencies: a one-pole low pass, of another strength in each room.
    pole = rng.uniform(0.1, 0.8)
    kernel = (1 - pole) * pole ** np.arange(32)
    tail = np.convolve(tail, kernel)[:count]
    tail[: int(_DIFFUSE_FROM * SAMPLE_RATE)] *= 0.1
    tail /= np.sqrt(np.sum(tail**2)) + 1e-9
    early = _reflections(rng, count)
    early /= np.sqrt(np.sum(early**2)) + 1e-9
    share = rng.uniform(0.3, 0.8)
    late = np.sqrt(share) * early + np.sqrt(1 - share) * tail
    late *= 10 ** (-rng.uniform(2, 20) / 20)
    late[0] = 1.0
    return late


def _reflections(rng: np.random.Generator, count: int) -> np.ndarray:
    """First and second image sources of a box room, [count] samples after the direct sound."""
    size = rng.uniform((2.5, 2.0, 2.2), (8.0, 6.0, 3.5))
    source = size * rng.uniform(0.2, 0.8, 3)
    listener = source + rng.uniform(-1, 1, 3) * np.minimum(size * 0.15, 0.8)
    direct = np.linalg.norm(source - listener) + 0.1
    reflected = rng.uniform(0.4, 0.9)
    response = np.zeros(count)
    images = np.stack(np.meshgrid(*[range(-2, 3)] * 3), -1).reshape(-1, 3)
    order = np.abs(images).sum(1)
    images, order = images[(order > 0) & (order < 3)], order[(order > 0) & (order < 3)]
    mirrored = np.where(images % 2, size * (images + 1) - source, size * images + source)
    distance = np.linalg.norm(mirrored - listener, axis=1)
    late = np.round((distance - direct) / 343 * SAMPLE_RATE).astype(int)
    inside = (late > 0) & (late < count)
    signs = rng.choice([-1.0, 1.0], len(late))
    np.add.at(response, late[inside], (signs * reflected**order * direct / distance)[inside])
    return response
