"""Bakes keys into an Action's F-curves as a layer over the artist's: what they cover is kept and
comes back when they go."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .. import segments
from ..bake_record import Record
from ..channel_keys import ChannelPath, led_from, restricted
from ..segments import Segment
from ..shaping.keys import Keys
from . import key_table, slotted, store, values
from .changes import Changes
from .key_table import NO_KEYS, KeyTable


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


def bake(
    layer: Layer,
    record: Record,
    wanted: tuple[Segment, ...],
    keys: Mapping[ChannelPath, Keys],
    changes: Changes,
) -> tuple[Segment, ...]:
    """Writes one strip's keys into a layer; returns the segments it was granted."""
    new = segments.granted(record.segments, wanted)
    before = {channel: values.get(layer.datablock, channel) for channel in keys}
    after = record.with_bake(new, tuple(keys), before)
    _rewrite(layer, record, after, wanted, keys, changes)
    return new


def withdraw(layer: Layer, record: Record, strips: set[str], changes: Changes) -> int:
    """Takes the keys of some strips out of a layer; returns how many."""
    gone = tuple(s for s in record.segments if s.strip in strips)
    count = 0
    for channel, curve in slotted.curves_of(layer.action, layer.slot).items():
        if channel in record.all_channels:
            owned = tuple(s for s in record.owned(channel) if s in gone)
            count += int(segments.lies_in(key_table.frames_of(curve), owned).sum())
    after = record.without(strips)
    _rewrite(layer, record, after, (), {}, changes)
    return count


def _rewrite(
    layer: Layer,
    record: Record,
    after: Record,
    wanted: tuple[Segment, ...],
    keys: Mapping[ChannelPath, Keys],
    changes: Changes,
) -> None:
    """Brings a layer from one record to another, with new keys for the strip of ``wanted``."""
    if not layer.is_copy:
        store.keep_properties(layer.action, changes.undo)
    curves = slotted.curves_of(layer.action, layer.slot)
    replaced = store.replaced_keys(layer.action, layer.slot)
    still_replaced, emptied = {}, set()
    for channel in dict.fromkeys((*record.all_channels, *replaced, *keys)):
        curve = curves.get(channel)
        if curve is None and channel not in keys and channel not in replaced:
            continue
        if curve is None:
            collection = slotted.ensure_collection(layer.action, layer.slot)
            curve = collection.new(channel.path, index=channel.index)
            if not layer.is_copy:
                changes.undo.callback(slotted.remove_curves, layer.action, layer.slot, {channel})
        elif not layer.is_copy:
            changes.undo.callback(key_table.write, curve, key_table.read(curve))
        hidden = _rewrite_curve(
            curve, channel, record, after, wanted, keys.get(channel), replaced.get(channel)
        )
        if len(hidden):
            still_replaced[channel] = hidden
        if not curve.keyframe_points:
            emptied.add(channel)
    store.set_replaced_keys(layer.action, layer.slot, layer.datablock, still_replaced, changes)
    store.set_record(layer.action, layer.slot, after if after.strips else None)
    if emptied:
        changes.finish.append(lambda: slotted.remove_curves(layer.action, layer.slot, emptied))


def _rewrite_curve(
    curve,
    channel: ChannelPath,
    record: Record,
    after: Record,
    wanted: tuple[Segment, ...],
    keys: Keys | None,
    replaced: KeyTable | None,
) -> KeyTable:
    """Brings one F-curve from one record to another; returns the artist's keys it covers."""
    strips = {segment.strip for segment in wanted}
    new = tuple(s for s in after.segments if s.strip in strips) if keys is not None else ()
    fresh = restricted(keys, new) if keys is not None else None
    owned = record.owned(channel)
    others = tuple(s for s in after.owned(channel) if s.strip not in strips)
    is_ours = segments.lies_in(key_table.frames_of(curve), owned)
    if is_ours.all() and not others and replaced is None and fresh is not None:
        key_table.write_fresh(curve, fresh)
        return NO_KEYS
    table = key_table.read(curve)
    seams = _seams(curve, table.frames[is_ours], owned, others)
    artists = key_table.joined(table.where(~is_ours), replaced or NO_KEYS)
    hidden = segments.lies_in(artists.frames, segments.covered((*others, *new)))
    if fresh is not None and len(artists) and not record.ours:
        key_table.write(curve, artists)
        fresh = led_from(fresh, wanted, new, curve.evaluate)
    baked = table.where(is_ours & segments.lies_in(table.frames, others))
    chunks = [chunk for chunk in (fresh, seams) if chunk is not None]
    key_table.write_beside(curve, artists.where(~hidden), baked, chunks)
    return artists.where(hidden)


def _seams(
    curve, frames: np.ndarray, owned: tuple[Segment, ...], others: tuple[Segment, ...]
) -> Keys | None:
    """Keys where other strips' segments are cut between two of their keys, so that what is left
    of their curve keeps its shape."""
    ends = {segment.start for segment in owned} | {segment.end - 1 for segment in owned}
    cuts = {segment.start for segment in others} | {segment.end - 1 for segment in others}
    between = [
        frame
        for frame in sorted(cuts - ends - set(frames.tolist()))
        if len(frames) and frames[0] < frame < frames[-1]
    ]
    if not between:
        return None
    near = 0.01
    slopes = [(curve.evaluate(f + near) - curve.evaluate(f - near)) / (2 * near) for f in between]
    return Keys(
        np.array(between, np.float64),
        np.array([curve.evaluate(frame) for frame in between], np.float32),
        np.array(slopes, np.float32),
    )
