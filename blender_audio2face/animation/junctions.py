"""Sets baked keys between an artist's keys on one F-curve, so that his curve outside of them stays.

Between his last key and the first baked one, and between the last baked one and his next, the curve
is the part of his own that was there (de Casteljau). For that his key beside the bake gets a
shorter handle; handles that Blender would place anew, now that other keys are beside theirs, become
free ones. What his keys were is given back for the day when the bake is removed.
"""

from typing import TYPE_CHECKING

import numpy as np

from . import keyframe_table
from .keyframe_table import ATTRIBUTES, KeyTable

if TYPE_CHECKING:
    import bpy

_CONSTANT, _LINEAR, _BEZIER = 0, 1, 2
_FREE = 0
_PLACED_BY_BLENDER = (1, 2, 4)
"""Handle types AUTO, VECTOR and AUTO_CLAMPED."""

_HALVINGS = 60

_FAR = 100.0
"""Frames from which the slope of a curve beyond its last key is measured."""


def can_join(curve: "bpy.types.FCurve", frames: tuple[float, ...]) -> bool:
    """Whether an artist's curve can stay as it is around keys that begin or end at frames.

    A curve that repeats its keys cannot, nor an eased movement (Sine, Elastic, ...) that is cut.
    """
    if any(each.type == "CYCLES" and not each.mute for each in curve.modifiers):
        return False
    table = keyframe_table.read(curve)
    if not len(table):
        return True
    before = np.searchsorted(table.frames, frames, side="right") - 1
    inside = before[(before >= 0) & (before < len(table) - 1)]
    kinds = table.columns["interpolation"][inside, 0]
    return bool(np.isin(kinds, (_CONSTANT, _LINEAR, _BEZIER)).all())


def write_between(
    curve: "bpy.types.FCurve", artists: KeyTable, covered: np.ndarray, ours: KeyTable
) -> np.ndarray:
    """Gives a curve the artist's keys that are not covered, and ours.

    Args:
        curve: an F-curve.
        artists: all keys of the artist, ascending.
        covered: which of them give way, bool [K].
        ours: keys to set between the others, ascending; at least one.

    Returns:
        Which of the artist's keys have other handles or interpolation now, bool [K].
    """
    keyframe_table.write(curve, artists)
    original = _with_handles(curve, artists)
    kept = original.where(~covered)
    numbers = np.flatnonzero(~covered)
    table, order = keyframe_table.ascending([kept, _with_free_handles(ours)])
    columns = {name: column.copy() for name, column in table.columns.items()}
    is_ours = order >= len(kept)
    number = np.append(numbers, np.full(len(ours), -1))[order]
    _join(curve, original, columns, is_ours, number)
    exact = {name: columns[name].copy() for name in ("handle_left", "handle_right")}
    his = ~is_ours
    while True:
        keyframe_table.write(curve, KeyTable(columns))
        moved = np.zeros(len(order), bool)
        for name, wanted in exact.items():
            now = keyframe_table.columns_of(curve, (name,))[name]
            kind = columns[f"{name}_type"][:, 0]
            moved |= his & np.isin(kind, _PLACED_BY_BLENDER) & (now != wanted).any(axis=1)
        if not moved.any():
            break
        for name in exact:
            columns[f"{name}_type"][moved] = _FREE
            columns[name][moved] = exact[name][moved]
    keyframe_table.set_handles(curve, exact, his)
    changed = np.zeros(len(artists), bool)
    for name in ("handle_left", "handle_right", "handle_left_type", "handle_right_type",
                 "interpolation"):  # fmt: skip
        differs = (columns[name][his] != original.columns[name][number[his]]).any(axis=1)
        changed[number[his]] |= differs
    return changed


def given_back(current: KeyTable, replaced: KeyTable, is_covered: np.ndarray) -> KeyTable:
    """The artist's keys without a bake.

    Args:
        current: his keys on the curve now.
        replaced: what keys were that gave way, or that got other handles.
        is_covered: which of ``replaced`` gave way, bool [K]. The others come back only where they
            are as ``write_between`` left them: the artist may have changed them since.
    """
    use_current, use_replaced = np.ones(len(current), bool), is_covered.copy()
    places = {frame: place for place, frame in enumerate(current.frames.tolist())}
    for index, frame in enumerate(replaced.frames.tolist()):
        place = places.get(frame)
        if place is None:
            continue
        if is_covered[index] or _is_adjusted(current, place, replaced, index):
            use_current[place], use_replaced[index] = False, True
    return keyframe_table.merge(current.where(use_current), replaced.where(use_replaced))


def _join(
    curve: "bpy.types.FCurve",
    original: KeyTable,
    columns: dict[str, np.ndarray],
    is_ours: np.ndarray,
    number: np.ndarray,
) -> None:
    """Changes keys beside each other, of which one is ours, so that the original curve runs between
    them, and at both ends of the curve."""
    co, interpolation = columns["co"], columns["interpolation"]
    outside = _CONSTANT if curve.extrapolation == "CONSTANT" else _LINEAR
    beside = np.flatnonzero(is_ours[1:] != is_ours[:-1])
    ends = [end for end in (0, len(co) - 1) if is_ours[end]]
    places = {*ends, *(i + int(is_ours[i + 1]) for i in beside.tolist())}
    base = {i: curve.evaluate(float(co[i, 0])) for i in places}  # before the curve is written
    for i, value in base.items():
        shift = value - float(co[i, 1])
        for name in ("co", "handle_left", "handle_right"):
            columns[name][i, 1] += shift
        co[i, 1] = value
    for i in beside.tolist():
        after = bool(is_ours[i])  # ours, then his
        his = number[i + 1] if after else number[i]
        first = his - 1 if after else his
        if first < 0 or first == len(original) - 1:
            interpolation[i] = outside
            if outside == _LINEAR:
                _straighten(columns, i)
            continue
        interpolation[i] = original.columns["interpolation"][first]
        if interpolation[i, 0] == _BEZIER:
            left, right = _split(original, first, float(co[i if after else i + 1, 0]))
            _, start, end, _ = right if after else left
            columns["handle_right"][i], columns["handle_left"][i + 1] = start, end
            _free(columns, i, i + 1)
    if outside == _LINEAR:
        for i, beyond in _beyond(curve, co, is_ours, interpolation).items():
            if i == 0 and len(co) > 1 and interpolation[i, 0] == _LINEAR:
                _straighten(columns, i)
            columns["handle_left" if i == 0 else "handle_right"][i] = beyond
            interpolation[i] = _BEZIER  # Blender goes on along its handle
            _free(columns, i)


def _beyond(
    curve: "bpy.types.FCurve", co: np.ndarray, is_ours: np.ndarray, interpolation: np.ndarray
) -> dict[int, tuple[float, float]]:
    """First and last key, where what follows beyond them would change -> a point far beyond it on
    the original curve, which goes on straight."""
    found = {}
    for i, neighbour, step in ((0, 1, -_FAR), (len(co) - 1, len(co) - 2, _FAR)):
        is_new = is_ours[i] or (is_ours[neighbour] and interpolation[i, 0] == _LINEAR)
        if is_new:
            frame = float(co[i, 0]) + step
            found[i] = (frame, curve.evaluate(frame))
    return found


def _straighten(columns: dict[str, np.ndarray], i: int) -> None:
    """Makes the segment after a key a straight Bezier segment."""
    third = (columns["co"][i + 1] - columns["co"][i]) / 3
    columns["handle_right"][i] = columns["co"][i] + third
    columns["handle_left"][i + 1] = columns["co"][i + 1] - third
    columns["interpolation"][i] = _BEZIER
    _free(columns, i, i + 1)


def _free(columns: dict[str, np.ndarray], *places: int) -> None:
    for name in ("handle_left_type", "handle_right_type"):
        columns[name][list(places)] = _FREE


def _split(table: KeyTable, first: int, frame: float) -> tuple[np.ndarray, np.ndarray]:
    """The control points, float64 [4, 2] each, of a Bezier segment before and after a frame."""
    start, end = (table.columns["co"][first + k].astype(np.float64) for k in (0, 1))
    length = end[0] - start[0]
    handles = []
    for point, name, place in ((start, "handle_right", first), (end, "handle_left", first + 1)):
        handle = table.columns[name][place].astype(np.float64) - point
        if abs(handle[0]) > length:  # as Blender does before it evaluates
            handle *= length / abs(handle[0])
        handles.append(point + handle)
    points = np.array((start, *handles, end))
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _halves(points, middle)[0][3, 0] < frame:
            low = middle
        else:
            high = middle
    return _halves(points, (low + high) / 2)


def _halves(points: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
    """De Casteljau's split of a cubic at a parameter."""
    levels = [points]
    while len(levels[-1]) > 1:
        levels.append(levels[-1][:-1] + t * np.diff(levels[-1], axis=0))
    before = np.array([level[0] for level in levels])
    return before, np.array([level[-1] for level in levels[::-1]])


def _with_handles(curve: "bpy.types.FCurve", artists: KeyTable) -> KeyTable:
    """The keys of a curve that was just written, with all handles: those that the artist placed
    as they were before Blender rounded them."""
    names = ("handle_left", "handle_right")
    handles = keyframe_table.columns_of(curve, names)
    columns = {name: keyframe_table.column(artists, name).copy() for name in ATTRIBUTES}
    for name in names:
        by_blender = np.isin(columns[f"{name}_type"][:, 0], _PLACED_BY_BLENDER)
        missing = np.full(len(artists), name not in artists.columns)
        columns[name] = np.where((by_blender | missing)[:, None], handles[name], columns[name])
    return KeyTable(columns)


def _with_free_handles(ours: KeyTable) -> KeyTable:
    """Our keys, all attributes spelled out; level handles where they had none of their own."""
    columns = {name: keyframe_table.column(ours, name).copy() for name in ATTRIBUTES}
    for name, side in (("handle_left", -1.0), ("handle_right", 1.0)):
        level = columns["co"] + np.array((side, 0.0), np.float32)
        by_blender = np.isin(columns[f"{name}_type"][:, 0], _PLACED_BY_BLENDER)
        has_none = np.full(len(ours), name not in ours.columns) | by_blender
        columns[name] = np.where(has_none[:, None], level, columns[name])
    return KeyTable(columns)


def _is_adjusted(current: KeyTable, place: int, replaced: KeyTable, index: int) -> bool:
    """Whether a key is another one as ``write_between`` may have left it.

    Handles that Blender placed became free ones; the others are the same or shorter.
    """
    if (current.columns["co"][place] != replaced.columns["co"][index]).any():
        return False
    for name in ("handle_left", "handle_right"):
        kind, was = (
            int(keyframe_table.column(table, f"{name}_type")[at, 0])
            for table, at in ((current, place), (replaced, index))
        )
        if kind not in (was, _FREE):
            return False
        if was in _PLACED_BY_BLENDER or name not in current.columns:
            continue
        now, then = (
            table.columns[name][at].astype(np.float64) - table.columns["co"][at]
            for table, at in ((current, place), (replaced, index))
        )
        across = abs(now[0] * then[1] - now[1] * then[0])
        if across > 1e-3 * max(np.hypot(*then), 1e-3) or np.hypot(*now) > np.hypot(*then) * 1.001:
            return False
    return True
