"""Bakes keys into an Action's F-curves as a layer over the artist's keys: what the layer covers is
kept, and restored when the layer is removed."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..core.background_job import MainThreadTask
from ..core.keys import frame_ranges
from ..core.keys.bake_record import Record
from ..core.keys.frame_ranges import FrameRange
from ..core.keys.keyframes import FCurvePath, Keys
from ..core.keys.slicing import blend_from, clip_to_ranges
from ..errors import FACE_CHANGED, SceneChangedError
from . import action_api, action_properties, junctions, keyframe_table, property_values
from .keyframe_table import NO_KEYS, KeyTable
from .transaction import Transaction


@dataclass(frozen=True)
class Layer:
    """An Action's slot whose keys are to change, and for which datablock.

    Attributes:
        is_copy: the Action is removed if the bake fails, so its F-curves need no undoing.
    """

    action: object
    slot: object
    datablock: object
    is_copy: bool


@dataclass(frozen=True)
class StripKeyframes:
    """What one strip keys on one datablock.

    Attributes:
        requested: the frame ranges to key, ascending.
        keys: what to key. Keys outside of these ranges are left out.
        label: the strip's name, for people.
    """

    requested: tuple[FrameRange, ...]
    keys: Mapping[FCurvePath, Keys]
    label: str = ""


def write_layer(
    layer: Layer,
    record: Record,
    bakes: Sequence[StripKeyframes],
    gone: Set[str],
    transaction: Transaction,
) -> MainThreadTask[tuple[tuple[FrameRange, ...], dict[FCurvePath, int]]]:
    """Writes strips' keys into a layer, instead of all that the same strips baked before.

    Controls that no strip keys any more get the value from before their first bake.

    Args:
        layer: what to write to.
        record: of what was baked into it.
        bakes: what to key.
        gone: strips whose keys are removed.
        transaction: is completed by the caller.

    Returns:
        The ranges that were keyed, and how many keys of the artist are covered, by F-curve.

    Raises:
        SceneChangedError: a control was removed.
    """
    strips = strips_of(bakes)
    channels = dict.fromkeys(channel for bake in bakes for channel in bake.keys)
    try:
        before = {channel: property_values.get(layer.datablock, channel) for channel in channels}
    except ValueError as error:
        raise SceneChangedError(FACE_CHANGED) from error
    after = record.without(strips | gone)
    for bake in bakes:
        allowed = frame_ranges.allowed_ranges(after.ranges, bake.requested)
        after = after.with_bake(allowed, tuple(bake.keys), before, bake.label)
    covered = yield from _rewrite(layer, record, after, bakes, transaction)
    restore_values(layer.datablock, record, after, transaction)
    return frame_ranges.of_strips(after.ranges, strips), covered


def restore_values(datablock, record: Record, after: Record, transaction: Transaction) -> None:
    """Gives controls that a record has no more their values from before their first bake."""
    keyed = set(after.all_channels)
    for channel, value in record.before.items():
        if channel not in keyed:
            transaction.last_steps.append(partial(property_values.put, datablock, channel, value))


def strips_of(bakes: Sequence[StripKeyframes]) -> set[str]:
    """Names of the strips."""
    return {requested.strip for bake in bakes for requested in bake.requested}


def withdraw(
    layer: Layer, record: Record, strips: set[str], transaction: Transaction
) -> MainThreadTask[int]:
    """Removes the keys of some strips from a layer; returns how many."""
    count = 0
    channels = set(record.all_channels)
    for channel, curve in action_api.curves_of(layer.action, layer.slot).items():
        if channel in channels:
            removed = frame_ranges.of_strips(record.owned(channel), strips)
            count += int(frame_ranges.lies_in(keyframe_table.frames_of(curve), removed).sum())
    yield from _rewrite(layer, record, record.without(strips), (), transaction)
    return count


def _rewrite(
    layer: Layer,
    record: Record,
    after: Record,
    bakes: Sequence[StripKeyframes],
    transaction: Transaction,
) -> MainThreadTask[dict[FCurvePath, int]]:
    """Brings a layer from one record to another, with new keys for the strips of ``bakes``; returns
    how many keys of the artist it covers."""
    if not layer.is_copy:
        action_properties.restore_properties_on_undo(layer.action, transaction)
    replaced = action_properties.replaced_keys(layer.action, layer.slot)
    baked = dict.fromkeys(channel for bake in bakes for channel in bake.keys)
    allowed = [frame_ranges.of_strips(after.ranges, strips_of([bake])) for bake in bakes]
    still_replaced, covered, emptied = {}, {}, set()
    handle = action_api.handle_of(layer.slot)
    for channel in dict.fromkeys((*record.all_channels, *replaced, *baked)):
        curve, table = action_api.curve_of(layer.action, layer.slot, channel), None
        if curve is None and channel not in baked and channel not in replaced:
            continue
        new = [
            _NewKeys(bake.requested, ranges, clip_to_ranges(bake.keys[channel], ranges))
            for bake, ranges in zip(bakes, allowed, strict=True)
            if channel in bake.keys
        ]
        is_plain = curve is not None and channel not in replaced
        if is_plain and _has_keys_already(curve, channel, record, after, new):
            yield
            continue
        if curve is None:
            collection = action_api.ensure_collection(layer.action, layer.slot)
            curve = collection.new(channel.path, index=channel.array_index)
            if not layer.is_copy:
                transaction.on_undo(_remove_curve, layer.action, handle, channel)
        elif not layer.is_copy:
            table = keyframe_table.read(curve)
            transaction.on_undo(_restore_curve, layer.action, handle, channel, table)
        hidden, before = _rewrite_curve(
            curve, table, channel, record, after, new, replaced.get(channel)
        )
        if len(before):
            still_replaced[channel] = before
        if len(hidden):
            covered[channel] = len(hidden)
        if not curve.keyframe_points:
            emptied.add(channel)
        yield
    yield from action_properties.set_replaced_keys(
        layer.action, layer.slot, layer.datablock, still_replaced, transaction
    )
    action_properties.set_record(layer.action, layer.slot, after if after.strips else None)
    if emptied:
        transaction.last_steps.append(
            lambda: action_api.remove_curves(layer.action, layer.slot, emptied)
        )
    return covered


def _remove_curve(action, handle: int | None, channel: FCurvePath) -> None:
    slot = action_api.slot_with_handle(action, handle)
    action_api.remove_curves(action, slot, {channel})


def _restore_curve(action, handle: int | None, channel: FCurvePath, table: KeyTable) -> None:
    curve = action_api.curve_of(action, action_api.slot_with_handle(action, handle), channel)
    if curve is not None:
        keyframe_table.write_exactly(curve, table)


@dataclass(frozen=True)
class _NewKeys:
    """What one strip keys on one F-curve: the requested and the allowed ranges, and the keys that
    lie in the allowed ranges."""

    requested: tuple[FrameRange, ...]
    allowed: tuple[FrameRange, ...]
    keys: Keys


def _has_keys_already(
    curve, channel: FCurvePath, record: Record, after: Record, new: Sequence[_NewKeys]
) -> bool:
    """Whether an F-curve without the artist's keys holds just what is to be written."""
    strips = {allowed.strip for part in new for allowed in part.allowed}
    if any(owned.strip not in strips for owned in after.owned(channel)):
        return False
    table = keyframe_table.read(curve)
    if not frame_ranges.lies_in(table.frames, record.owned(channel)).all():
        return False
    written = keyframe_table.combine(NO_KEYS, NO_KEYS, [part.keys for part in new])
    return keyframe_table.is_alike(table, written)


def _rewrite_curve(
    curve,
    table: KeyTable | None,
    channel: FCurvePath,
    record: Record,
    after: Record,
    new: Sequence[_NewKeys],
    replaced: KeyTable | None,
) -> tuple[KeyTable, KeyTable]:
    """Brings one F-curve, whose keys are ``table`` (None: not read yet), from one record to
    another; returns the artist's keys that the layer covers, and those with what was changed on
    keys beside them, as they were."""
    allowed = tuple(each for part in new for each in part.allowed)
    strips = {each.strip for each in allowed}
    owned = record.owned(channel)
    others = tuple(each for each in after.owned(channel) if each.strip not in strips)
    made = [part.keys for part in new]
    frames = keyframe_table.frames_of(curve) if table is None else table.frames
    is_ours = frame_ranges.lies_in(frames, owned)
    if is_ours.all() and not others and replaced is None:
        keyframe_table.write(curve, keyframe_table.combine(NO_KEYS, NO_KEYS, made))
        return NO_KEYS, NO_KEYS
    table = keyframe_table.read(curve) if table is None else table
    seams = _seams(curve, frames[is_ours], owned, others)
    artists = table.where(~is_ours)
    if replaced is not None:
        gave_way = frame_ranges.lies_in(replaced.frames, frame_ranges.covered(owned))
        artists = junctions.given_back(artists, replaced, gave_way)
    covered = np.zeros(len(artists), bool)
    if len(artists):
        covered = frame_ranges.lies_in(artists.frames, frame_ranges.covered((*others, *allowed)))
    if made and len(artists) and not record.ours:
        keyframe_table.write(curve, artists)
        made = [blend_from(part.keys, part.requested, part.allowed, curve.evaluate) for part in new]
    baked = table.where(is_ours & frame_ranges.lies_in(frames, others))
    if len(artists) and not record.ours and (len(baked) or made or seams):
        ours = keyframe_table.combine(NO_KEYS, baked, [*made, *seams])
        if len(ours):
            changed = junctions.write_between(curve, artists, covered, ours)
            return artists.where(covered), artists.where(covered | changed)
    table = keyframe_table.combine(artists.where(~covered), baked, [*made, *seams])
    if record.ours:
        keyframe_table.write(curve, table)
    else:
        keyframe_table.write_exactly(curve, table)
    return artists.where(covered), artists.where(covered)


def _seams(
    curve, frames: np.ndarray, owned: tuple[FrameRange, ...], others: tuple[FrameRange, ...]
) -> list[Keys]:
    """Keys where other strips' ranges are cut between two of their keys, so that the rest of their
    curve keeps its shape."""
    ends = {each.start for each in owned} | {each.end - 1 for each in owned}
    cuts = {each.start for each in others} | {each.end - 1 for each in others}
    found = np.array(sorted(cuts - ends), np.float64)
    if not len(found) or not len(frames):
        return []
    found = found[(frames[0] < found) & (found < frames[-1]) & ~np.isin(found, frames)]
    if not len(found):
        return []
    values = [curve.evaluate(frame) for frame in found]
    joined = keyframe_table.columns_of(curve, ("interpolation",))["interpolation"]
    if (joined == keyframe_table.CONSTANT).all():
        return [Keys(found, np.array(values, np.float32), None, held=True)]
    near = 0.01
    slopes = [(curve.evaluate(f + near) - curve.evaluate(f - near)) / (2 * near) for f in found]
    return [Keys(found, np.array(values, np.float32), np.array(slopes, np.float32))]
