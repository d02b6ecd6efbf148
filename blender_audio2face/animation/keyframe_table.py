"""All attributes of an F-curve's keys as arrays: read, merged, compared and written at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..core.keys.keyframes import Keys

if TYPE_CHECKING:
    import bpy

CONSTANT = 0
_LINEAR, _BEZIER = 1, 2
_EXTREME, _BREAKDOWN = 1, 2
_FREE, _ALIGNED, _AUTO_CLAMPED = 0, 3, 4


class _Attribute(NamedTuple):
    """An attribute of keys.

    Attributes:
        width: numbers in a key.
        dtype: Blender's own type of it: arrays of another type are converted number by number,
            which takes ten times longer.
        default: its value in a new key.
    """

    width: int
    dtype: type[np.generic]
    default: float


ATTRIBUTES = {
    "co": _Attribute(2, np.float32, 0.0),
    "handle_left": _Attribute(2, np.float32, 0.0),
    "handle_right": _Attribute(2, np.float32, 0.0),
    "handle_left_type": _Attribute(1, np.uint8, _AUTO_CLAMPED),
    "handle_right_type": _Attribute(1, np.uint8, _AUTO_CLAMPED),
    "interpolation": _Attribute(1, np.uint8, _BEZIER),
    "easing": _Attribute(1, np.uint8, 0),
    "type": _Attribute(1, np.uint8, 0),
    "amplitude": _Attribute(1, np.float32, 0.0),
    "back": _Attribute(1, np.float32, 0.0),
    "period": _Attribute(1, np.float32, 0.0),
    "select_control_point": _Attribute(1, np.bool_, True),
    "select_left_handle": _Attribute(1, np.bool_, True),
    "select_right_handle": _Attribute(1, np.bool_, True),
}

_HANDLES = ("handle_left", "handle_right")
_HANDLE_TYPES = ("handle_left_type", "handle_right_type")
_SUMMED = 32
"""Keys in each sum of ``handle_sums``."""


@dataclass(frozen=True)
class KeyTable:
    """Keys of one F-curve.

    Attributes:
        columns: attribute of a key -> array [K, numbers]. A missing attribute has its default;
            handles that follow from the keys may be missing too.
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
        if chosen.all():
            return self
        return KeyTable({name: column[chosen] for name, column in self.columns.items()})


NO_KEYS = KeyTable({"co": np.empty((0, 2), np.float32)})


def read(curve: "bpy.types.FCurve") -> KeyTable:
    """The keys of an F-curve."""
    points = curve.keyframe_points
    if not points:
        return NO_KEYS
    columns = {name: _get(points, name) for name in ATTRIBUTES if name not in _HANDLES}
    if len(points) == 1 or _has_own_handles(columns):
        columns |= {name: _get(points, name) for name in _HANDLES}
    return KeyTable(columns)


def frames_of(curve: "bpy.types.FCurve") -> np.ndarray:
    """The frames of an F-curve's keys, float32 [K]."""
    return _get(curve.keyframe_points, "co")[:, 0]


def columns_of(curve: "bpy.types.FCurve", names: Sequence[str]) -> dict[str, np.ndarray]:
    """Some attributes of an F-curve's keys, as in a table."""
    return {name: _get(curve.keyframe_points, name) for name in names}


def write(curve: "bpy.types.FCurve", table: KeyTable) -> None:
    """Replaces an F-curve's keys by ``table``, ascending in time."""
    points = curve.keyframe_points
    points.clear()
    if not len(table):
        return
    points.add(len(table))
    columns = table.columns
    if len(table) == 1 and not columns.keys() >= set(_HANDLES):
        columns = columns | _single_handles(columns["co"])
    follow = len(table) > 1 and not _has_own_handles(columns)
    for name, column in columns.items():
        if name in _HANDLES and follow:
            continue
        if name == "co" or name in _HANDLES or (column != ATTRIBUTES[name].default).any():
            points.foreach_set(name, column.ravel())
    curve.update()


def write_exactly(curve: "bpy.types.FCurve", table: KeyTable) -> None:
    """``write``, with handles of the artist's own to the bit."""
    write(curve, table)
    if len(table) and _has_own_handles(table.columns):
        for name in _HANDLES:
            kind = column(table, f"{name}_type")[:, 0]
            own = (kind == _FREE) | (kind == _ALIGNED)
            set_handles(curve, {name: table.columns[name]}, own)


def set_handles(
    curve: "bpy.types.FCurve", handles: Mapping[str, np.ndarray], chosen: np.ndarray
) -> None:
    """Sets handles of chosen keys, bool [K], without having Blender round them."""
    for name, wanted in handles.items():
        now = _get(curve.keyframe_points, name)
        if (now[chosen] != wanted[chosen]).any():
            now[chosen] = wanted[chosen]
            curve.keyframe_points.foreach_set(name, now.ravel())


def combine(kept: KeyTable, baked: KeyTable, new: Sequence[Keys]) -> KeyTable:
    """All keys that an F-curve is to have, ascending in time.

    Args:
        kept: keys that stay as they are.
        baked: keys of earlier bakes that stay; aligned handles are fitted to the new distance
            where a new key becomes their neighbour.
        new: new keys. All frames differ.
    """
    tables = [kept, baked, *(new_keys(keys) for keys in new)]
    table, order = ascending(tables)
    if sum(map(bool, tables)) > 1:
        is_new = order >= len(kept) + len(baked)
        is_baked = (order >= len(kept)) & ~is_new
        _fit_handles(table, is_new | is_baked & _beside(is_new))
    return table


def is_alike(table: KeyTable, other: KeyTable) -> bool:
    """Whether two tables show the same curve; Blender rounds aligned handles at each update."""
    if len(table) != len(other):
        return False
    columns, others = table.columns, other.columns
    names = ("co", "interpolation", "easing", "type", *_HANDLE_TYPES)
    if any((column(table, name) != column(other, name)).any() for name in names):
        return False
    shared = [name for name in _HANDLES if name in columns and name in others]
    if len(table) > 1 and _has_own_handles(columns) and len(shared) < len(_HANDLES):
        return False
    reach = _rounding(columns["co"])
    return all((np.abs(columns[name] - others[name]) <= reach).all() for name in shared)


def handle_sums(table: KeyTable) -> np.ndarray:
    """Where free and aligned handles are, in a few numbers: weighted sums over 32 keys each of the
    handles' distances (frames, values) from their keys, float64 [S, 2]."""
    sums = np.zeros((-(-len(table) // _SUMMED), 2))
    weights = 1.0 + 0.5 * np.cos(2.4 * np.arange(len(table)))
    for side, (name, kind) in enumerate(zip(_HANDLES, _HANDLE_TYPES, strict=True)):
        if name not in table.columns:
            continue
        types = column(table, kind)[:, 0]
        counted = weights * ((types == _FREE) | (types == _ALIGNED)) * (1.0 + 0.3 * side)
        offsets = table.columns[name].astype(np.float64) - table.columns["co"]
        np.add.at(sums, np.arange(len(table)) // _SUMMED, counted[:, None] * offsets)
    return sums


def sums_alike(table: KeyTable, sums: np.ndarray) -> bool:
    """Whether ``handle_sums`` of a table are about these sums."""
    present = handle_sums(table)
    if present.shape != sums.shape:
        return False
    return bool((np.abs(present - sums) <= _SUMMED * _rounding(table.columns["co"])).all())


def _rounding(co: np.ndarray) -> np.ndarray:
    """How far (frames, values) Blender's updates move an aligned handle at most, float64 [2]: four
    float32 steps at the farthest frame, at least 0.001; and 0.0002 of the largest value."""
    farthest = np.abs(co).max(axis=0, initial=1.0)
    return np.maximum(4.0 * np.spacing(farthest.astype(np.float32)), [1e-3, 2e-4 * farthest[1]])


def merge(first: KeyTable, second: KeyTable) -> KeyTable:
    """The keys of both, ascending in time."""
    return ascending([first, second])[0]


def new_keys(keys: Keys) -> KeyTable:
    """New keys, with Blender's defaults for all that they do not say."""
    frames, values = np.asarray(keys.frames, np.float64), np.asarray(keys.values, np.float64)
    count = len(frames)
    columns = {"co": _pairs(frames, values)}
    if keys.extremes is not None:
        kinds = np.where(keys.extremes, _EXTREME, _BREAKDOWN)
        columns["type"] = kinds.astype(np.uint8)[:, None]
    if keys.slopes is None:
        joined = CONSTANT if keys.held else _LINEAR
        return KeyTable(columns | {"interpolation": np.full((count, 1), joined, np.uint8)})
    slopes = np.asarray(keys.slopes, np.float64)
    steps = np.diff(frames) / 3 if count > 1 else np.ones(1)
    for name, lengths in (
        ("handle_left", -np.append(steps[0], steps)[:count]),
        ("handle_right", np.append(steps, steps[-1])[:count]),
    ):
        columns[name] = _pairs(frames + lengths, values + slopes * lengths)
    return KeyTable(columns | dict.fromkeys(_HANDLE_TYPES, np.full((count, 1), _ALIGNED, np.uint8)))


def _pairs(frames: np.ndarray, values: np.ndarray) -> np.ndarray:
    """float32 [K, 2]"""
    pairs = np.empty((len(frames), 2), np.float32)
    pairs[:, 0], pairs[:, 1] = frames, values
    return pairs


def ascending(tables: Sequence[KeyTable]) -> tuple[KeyTable, np.ndarray]:
    """The keys of all tables, ascending in time, and the place of each in the joined tables."""
    tables = [table for table in tables if len(table)]
    if not tables:
        return NO_KEYS, np.empty(0, np.intp)
    order = np.arange(sum(len(table) for table in tables))
    if len(tables) == 1:
        return tables[0], order
    names = [name for name in ATTRIBUTES if any(name in table.columns for table in tables)]
    columns = {name: np.concatenate([column(table, name) for table in tables]) for name in names}
    frames = columns["co"][:, 0]
    if (frames[1:] < frames[:-1]).any():
        order = np.argsort(frames, kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
    return KeyTable(columns), order


def column(table: KeyTable, name: str) -> np.ndarray:
    """An attribute of all keys, also where a table leaves it at its default."""
    if name in table.columns:
        return table.columns[name]
    width, dtype, default = ATTRIBUTES[name]
    return np.full((len(table), width), default, dtype)


def _beside(chosen: np.ndarray) -> np.ndarray:
    """Which keys have a chosen neighbour."""
    beside = np.zeros(len(chosen), bool)
    beside[1:] |= chosen[:-1]
    beside[:-1] |= chosen[1:]
    return beside


def _fit_handles(table: KeyTable, chosen: np.ndarray) -> None:
    """Sets aligned handles of the chosen keys to a third of the way to their neighbours."""
    if not _has_own_handles(table.columns):
        return
    co = table.columns["co"].astype(np.float64)
    step = np.diff(co[:, 0]) / 3
    reach = {"handle_left": -np.append(step[0], step), "handle_right": np.append(step, step[-1])}
    for name, lengths in reach.items():
        handle = table.columns[name]
        old = handle - co
        fitted = chosen & (table.columns[f"{name}_type"][:, 0] == _ALIGNED) & (old[:, 0] != 0)
        slope = np.divide(old[:, 1], old[:, 0], out=np.zeros(len(co)), where=fitted)
        offset = np.stack([lengths, slope * lengths], axis=1)
        handle[fitted] = (co + offset)[fitted]


def _has_own_handles(columns: dict[str, np.ndarray]) -> bool:
    """Whether any key has free or aligned handles, which do not follow from the keys."""
    kinds = (columns[name] for name in _HANDLE_TYPES if name in columns)
    return any(((kind == _FREE) | (kind == _ALIGNED)).any() for kind in kinds)


def _single_handles(co: np.ndarray) -> dict[str, np.ndarray]:
    """The handles that Blender gives a key without neighbours: level, a frame to each side."""
    step = np.array((1, 0), np.float32)
    return {"handle_left": co - step, "handle_right": co + step}


def _get(points: "bpy.types.FCurveKeyframePoints", name: str) -> np.ndarray:
    width, dtype, _ = ATTRIBUTES[name]
    data = np.empty(len(points) * width, dtype)
    points.foreach_get(name, data)
    return data.reshape(-1, width)
