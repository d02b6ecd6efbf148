"""Our Action as a strip in the NLA, on a track of ours above the artist's tracks.

The NLA starts from a property's default. In Blender 5.0 the default of a shape key's value is 1
instead of 0, so there a second track of ours, below the first, holds the shape keys at 0.
"""

from collections.abc import Iterator

import bpy

from ..core.keys.keyframes import FCurvePath
from . import action_api, action_properties
from .transaction import Transaction

TRACK = "Audio2Face"
"""Name of our track."""

REST = "audio2face_rest"
"""Custom property that marks our Action of shape keys at rest."""

_RESTS_AT_ZERO = bpy.types.ShapeKey.bl_rna.properties["value"].default == 0.0

_PLACEMENT = (
    "scale",
    "repeat",
    "use_reverse",
    "use_sync_length",
    "action_frame_start",
    "action_frame_end",
    "frame_start_ui",
)


def strips_of(anim) -> list:
    """(track, strip) of every Action strip, the lowest track first; also those in meta strips."""
    return [
        (track, strip)
        for track in anim.nla_tracks
        for strip in _with_inner(track.strips)
        if strip.action is not None
    ]


def _with_inner(strips) -> Iterator:
    for strip in strips:
        yield strip
        if strip.type == "META":
            yield from _with_inner(strip.strips)


def in_metas(anim) -> list:
    """(track, strip) of the Action strips in meta strips."""
    return [(track, strip) for track, strip in strips_of(anim) if not _is_on(track, strip)]


def _is_on(track, strip) -> bool:
    """Whether a strip lies on a track itself, and in no meta strip."""
    return any(strip == other for other in track.strips)


def find_ours(anim):
    """(track, strip) that plays an Action made by a bake, or None."""
    for track, strip in reversed(strips_of(anim)):
        if _is_ours(strip) and _is_on(track, strip):
            return track, strip
    return None


def _is_ours(strip) -> bool:
    record = action_properties.record_of(strip.action, action_api.slot_of(strip))
    return record is not None and record.ours and strip.action.is_editable


def blend_type(datablock) -> str:
    """How a layer is added to those below it."""
    return "COMBINE" if _RESTS_AT_ZERO or datablock.id_type != "KEY" else "ADD"


def add(datablock, action, slot, first: int, last: int, transaction: Transaction):
    """Plays an Action from frame ``first`` to ``last``, added to the layers below it; returns
    (track, strip)."""
    if blend_type(datablock) == "ADD" and _find_rest(datablock.animation_data) is None:
        rest = bpy.data.actions.new(f"{action.name} rest")
        rest[REST] = True
        transaction.on_undo(bpy.data.actions.remove, rest)
        _new_strip(datablock, rest, 0, f"{TRACK} Rest", transaction)
    track, strip = _new_strip(datablock, action, first, TRACK, transaction)
    action_api.assign(strip, action, slot)
    strip.blend_type = blend_type(datablock)
    strip.extrapolation = "NOTHING"
    _place(strip, first, last)
    return track, strip


def update_rest(datablock, transaction: Transaction) -> None:
    """Holds at rest all that our strips and the active Action add to, where Blender needs that and
    no strip of the artist below does it."""
    anim = datablock.animation_data
    rest = _find_rest(anim)
    if rest is None:
        return
    added = action_api.curves_of(anim.action, action_api.slot_of(anim)).keys()
    below: set[FCurvePath] = set()
    found = False
    for _, strip in strips_of(anim):
        curves = action_api.curves_of(strip.action, action_api.slot_of(strip)).keys()
        found = found or strip == rest[1]
        if found:
            added = added | curves
        else:
            below |= curves
    action = bpy.data.actions.new(rest[1].action.name)
    transaction.on_undo(bpy.data.actions.remove, action)
    action[REST] = True
    slot = action_api.ensure_slot(action, datablock)
    collection = action_api.ensure_collection(action, slot)
    for path, index in sorted(added - below):
        collection.new(path, index=index).keyframe_points.insert(0, 0.0)
    old = rest[1].action
    old_handle = action_api.handle_of(action_api.slot_of(rest[1]))
    transaction.on_undo(restore_action, datablock, rest[1], old, old_handle)
    action_api.assign(rest[1], action, slot)
    transaction.obsolete.append((old, action))


def _find_rest(anim):
    """(track, strip) that holds shape keys at rest, or None."""
    return next((pair for pair in strips_of(anim) if pair[1].action.get(REST)), None)


def has(datablock, strip) -> bool:
    """Whether a datablock still has a strip."""
    anim = datablock.animation_data
    return anim is not None and any(strip == other for _, other in strips_of(anim))


def restore_action(datablock, strip, action, handle: int | None) -> None:
    """Makes a strip play an Action again, if the strip still exists."""
    if has(datablock, strip):
        action_api.assign_with_handle(strip, action, handle)


def _new_strip(datablock, action, first: int, name: str, transaction: Transaction):
    track = datablock.animation_data.nla_tracks.new()
    transaction.on_undo(_remove_track, datablock, track)
    track.name = name
    return track, track.strips.new(action.name, first, action)


def _remove_track(datablock, track) -> None:
    anim = datablock.animation_data
    if anim is not None and track in anim.nla_tracks.values():
        anim.nla_tracks.remove(track)


def change(datablock, strip, action, slot, first: int, last: int, transaction: Transaction) -> None:
    """Makes our strip play another Action from frame ``first`` to ``last``."""
    handle = action_api.handle_of(action_api.slot_of(strip))
    placement = {name: getattr(strip, name) for name in _PLACEMENT}
    transaction.on_undo(_restore, datablock, strip, strip.action, handle, placement)
    action_api.assign(strip, action, slot)
    _place(strip, first, last)


def remove(anim, track, strip) -> None:
    """Removes our strip, its track when nothing else is on it, and with the last the rest strip."""
    _remove(anim, track, strip)
    rest = _find_rest(anim)
    if rest is not None and not any(_is_ours(other) for _, other in strips_of(anim)):
        action = rest[1].action
        _remove(anim, *rest)
        if action.users - action.use_fake_user == 0:  # a copy of the face may play it too
            bpy.data.actions.remove(action)


def _remove(anim, track, strip) -> None:
    if not _is_on(track, strip):
        strip.action = None  # Blender takes no strip out of a meta strip
        return
    track.strips.remove(strip)
    if not track.strips:
        anim.nla_tracks.remove(track)


def other_strips(anim, strip) -> list:
    """The strips besides ours that are not muted."""
    return [
        other
        for track in anim.nla_tracks
        for other in track.strips
        if not (track.mute or other.mute or other == strip)
        and not (other.action is not None and other.action.get(REST))
    ]


def _place(strip, first: int, last: int) -> None:
    strip.scale, strip.repeat = 1.0, 1.0
    strip.use_reverse = strip.use_sync_length = False
    _set_range(strip, first, last)
    strip.frame_start_ui = first


def _set_range(strip, first: float, last: float) -> None:
    """Blender keeps the start from passing the end: widen first, then narrow."""
    strip.action_frame_end = max(last, strip.action_frame_end)
    strip.action_frame_start = first
    strip.action_frame_end = last


def _restore(datablock, strip, action, handle: int | None, placement: dict) -> None:
    if not has(datablock, strip):
        return
    action_api.assign_with_handle(strip, action, handle)
    _set_range(strip, placement["action_frame_start"], placement["action_frame_end"])
    for name, value in placement.items():
        setattr(strip, name, value)
