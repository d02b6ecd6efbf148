"""Writes keys to an Action of our own. The one place that knows how the Action API moved:
slots, layers and channelbags from Blender 4.4, ``action.fcurves`` before.

An artist's Action is never written to: it is set aside with a fake user. Our Actions carry a
record of what was baked (``segments``); baking again works on a copy, so that a failure leaves
the old one untouched.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from . import segments
from .segments import Segment

RECORD = "audio2face"
"""Custom property of our Actions that holds the record of ``segments``."""

_SLOTTED = bpy.app.version >= (4, 4, 0)
_LINEAR = 1
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
}
"""What a key carries besides its selection: name -> (numbers, type)."""


@dataclass
class BakedAction:
    """An Action written and assigned.

    Attributes:
        action: ours.
        previous: the Action that was assigned before, or None.
        previous_curves: how many F-curves of it moved the datablock.
        previous_was_ours: it is an earlier state of ``action``.
        frames: the frames that were keyed, ascending int64 [K].
        muted_paths: data paths written whose F-curve is muted.
    """

    action: Any
    previous: Any
    previous_curves: int
    previous_was_ours: bool
    frames: np.ndarray
    muted_paths: tuple[str, ...]


def write_action(
    key,
    name: str,
    wanted: tuple[Segment, ...],
    values: Mapping[str, np.ndarray],
    undo: ExitStack,
) -> BakedAction:
    """Keys each frame of a strip's segments, linear between frames, on a datablock of shape keys.

    Frames that belong to what other strips baked into our Action are left out
    (``segments.granted``).

    Args:
        key: the shape-key datablock; ends up with our Action assigned.
        name: name for a new Action.
        wanted: one strip's segments, ascending, F frames in all.
        values: data path -> float32 [F].
        undo: gets the steps that put everything back as it was.
    """
    anim, previous, slot = _remember(key, undo)
    old_curves = _curves(previous, slot, ensure=False)
    record = segments.loads(previous.get(RECORD)) if previous is not None else None
    ours = record is not None and previous.is_editable
    if ours:
        action = previous.copy()
        action.use_fake_user = previous.use_fake_user
    else:
        action = bpy.data.actions.new(name)
        record = ()
        if previous is not None and previous.is_editable:
            undo.callback(setattr, previous, "use_fake_user", previous.use_fake_user)
            previous.use_fake_user = True
    undo.callback(bpy.data.actions.remove, action)
    slot = _slot(action, key, slot)
    curves = _curves(action, slot, ensure=True)
    new = segments.granted(record, wanted)
    frames = segments.frames_of(new)
    is_granted = np.isin(segments.frames_of(wanted), frames)
    muted = []
    for path, column in values.items():
        curve = curves.find(path) or curves.new(path)
        _write_keys(curve, record, new, column[is_granted])
        if curve.mute:
            muted.append(path)
    action[RECORD] = segments.dumps(segments.rebaked(record, new))
    _assign(anim, action, slot)
    return BakedAction(action, previous, len(old_curves), ours, frames, tuple(muted))


def commit(baked: BakedAction) -> None:
    """Drops the earlier state of our Action once nothing can fail any more."""
    old = baked.previous
    if not baked.previous_was_ours or old.users - old.use_fake_user > 0:
        return
    name = old.name
    bpy.data.actions.remove(old)
    baked.action.name = name


def _remember(key, undo: ExitStack):
    """(animation data, Action, slot) of a datablock; ``undo`` gets the way back to them."""
    if key.animation_data is None:
        anim = key.animation_data_create()
        undo.callback(key.animation_data_clear)
        return anim, None, None
    anim = key.animation_data
    slot = anim.action_slot if _SLOTTED else None
    undo.callback(_assign, anim, anim.action, slot)
    if _SLOTTED:
        undo.callback(setattr, anim, "last_slot_identifier", anim.last_slot_identifier)
    return anim, anim.action, slot


def _assign(anim, action, slot) -> None:
    anim.action = action
    if _SLOTTED and action is not None:
        anim.action_slot = slot


def _slot(action, key, like):
    """The Action's slot for shape keys: the one named as ``like``, else the first, else new."""
    if not _SLOTTED:
        action.id_root = "KEY"
        return None
    slots = [slot for slot in action.slots if slot.target_id_type == "KEY"]
    for slot in slots:
        if like is not None and slot.identifier == like.identifier:
            return slot
    return slots[0] if slots else action.slots.new(id_type="KEY", name=key.name)


def _curves(action, slot, *, ensure: bool):
    """The F-curves an Action holds for a slot; an empty tuple where there are none."""
    if action is None:
        return ()
    if not _SLOTTED:
        return action.fcurves
    if slot is None:
        return ()
    if ensure:
        layer = action.layers[0] if action.layers else action.layers.new("Layer")
        strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
        return strip.channelbag(slot, ensure=True).fcurves
    bags = [strip.channelbag(slot) for layer in action.layers for strip in layer.strips]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def _write_keys(
    curve, record: tuple[Segment, ...], new: tuple[Segment, ...], column: np.ndarray
) -> None:
    """Replaces the keys ``new`` stands for, keeps the others with all they carry."""
    points = curve.keyframe_points
    kept = _kept_keys(points, record, new)
    count = len(kept["co"])
    points.clear()
    points.add(count + len(column))
    merged = {name: _get(points, name) for name in (_ATTRIBUTES if count else ("co",))}
    merged["interpolation"] = np.full((len(points), 1), _LINEAR, np.int32)
    for name in merged:
        merged[name][:count] = kept[name]
    merged["co"][count:, 0] = segments.frames_of(new)
    merged["co"][count:, 1] = column
    order = np.argsort(merged["co"][:, 0], kind="stable")
    for name, data in merged.items():
        points.foreach_set(name, data[order].ravel())
    curve.update()


def _kept_keys(
    points, record: tuple[Segment, ...], new: tuple[Segment, ...]
) -> dict[str, np.ndarray]:
    keep = segments.frames_kept(_get(points, "co")[:, 0], record, new)
    return {name: _get(points, name)[keep] for name in _ATTRIBUTES}


def _get(points, name: str) -> np.ndarray:
    width, dtype = _ATTRIBUTES[name]
    data = np.empty(len(points) * width, dtype)
    points.foreach_get(name, data)
    return data.reshape(-1, width)
