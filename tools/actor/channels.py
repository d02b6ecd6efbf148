"""From a source's own controls to calibrated ARKit channels: names, rest, range, closures."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52, EYES

from .tracks import ActorError

ChannelMap = Mapping[str, Mapping[str, float]]
"""ARKit channel to the controls that it is made of and their weights."""

_SIDES = ((re.compile(r"[_.]l(eft)?$"), "left"), (re.compile(r"[_.]r(ight)?$"), "right"))
_LARGEST_WEIGHT = 1e6  # in a map

INAUDIBLE: tuple[str, ...] = tuple(
    name for name in EYES if name.startswith(("eyeBlink", "eyeLook"))
)
"""Channels of which sound says nothing, blinks and gaze: a network would learn their mean."""

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
"""Peaks of channels in lively speech: our choice, from the teacher's targets and ARKit captures."""

_CLOSE, _JAW = ARKIT_52.index("mouthClose"), ARKIT_52.index("jawOpen")
_PARTING = [
    ARKIT_52.index(name)
    for name in ("mouthLowerDownLeft", "mouthLowerDownRight",
                 "mouthUpperUpLeft", "mouthUpperUpRight")
]  # fmt: skip


def to_arkit(
    names: tuple[str, ...], values: np.ndarray, channel_map: ChannelMap | None, label: object
) -> np.ndarray:
    """ARKit channels [F, 52] float32 in 0..1 of values [F, C]; NaN for channels without a source.

    Without a map, names match whatever their case and with ``_L`` or ``Left`` for a side.
    Raises `ActorError` when nothing matches, or the map names a control that the source lacks.
    """
    arkit = np.full((len(values), len(ARKIT_52)), np.nan, np.float32)
    if channel_map is None:
        found = {_plain(name): name for name in names}
        sources = {name: {found[_plain(name)]: 1.0} for name in ARKIT_52 if _plain(name) in found}
    else:
        sources = channel_map
    if not sources:
        raise ActorError(
            f"{label} has no ARKit channels (it has {', '.join(names[:4])} …); "
            "say with --map what they are made of."
        )
    columns = {name: column for column, name in enumerate(names)}
    for channel, controls in sources.items():
        missing = [name for name in controls if name not in columns]
        if missing:
            raise ActorError(f'{label} has no "{missing[0]}", which the map asks for.')
        parts = [weight * values[:, columns[name]] for name, weight in controls.items()]
        arkit[:, ARKIT_52.index(channel)] = np.clip(np.sum(parts, axis=0), 0.0, 1.0)
    return arkit


def read_channel_map(path: Path) -> ChannelMap:
    """A TOML file with a table per ARKit channel: ``jawOpen = { mouth_stretch_c = 1.0 }``.

    Raises `ActorError` where it is not of that form.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ActorError(f"The map {path} cannot be read: {error}.") from error
    for channel, controls in found.items():
        if channel not in ARKIT_52:
            raise ActorError(f'"{channel}" in {path} is no ARKit channel.')
        numbers = isinstance(controls, dict) and all(
            isinstance(weight, (int, float)) and abs(weight) <= _LARGEST_WEIGHT
            for weight in controls.values()
        )
        if not numbers or not controls:
            raise ActorError(f'"{channel}" in {path} must be a table of controls and weights.')
    return found


def _plain(name: str) -> str:
    plain = name.lower()
    for pattern, side in _SIDES:
        plain = pattern.sub(side, plain)
    return plain


@dataclass(frozen=True)
class Calibration:
    """How one actor's channels are corrected; arrays [52].

    Attributes:
        rest: subtracted first.
        gain: multiplies the result.
        absent: bool, channels that the files do not have.
        dead: bool, channels that the files have but that never move.
    """

    rest: np.ndarray
    gain: np.ndarray
    absent: np.ndarray
    dead: np.ndarray


def calibrate(
    takes: Sequence[np.ndarray], silent: Sequence[np.ndarray], scores: bool
) -> Calibration:
    """The calibration of one actor from all takes, ARKit rows [T, 52], and their silence [T] bool.

    Rest is a low percentile of silence, of everything where less than a second is silent.
    ``scores`` of a classifier have no true size: mouth and brow channels that move are scaled to
    their usual peaks in speech; ARKit's own values keep their size.
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
        for name, usual in _SPEECH_PEAKS.items():
            channel = ARKIT_52.index(name)
            if seen[channel] and not dead[channel]:
                reached = (peak[channel] - rest[channel]) * gain[channel]
                gain[channel] *= np.clip(usual / max(reached, 1e-3), 1 / _MOST_GAIN, _MOST_GAIN)
    return Calibration(rest, gain, ~seen, dead)


def apply_calibration(
    rows: np.ndarray, lip_gap: np.ndarray | None, calibration: Calibration
) -> np.ndarray:
    """Calibrated rows [T, 52] in 0..1; NaN for dead channels, blinks, gaze and lost frames.

    With a lip gap [T] the lips seal where it is below 0.02 of the distance of the eye corners:
    mouthClose becomes jawOpen, and the channels that part the lips become 0.
    """
    values = np.clip((rows - calibration.rest) * calibration.gain, 0.0, 1.0).astype(np.float32)
    values[:, calibration.dead] = np.nan
    values[:, [ARKIT_52.index(name) for name in INAUDIBLE]] = np.nan
    if lip_gap is not None:
        seal = np.clip((_PARTED - lip_gap) / (_PARTED - _SEALED), 0.0, 1.0)
        values[:, _CLOSE] = seal * values[:, _JAW]
        values[:, _PARTING] *= (1.0 - seal)[:, None]
    return values
