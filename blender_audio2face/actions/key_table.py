"""All that the keys of an F-curve carry, as arrays: read, cut, joined and written at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..shaping.keys import Keys

_LINEAR, _BEZIER = 1, 2
_ALIGNED = 3
_ATTRIBUTES = {
    "co": (2, np.float32),
    "handle_left": (2, np.float32),
    "handle_right": (2, np.float32),
    "handle_left_type": (1, np.int32),
    "handle_right_type": (1, np.int32),
    "interpolation": (1, np.int32),
    "easing": (1, np.int32),
    "type": (1, np.int32),
    "amplitude": (1, np.float32),
    "back": (1, np.float32),
    "period": (1, np.float32),
    "select_control_point": (1, np.bool_),
    "select_left_handle": (1, np.bool_),
    "select_right_handle": (1, np.bool_),
}
"""name -> (numbers in a key, type)."""

_HANDLES = ("handle_left", "handle_right")
_SET_BY_HAND = (0, _ALIGNED)
"""Types of handles that do not follow from the keys: free and aligned."""


@dataclass(frozen=True)
class KeyTable:
    """Keys of one F-curve.

    Attributes:
        columns: attribute of a key -> array [K, numbers].
    """

    columns: dict[str, np.ndarray]

    @property
    def frames(self) -> np.ndarray:
        """float32 [K]"""
        return self.columns["co"][:, 0]

    def __len__(self) -> int:
        return len(self.columns["co"])

    def where(self, chosen: np.ndarray) -> "KeyTable":
        """The keys chosen by a mask, bool [K]."""
        return KeyTable({name: column[chosen] for name, column in self.columns.items()})


NO_KEYS = KeyTable(
    {name: np.empty((0, width), kind) for name, (width, kind) in _ATTRIBUTES.items()}
)


def read(curve) -> KeyTable:
    """The keys of an F-curve."""
    if not curve.keyframe_points:
        return NO_KEYS
    return KeyTable({name: _get(curve.keyframe_points, name) for name in _ATTRIBUTES})


def frames_of(curve) -> np.ndarray:
    """The frames of an F-curve's keys, float32 [K]."""
    return _get(curve.keyframe_points, "co")[:, 0]


def write(curve, table: KeyTable) -> None:
    """Replaces an F-curve's keys by ``table``, ascending in time."""
    curve.keyframe_points.clear()
    curve.keyframe_points.add(len(table))
    _put(curve, table)


def write_fresh(curve, keys: Keys) -> None:
    """Replaces an F-curve's keys by new ones; the fast way where nothing is to be kept."""
    curve.keyframe_points.clear()
    curve.keyframe_points.add(len(keys.frames))
    for name, column in _fresh_columns(keys).items():
        curve.keyframe_points.foreach_set(name, column.ravel())
    curve.update()


def write_beside(curve, kept: KeyTable, baked: KeyTable, fresh: Sequence[Keys]) -> None:
    """Replaces an F-curve's keys.

    Args:
        curve: the F-curve.
        kept: keys that stay as they are.
        baked: keys of earlier bakes that stay; where a new key becomes the neighbour of one with
            aligned handles, the handle is fitted to the new distance.
        fresh: new keys. All frames differ.
    """
    parts = [kept.columns, baked.columns, *(_fresh_columns(keys) for keys in fresh)]
    total = sum(len(part["co"]) for part in parts)
    points = curve.keyframe_points
    points.clear()
    if not total:
        return
    points.add(1)
    default = {name: _get(points, name) for name in _ATTRIBUTES}
    points.add(total - 1)
    columns = {name: np.repeat(value, total, axis=0) for name, value in default.items()}
    start = 0
    for part in parts:
        end = start + len(part["co"])
        for name, column in part.items():
            columns[name][start:end] = column
        start = end
    order = np.argsort(columns["co"][:, 0], kind="stable")
    table = KeyTable({name: column[order] for name, column in columns.items()})
    is_new = order >= len(kept) + len(baked)
    is_baked = (order >= len(kept)) & ~is_new
    _fit_handles(table, is_new | is_baked & _beside(is_new))
    _put(curve, table)


def joined(first: KeyTable, second: KeyTable) -> KeyTable:
    """The keys of both, ascending in time."""
    columns = {
        name: np.concatenate([column, second.columns[name]])
        for name, column in first.columns.items()
    }
    order = np.argsort(columns["co"][:, 0], kind="stable")
    return KeyTable({name: column[order] for name, column in columns.items()})


def _beside(chosen: np.ndarray) -> np.ndarray:
    """Which keys have a chosen neighbour."""
    beside = np.zeros(len(chosen), bool)
    beside[1:] |= chosen[:-1]
    beside[:-1] |= chosen[1:]
    return beside


def _fit_handles(table: KeyTable, chosen: np.ndarray) -> None:
    """Sets aligned handles of the chosen keys to a third of the way to their neighbours."""
    co = table.columns["co"].astype(np.float64)
    step = np.diff(co[:, 0]) / 3
    if not len(step):
        return
    reach = {"handle_left": -np.append(step[0], step), "handle_right": np.append(step, step[-1])}
    for name, lengths in reach.items():
        handle = table.columns[name]
        old = handle - co
        fitted = chosen & (table.columns[f"{name}_type"][:, 0] == _ALIGNED) & (old[:, 0] != 0)
        slope = np.divide(old[:, 1], old[:, 0], out=np.zeros(len(co)), where=fitted)
        offset = np.stack([lengths, slope * lengths], axis=1)
        handle[fitted] = (co + offset)[fitted]


def _fresh_columns(keys: Keys) -> dict[str, np.ndarray]:
    """What new keys carry; the rest is as Blender makes a key."""
    frames, values = np.asarray(keys.frames, np.float64), np.asarray(keys.values, np.float64)
    count = len(frames)
    columns = {"co": np.stack([frames, values], axis=1).astype(np.float32)}
    if keys.slopes is None:
        return columns | {"interpolation": np.full((count, 1), _LINEAR, np.int32)}
    slopes = np.asarray(keys.slopes, np.float64)
    steps = np.diff(frames) / 3 if count > 1 else np.ones(1)
    for name, lengths in (
        ("handle_left", -np.append(steps[0], steps)[:count]),
        ("handle_right", np.append(steps, steps[-1])[:count]),
    ):
        ends = [frames + lengths, values + slopes * lengths]
        columns[name] = np.stack(ends, axis=1).astype(np.float32)
        columns[f"{name}_type"] = np.full((count, 1), _ALIGNED, np.int32)
    return columns | {"interpolation": np.full((count, 1), _BEZIER, np.int32)}


def _put(curve, table: KeyTable) -> None:
    """Fills the keys just added to an F-curve. Handles that follow from the keys and the selection
    Blender gives to new keys are not set: that would take half of the time. A key alone has
    handles that follow from nothing."""
    types = (table.columns[f"{name}_type"] for name in _HANDLES)
    follow = len(table) > 1 and not any(np.isin(kinds, _SET_BY_HAND).any() for kinds in types)
    for name, column in table.columns.items():
        as_made = follow if name in _HANDLES else column.dtype == bool and column.all()
        if not as_made:
            curve.keyframe_points.foreach_set(name, column.ravel())
    curve.update()


def _get(points, name: str) -> np.ndarray:
    width, kind = _ATTRIBUTES[name]
    data = np.empty(len(points) * width, kind)
    points.foreach_get(name, data)
    return data.reshape(-1, width)
