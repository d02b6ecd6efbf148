"""Bakes keys into an Action's F-curves as a layer over the artist's: what they cover is kept and
comes back when they go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.background_job import MainThreadTask
from ..core.keys import frame_ranges
from ..core.keys.bake_record import Record
from ..core.keys.frame_ranges import FrameRange
from ..core.keys.keyframes import FCurvePath, Keys
from ..core.keys.slicing import blend_from, clip_to_ranges
from ..errors import FACE_CHANGED, GoneError
from . import action_api, action_properties, keyframe_table, property_values
from .keyframe_table import NO_KEYS, KeyTable
from .transaction import Transaction


@dataclass(frozen=True)
class Layer:
    """An Action's slot whose keys are to change, and for which datablock.

    Attributes:
        is_copy: the Action is removed if the bake fails, so its F-curves need no way back.
    """

    action: object
    slot: object
    datablock: object
    is_copy: bool


@dataclass(frozen=True)
class StripKeyframes:
    """What one strip keys on one datablock.

    Attributes:
        requested: the frames that it asks for, ascending.
        keys: what to key. Keys outside of these frames are left out.
    """

    requested: tuple[FrameRange, ...]
    keys: Mapping[FCurvePath, Keys]


def write_layer(
    layer: Layer, record: Record, bakes: Sequence[StripKeyframes], changes: Transaction
) -> MainThreadTask[tuple[FrameRange, ...]]:
    """Writes strips' keys into a layer, all that the same strips baked before goes; returns the
    segments they got. Raises GoneError where a control is not there any more."""
    strips = strips_of(bakes)
    channels = dict.fromkeys(channel for one in bakes for channel in one.keys)
    try:
        before = {channel: property_values.get(layer.datablock, channel) for channel in channels}
    except ValueError as error:
        raise GoneError(FACE_CHANGED) from error
    after = record.without(strips)
    for one in bakes:
        new = frame_ranges.allowed_ranges(after.segments, one.requested)
        after = after.with_bake(new, tuple(one.keys), before)
    yield from _rewrite(layer, record, after, bakes, changes)
    return frame_ranges.of_strips(after.segments, strips)


def strips_of(bakes: Sequence[StripKeyframes]) -> set[str]:
    """Names of the strips."""
    return {segment.strip for one in bakes for segment in one.requested}


def withdraw(
    layer: Layer, record: Record, strips: set[str], changes: Transaction
) -> MainThreadTask[int]:
    """Takes the keys of some strips out of a layer; returns how many."""
    count = 0
    channels = set(record.all_channels)
    for channel, curve in action_api.curves_of(layer.action, layer.slot).items():
        if channel in channels:
            gone = frame_ranges.of_strips(record.owned(channel), strips)
            count += int(frame_ranges.lies_in(keyframe_table.frames_of(curve), gone).sum())
    yield from _rewrite(layer, record, record.without(strips), (), changes)
    return count


def _rewrite(
    layer: Layer,
    record: Record,
    after: Record,
    bakes: Sequence[StripKeyframes],
    changes: Transaction,
) -> MainThreadTask[None]:
    """Brings a layer from one record to another, with new keys for the strips of ``bakes``."""
    if not layer.is_copy:
        action_properties.keep_properties(layer.action, changes)
    replaced = action_properties.replaced_keys(layer.action, layer.slot)
    wanted = dict.fromkeys(channel for one in bakes for channel in one.keys)
    allowed_ranges = [frame_ranges.of_strips(after.segments, strips_of([one])) for one in bakes]
    still_replaced, emptied = {}, set()
    handle = action_api.handle_of(layer.slot)
    for channel in dict.fromkeys((*record.all_channels, *replaced, *wanted)):
        curve, table = action_api.curve_of(layer.action, layer.slot, channel), None
        if curve is None and channel not in wanted and channel not in replaced:
            continue
        new = [
            _NewKeys(one.requested, got, clip_to_ranges(one.keys[channel], got))
            for one, got in zip(bakes, allowed_ranges, strict=True)
            if channel in one.keys
        ]
        is_plain = curve is not None and channel not in replaced
        if is_plain and _has_keys_already(curve, channel, record, after, new):
            yield
            continue
        if curve is None:
            collection = action_api.ensure_collection(layer.action, layer.slot)
            curve = collection.new(channel.path, index=channel.array_index)
            if not layer.is_copy:
                changes.back(_remove_curve, layer.action, handle, channel)
        elif not layer.is_copy:
            table = keyframe_table.read(curve)
            changes.back(_write_again, layer.action, handle, channel, table)
        hidden = _rewrite_curve(curve, table, channel, record, after, new, replaced.get(channel))
        if len(hidden):
            still_replaced[channel] = hidden
        if not curve.keyframe_points:
            emptied.add(channel)
        yield
    yield from action_properties.set_replaced_keys(
        layer.action, layer.slot, layer.datablock, still_replaced, changes
    )
    action_properties.set_record(layer.action, layer.slot, after if after.strips else None)
    if emptied:
        changes.finish.append(lambda: action_api.remove_curves(layer.action, layer.slot, emptied))


def _remove_curve(action, handle: int | None, channel: FCurvePath) -> None:
    slot = action_api.slot_with_handle(action, handle)
    action_api.remove_curves(action, slot, {channel})


def _write_again(action, handle: int | None, channel: FCurvePath, table: KeyTable) -> None:
    curve = action_api.curve_of(action, action_api.slot_with_handle(action, handle), channel)
    if curve is not None:
        keyframe_table.write(curve, table)


@dataclass(frozen=True)
class _NewKeys:
    """What one strip keys on one F-curve: the ranges it asked for, those it got, and the keys
    that lie in them."""

    requested: tuple[FrameRange, ...]
    allowed: tuple[FrameRange, ...]
    keys: Keys


def _has_keys_already(
    curve, channel: FCurvePath, record: Record, after: Record, new: Sequence[_NewKeys]
) -> bool:
    """Whether an F-curve without the artist's keys holds just what is to be written."""
    strips = {segment.strip for keys in new for segment in keys.allowed}
    if any(segment.strip not in strips for segment in after.owned(channel)):
        return False
    table = keyframe_table.read(curve)
    if not frame_ranges.lies_in(table.frames, record.owned(channel)).all():
        return False
    wanted = keyframe_table.combine(NO_KEYS, NO_KEYS, [keys.keys for keys in new])
    return keyframe_table.is_alike(table, wanted)


def _rewrite_curve(
    curve,
    table: KeyTable | None,
    channel: FCurvePath,
    record: Record,
    after: Record,
    new: Sequence[_NewKeys],
    replaced: KeyTable | None,
) -> KeyTable:
    """Brings one F-curve, whose keys are ``table`` (None: not read yet), from one record to
    another; returns the artist's keys it covers."""
    allowed_ranges = tuple(segment for one in new for segment in one.allowed)
    strips = {segment.strip for segment in allowed_ranges}
    owned = record.owned(channel)
    others = tuple(s for s in after.owned(channel) if s.strip not in strips)
    made = [one.keys for one in new]
    frames = keyframe_table.frames_of(curve) if table is None else table.frames
    is_ours = frame_ranges.lies_in(frames, owned)
    if is_ours.all() and not others and replaced is None:
        keyframe_table.write(curve, keyframe_table.combine(NO_KEYS, NO_KEYS, made))
        return NO_KEYS
    table = keyframe_table.read(curve) if table is None else table
    seams = _seams(curve, frames[is_ours], owned, others)
    artists = keyframe_table.merge(table.where(~is_ours), replaced or NO_KEYS)
    hidden = np.zeros(len(artists), bool)
    if len(artists):
        hidden = frame_ranges.lies_in(
            artists.frames, frame_ranges.covered((*others, *allowed_ranges))
        )
    if made and len(artists) and not record.ours:
        keyframe_table.write(curve, artists)
        made = [blend_from(one.keys, one.requested, one.allowed, curve.evaluate) for one in new]
    baked = table.where(is_ours & frame_ranges.lies_in(frames, others))
    table = keyframe_table.combine(artists.where(~hidden), baked, [*made, *seams])
    keyframe_table.write(curve, table)
    return artists.where(hidden)


def _seams(
    curve, frames: np.ndarray, owned: tuple[FrameRange, ...], others: tuple[FrameRange, ...]
) -> list[Keys]:
    """Keys where other strips' segments are cut between two of their keys, so that what is left
    of their curve keeps its shape."""
    ends = {segment.start for segment in owned} | {segment.end - 1 for segment in owned}
    cuts = {segment.start for segment in others} | {segment.end - 1 for segment in others}
    found = np.array(sorted(cuts - ends), np.float64)
    if not len(found) or not len(frames):
        return []
    found = found[(frames[0] < found) & (found < frames[-1]) & ~np.isin(found, frames)]
    if not len(found):
        return []
    near = 0.01
    slopes = [(curve.evaluate(f + near) - curve.evaluate(f - near)) / (2 * near) for f in found]
    shown = [curve.evaluate(frame) for frame in found]
    return [Keys(found, np.array(shown, np.float32), np.array(slopes, np.float32))]
