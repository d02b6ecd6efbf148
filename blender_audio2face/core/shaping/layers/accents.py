"""Stressed syllables, as far as the mouth shows them, and what follows them: brows and head."""

from dataclasses import dataclass

import numpy as np

from ..smoothing import gaussian
from .timeline import bump, drift, instant_draws, overlay

RAISE = {"browInnerUp": 0.45, "browOuterUpLeft": 0.35, "browOuterUpRight": 0.35}
"""What a full raise of the brows adds to each channel."""

HEAD_CHANNELS = ("headPitch", "headYaw", "headRoll")
"""Radians. Pitch: chin down. Yaw: face to the character's left. Roll: head to the left shoulder."""

_SYLLABLE, _PHRASE = 0.06, 0.5
_APART = 0.6
_LEAST = 0.15

_BROW_RISE, _BROW_HOLD, _BROW_FALL = 0.16, 0.08, 0.4
_BROW_LEAD = 0.06

_WANDER = (0.025, 0.045, 0.02)
_NOD = 0.07
_NOD_RISE, _NOD_FALL = 0.17, 0.38
_EASE = 0.5


@dataclass(frozen=True)
class Accents:
    """Stressed syllables, ascending.

    Attributes:
        rows: int [K].
        strengths: 0..1, float [K].
        activity: how much the mouth moves around each row, 0..1, float32 [T].
    """

    rows: np.ndarray
    strengths: np.ndarray
    activity: np.ndarray


def find_accents(opening: np.ndarray | None, count: int, rate: float) -> Accents:
    """Stressed syllables: where the mouth opens most above its mean over a phrase.

    Loud and long syllables open it furthest. Accents are at least 0.6 s apart, like gestures; the
    strongest are found first.

    Args:
        opening: of the lips [T]; None if it is not known.
        count: T.
        rate: rows per second.
    """
    if opening is None or count < 3:
        return Accents(np.zeros(0, int), np.zeros(0), np.zeros(count, np.float32))
    column = opening.astype(np.float32)[:, None]
    syllable = gaussian(column, _SYLLABLE * rate)[:, 0]
    phrase = gaussian(column, _PHRASE * rate)[:, 0]
    above = syllable - phrase
    full = max(float(np.percentile(opening, 95)), 0.1)
    activity = np.minimum(phrase / (0.4 * full), 1.0).astype(np.float32)
    is_peak = (above[1:-1] >= above[:-2]) & (above[1:-1] > above[2:])
    peaks = 1 + np.flatnonzero(is_peak & (above[1:-1] > _LEAST * full))
    taken = np.zeros(len(opening), bool)
    apart = round(_APART * rate)
    chosen: list[int] = []
    for row in peaks[np.argsort(-above[peaks], kind="stable")].tolist():
        if not taken[row]:
            taken[max(row - apart, 0) : row + apart + 1] = True
            chosen.append(row)
    rows = np.sort(np.array(chosen, int))
    return Accents(rows, np.clip(above[rows] / (0.6 * full), 0.0, 1.0), activity)


def brow_track(accents: Accents, rate: float, start: float, seed: int) -> np.ndarray:
    """How far the brows are raised, float32 [T] of 0..1.

    Strong accents raise them more often and further; the raise is complete a little before the
    syllable's peak.
    """
    track = np.zeros(len(accents.activity), np.float32)
    raised = bump(rate, _BROW_RISE, _BROW_HOLD, _BROW_FALL)
    for row, strength in zip(accents.rows.tolist(), accents.strengths.tolist(), strict=True):
        whether, size = instant_draws(seed, "brows", start + row / rate, 2)
        if whether < 0.25 + 0.75 * strength:
            first = row - round((_BROW_RISE + _BROW_LEAD) * rate)
            overlay(track, first, raised * np.float32(strength * (0.7 + 0.6 * size)))
    return np.minimum(track, 1.0)


def head_track(accents: Accents, rate: float, start: float, seed: int) -> np.ndarray:
    """Head rotation, float32 [T, 3] in radians: a slow wander, and nods on stressed syllables.

    At rest on the first and last row.
    """
    count = len(accents.activity)
    seconds = start + np.arange(count) / rate
    livelier = 0.4 + 0.6 * accents.activity
    wander = [size * livelier * drift(seed, name, seconds)
              for name, size in zip(HEAD_CHANNELS, _WANDER, strict=True)]  # fmt: skip
    rotation = np.stack(wander, axis=1).astype(np.float32)
    nods = np.zeros(count, np.float32)
    nod = bump(rate, _NOD_RISE, 0.0, _NOD_FALL)
    for row, strength in zip(accents.rows.tolist(), accents.strengths.tolist(), strict=True):
        (size,) = instant_draws(seed, "nods", start + row / rate, 1)
        overlay(
            nods, row - round(_NOD_RISE * rate), nod * np.float32(strength * (0.6 + 0.4 * size))
        )
    rotation[:, 0] += _NOD * nods
    return rotation * _ease(count, rate)[:, None]


def _ease(count: int, rate: float) -> np.ndarray:
    """Weights [T]: 0 at both ends, eased to 1 within half a second."""
    inside = np.minimum(np.arange(count), np.arange(count)[::-1]) / (_EASE * rate)
    return (0.5 - 0.5 * np.cos(np.pi * np.minimum(inside, 1.0))).astype(np.float32)
