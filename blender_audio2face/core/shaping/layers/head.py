"""Head movement: a slow wander while speaking, and a nod on stressed syllables."""

import numpy as np

from .accents import Accents
from .timeline import bump, drift, instant_draws, lay

HEAD_CHANNELS = ("headPitch", "headYaw", "headRoll")
"""Radians. Pitch: chin down. Yaw: face to the character's left. Roll: head to the left shoulder."""

_WANDER = (0.025, 0.045, 0.02)
_NOD = 0.07
_RISE, _FALL = 0.17, 0.38
_EASE = 0.5


def head_track(accents: Accents, rate: float, start: float, seed: int) -> np.ndarray:
    """Head rotation, float32 [T, 3] in radians, at rest on the first and last row."""
    count = len(accents.activity)
    seconds = start + np.arange(count) / rate
    livelier = 0.4 + 0.6 * accents.activity
    wander = [size * livelier * drift(seed, name, seconds)
              for name, size in zip(HEAD_CHANNELS, _WANDER, strict=True)]  # fmt: skip
    rotation = np.stack(wander, axis=1).astype(np.float32)
    nods = np.zeros(count, np.float32)
    nod = bump(rate, _RISE, 0.0, _FALL)
    for row, strength in zip(accents.rows.tolist(), accents.strengths.tolist(), strict=True):
        (size,) = instant_draws(seed, "nods", start + row / rate, 1)
        lay(nods, row - round(_RISE * rate), nod * np.float32(strength * (0.6 + 0.4 * size)))
    rotation[:, 0] += _NOD * nods
    return rotation * _ease(count, rate)[:, None]


def _ease(count: int, rate: float) -> np.ndarray:
    """0 at both ends, 1 half a second inside them, with an ease."""
    inside = np.minimum(np.arange(count), np.arange(count)[::-1]) / (_EASE * rate)
    return (0.5 - 0.5 * np.cos(np.pi * np.minimum(inside, 1.0))).astype(np.float32)
