"""Brow raises on stressed syllables."""

import numpy as np

from .accents import Accents
from .timeline import bump, instant_draws, lay

RAISE = {"browInnerUp": 0.45, "browOuterUpLeft": 0.35, "browOuterUpRight": 0.35}
"""What a full raise adds to each channel."""

_RISE, _HOLD, _FALL = 0.16, 0.08, 0.4
_LEAD = 0.06


def brow_track(accents: Accents, rate: float, start: float, seed: int) -> np.ndarray:
    """How far the brows are raised, float32 [T] of 0..1.

    Strong accents raise them more often and further; the raise is there a little before the
    syllable's peak.
    """
    track = np.zeros(len(accents.activity), np.float32)
    raised = bump(rate, _RISE, _HOLD, _FALL)
    for row, strength in zip(accents.rows.tolist(), accents.strengths.tolist(), strict=True):
        whether, size = instant_draws(seed, "brows", start + row / rate, 2)
        if whether < 0.25 + 0.75 * strength:
            first = row - round((_RISE + _LEAD) * rate)
            lay(track, first, raised * np.float32(strength * (0.7 + 0.6 * size)))
    return np.minimum(track, 1.0)
