"""What a tracker measured to what the face did: rest, range, closures, dead channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.channels import ARKIT_52, EYES

NOT_HEARD: tuple[str, ...] = tuple(
    name for name in EYES if name.startswith(("eyeBlink", "eyeLook"))
)
"""Channels that no sound tells: blinks and gaze, of which a network would learn the mean."""

_REST_PERCENTILE = 20.0
_LEAST_SILENCE = 100  # rows
_PEAK_PERCENTILE = 99.5
_LEAST_RANGE = 0.03
_MOST_GAIN = 3.0
_SEALED, _PARTED = 0.02, 0.035  # lip gap over the distance of the outer eye corners

_SPEECH_PEAKS = {
    "jawOpen": 0.6, "mouthFunnel": 0.5, "mouthPucker": 0.8,
    "mouthLowerDownLeft": 0.35, "mouthLowerDownRight": 0.35,
    "mouthUpperUpLeft": 0.25, "mouthUpperUpRight": 0.25,
    "mouthRollLower": 0.5, "mouthRollUpper": 0.3,
    "mouthPressLeft": 0.35, "mouthPressRight": 0.35,
    "mouthStretchLeft": 0.25, "mouthStretchRight": 0.25,
    "mouthSmileLeft": 0.4, "mouthSmileRight": 0.4,
    "browInnerUp": 0.5, "browOuterUpLeft": 0.35, "browOuterUpRight": 0.35,
}  # fmt: skip
"""What channels reach in lively speech, ours, from the teacher's targets and ARKit captures."""

_CLOSE, _JAW = ARKIT_52.index("mouthClose"), ARKIT_52.index("jawOpen")
_PARTING = [
    ARKIT_52.index(name)
    for name in ("mouthLowerDownLeft", "mouthLowerDownRight",
                 "mouthUpperUpLeft", "mouthUpperUpRight")
]  # fmt: skip


@dataclass(frozen=True)
class Calibration:
    """How one actor's channels are corrected; arrays [52].

    Attributes:
        rest: what is subtracted.
        gain: what multiplies the rest.
        absent: bool, channels that the files do not have.
        dead: bool, channels that never move and so say nothing; absent ones are not among them.
    """

    rest: np.ndarray
    gain: np.ndarray
    absent: np.ndarray
    dead: np.ndarray


def measure(takes: Sequence[np.ndarray], silent: Sequence[np.ndarray], scores: bool) -> Calibration:
    """The calibration of one actor from all takes, ARKit rows [T, 52], and their silence [T] bool.

    Rest is a low percentile of silence, of everything where less than a second is silent.
    ``scores`` of a classifier have no true size: mouth and brow channels that move are brought to
    what they reach in speech; ARKit's own values are left in theirs.
    """
    rows, quiet = np.concatenate(takes), np.concatenate(silent)
    seen = ~np.all(np.isnan(rows), axis=0)
    rest, low, peak = np.zeros(52), np.zeros(52), np.zeros(52)
    enough = quiet.sum() >= _LEAST_SILENCE and not np.all(np.isnan(rows[quiet][:, seen]))
    still = rows[quiet] if enough else rows
    percentile = _REST_PERCENTILE if enough else _REST_PERCENTILE / 4
    for channel in np.flatnonzero(seen):
        known = rows[:, channel][np.isfinite(rows[:, channel])]
        quiet_known = still[:, channel][np.isfinite(still[:, channel])]
        rest[channel] = np.percentile(quiet_known if len(quiet_known) else known, percentile)
        low[channel], peak[channel] = np.percentile(known, (0.5, _PEAK_PERCENTILE))
    dead = seen & (peak - low < _LEAST_RANGE)
    rest[_CLOSE] = 0.0  # a share of the jaw's opening, not a movement of its own
    gain = 1.0 / np.maximum(1.0 - rest, 0.1)
    if scores:
        for name, wanted in _SPEECH_PEAKS.items():
            channel = ARKIT_52.index(name)
            if seen[channel] and not dead[channel]:
                reached = (peak[channel] - rest[channel]) * gain[channel]
                gain[channel] *= np.clip(wanted / max(reached, 1e-3), 1 / _MOST_GAIN, _MOST_GAIN)
    return Calibration(rest, gain, ~seen, dead)


def apply(rows: np.ndarray, lip_gap: np.ndarray | None, by: Calibration) -> np.ndarray:
    """Calibrated rows [T, 52] in 0..1; NaN for dead channels, blinks, gaze and lost frames.

    With a lip gap [T] the lips seal where it is below 0.02 of the distance of the eye corners:
    mouthClose becomes jawOpen, and what parts the lips vanishes.
    """
    values = np.clip((rows - by.rest) * by.gain, 0.0, 1.0).astype(np.float32)
    values[:, by.dead] = np.nan
    values[:, [ARKIT_52.index(name) for name in NOT_HEARD]] = np.nan
    if lip_gap is not None:
        seal = np.clip((_PARTED - lip_gap) / (_PARTED - _SEALED), 0.0, 1.0)
        values[:, _CLOSE] = seal * values[:, _JAW]
        values[:, _PARTING] *= (1.0 - seal)[:, None]
    return values
