"""From a source's own names to the 52 ARKit channels."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52

from .track import ActorError

ChannelMap = Mapping[str, Mapping[str, float]]
"""ARKit channel to the controls that make it up and their weights."""

_SIDES = (
    (re.compile(r"[_.]l(eft)?$"), "left"),
    (re.compile(r"[_.]r(ight)?$"), "right"),
)

_LARGEST = 1e6
"""Of the weights in a map."""


def to_arkit(
    names: tuple[str, ...], values: np.ndarray, channel_map: ChannelMap | None, label: str
) -> np.ndarray:
    """ARKit channels [F, 52] float32 in 0..1 of values [F, C]; NaN for channels without a source.

    Without a map, names match whatever their case and with ``_L`` or ``Left`` for a side.
    Raises `ActorError` when nothing matches, or the map names a control that is not there.
    """
    arkit = np.full((len(values), len(ARKIT_52)), np.nan, np.float32)
    if channel_map is None:
        index = {_plain(name): column for column, name in enumerate(names)}
        sources = {
            name: {names[index[_plain(name)]]: 1.0} for name in ARKIT_52 if _plain(name) in index
        }
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
            isinstance(weight, (int, float)) and abs(weight) <= _LARGEST
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
