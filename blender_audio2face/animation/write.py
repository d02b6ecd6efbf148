"""Writes keys into an Action of our own, an NLA strip, or the artist's active Action."""

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import bpy
import numpy as np

from ..core.background_job import MainThreadTask, guarded, run_to_completion
from ..core.keys import frame_ranges
from ..core.keys.bake_record import REPLACE, Record, SetAside
from ..core.keys.keyframes import FCurvePath
from ..core.report import WrittenAction
from ..core.target_plan import TargetPlan
from ..errors import FACE_CHANGED, PlanError, SceneChangedError
from . import action_api, action_properties, junctions, nla, remove
from .layer import Layer, StripKeyframes, strips_of, withdraw, write_layer
from .transaction import Transaction

ACTION, NLA, ACTIVE = "ACTION", "NLA", "ACTIVE"


@dataclass
class PendingAction:
    """Keys that were written and can be undone until ``commit``.

    Attributes:
        action: the Action that holds the keys.
        output: ACTION: ours, assigned; NLA: ours, as a strip; ACTIVE: the artist's, assigned.
        note: sentence on why it is not the requested output, or None.
        track: name of the NLA track, or None.
        previous: the Action that ours replaced, or None.
        previous_curves: how many F-curves of it moved the datablock.
        previous_was_ours: it is an earlier state of ``action``.
        frames: the frames baked, ascending int64 [K].
        controls, keys: how many F-curves and keys were given.
        transaction: completed by ``commit``.
        covered: how many keys of the artist in the same Action give way, by F-curve.
    """

    action: Any
    previous: Any
    previous_curves: int
    previous_was_ours: bool
    frames: np.ndarray
    transaction: Transaction
    output: str = ACTION
    note: str | None = None
    track: str | None = None
    controls: int = 0
    keys: int = 0
    covered: Mapping[FCurvePath, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Place:
    """A datablock's animation before the bake.

    Attributes:
        active: the active Action, or None.
        slot: the slot in use.
        curves: how many F-curves of it move the datablock.
        record: what was baked into it, or None.
        ours: whether a bake made the active Action.
        in_nla: (track, strip) of an Action that a bake made, or None.
        before: the values of channels before they were baked in any of these.
    """

    anim: Any
    active: Any
    slot: Any
    curves: int
    record: Record | None
    ours: bool
    in_nla: tuple | None
    before: Mapping[FCurvePath, float]


def write_keys(
    datablock,
    name: str,
    bakes: Sequence[StripKeyframes],
    output: str,
    undo: ExitStack,
    gone: Set[str] = frozenset(),
) -> PendingAction:
    """``write_task``, straight through."""
    return run_to_completion(write_task(datablock, name, bakes, output, undo, gone))


def write_task(
    datablock,
    name: str,
    bakes: Sequence[StripKeyframes],
    output: str,
    undo: ExitStack,
    gone: Set[str] = frozenset(),
) -> MainThreadTask[PendingAction]:
    """Keys strips on a datablock, one F-curve a step. Call ``commit`` with the result, once nothing
    can fail.

    Frames that belong to other strips are left out (``frame_ranges.allowed_ranges``); what the
    same strips baked before is removed, whatever its output. The artist's keys that the new keys
    cover in the active Action are kept, and restored by ``remove.clear``. F-curves that hold just
    these keys already are skipped.

    Whether a step fails or the caller stops after one: ``undo`` restores everything.

    Args:
        datablock: an ID that can be animated, such as shape keys or an armature object.
        name: name for a new Action.
        bakes: what to key from each strip; where their speech overlaps, the last has the frames.
        output: ACTION, NLA or ACTIVE. Another output is used where this one is impossible or would
            lose work of the artist; the result says so.
        undo: gets the steps that restore everything.
        gone: other strips, whose keys are removed.

    Raises:
        PlanError: the datablock is in NLA tweak mode, or an armature without a pose; or other
            strips have every frame.
        SceneChangedError: something was removed between two steps.
    """
    transaction = Transaction(undo)
    place = _read_place(datablock, transaction)
    chosen, note = _choose(datablock, place, bakes, gone, output)
    if chosen == ACTIVE:
        steps = _write_active(datablock, place, bakes, gone, transaction)
    else:
        steps = _write_ours(datablock, place, name, bakes, gone, chosen, transaction)
    pending = yield from guarded(steps, transaction.check)
    if not len(pending.frames):
        raise PlanError(
            f'Nothing to key on "{datablock.name}": other strips have every frame of this one. '
            "Set another preview range, or move the strip."
        )
    pending.note = note or pending.note
    pending.controls = len({channel for bake in bakes for channel in bake.keys})
    pending.keys = sum(len(keys.frames) for bake in bakes for keys in bake.keys.values())
    return pending


def check(pending: PendingAction) -> None:
    """Raises SceneChangedError where something that ``commit`` needs was removed."""
    pending.transaction.check()


def commit(pending: PendingAction, plan: TargetPlan) -> WrittenAction:
    """Completes the transaction, once nothing can fail any more; says what was written."""
    is_set_aside = pending.previous is not None and not pending.previous_was_ours
    pending.transaction.complete()
    return WrittenAction(
        plan=plan,
        action=pending.action.name,
        output=pending.output,
        note=pending.note,
        track=pending.track,
        controls=pending.controls,
        keys=pending.keys,
        frames=len(pending.frames) * pending.controls,
        first_frame=int(pending.frames.min()),
        last_frame=int(pending.frames.max()),
        set_aside=pending.previous.name if is_set_aside else None,
        set_aside_curves=pending.previous_curves if is_set_aside else 0,
        covered=dict(pending.covered),
    )


def _read_place(datablock, transaction: Transaction) -> _Place:
    """The datablock's animation, which undoing the transaction restores."""
    _check_pose(datablock)
    anim = datablock.animation_data
    if anim is None:
        anim = datablock.animation_data_create()
        transaction.on_undo(lambda: datablock.animation_data_clear())
        transaction.conditions.append(lambda: _is_unchanged(datablock, anim, transaction))
        return _Place(anim, None, None, 0, None, False, None, {})
    if anim.use_tweak_mode:
        raise PlanError(
            f'"{datablock.name}" is in NLA tweak mode: leave it with Tab in the NLA editor.'
        )
    active, slot = anim.action, action_api.slot_of(anim)
    last = anim.last_slot_identifier if action_api.SLOTTED else ""
    state = active, action_api.handle_of(slot), anim.action_blend_type, last
    transaction.expected_action = active
    transaction.on_undo(_restore_place, transaction, datablock, *state)
    transaction.conditions.append(lambda: _is_unchanged(datablock, anim, transaction))
    if active is not None:
        transaction.require_action(active, slot)
    record = action_properties.record_of(active, slot)
    ours = record is not None and record.ours and active.is_editable
    curves = len(action_api.curves_of(active, slot))
    before = remove.values_before(datablock)
    in_nla = nla.find_ours(anim)
    if in_nla is not None:
        transaction.conditions.append(lambda: nla.has(datablock, in_nla[1]))
    return _Place(anim, active, slot, curves, record, ours, in_nla, before)


def _is_unchanged(datablock, anim, transaction: Transaction) -> bool:
    """Whether the active Action is still the one that this change expects."""
    return datablock.animation_data == anim and anim.action == transaction.expected_action


def _restore_place(
    transaction: Transaction, datablock, active, handle: int | None, blend_type: str, last_slot: str
) -> None:
    anim = datablock.animation_data
    if anim is None or anim.action not in (None, active, transaction.expected_action):
        return
    if action_api.SLOTTED:
        anim.last_slot_identifier = last_slot
    action_api.assign_with_handle(anim, active, handle)
    anim.action_blend_type = blend_type


def _check_pose(datablock) -> None:
    """Blender crashes when an Action is given to an armature that has not been evaluated yet."""
    if datablock.id_type != "OBJECT" or datablock.type != "ARMATURE" or datablock.pose is not None:
        return
    bpy.context.view_layer.update()
    if datablock.pose is None:
        raise PlanError(
            f'Armature "{datablock.name}" has no pose yet: bake where it is in the view layer.'
        )


def _choose(
    datablock, place: _Place, bakes: Sequence[StripKeyframes], gone: Set[str], output: str
) -> tuple[str, str | None]:
    """(output, sentence on why it is not the requested output, or None)."""
    strips = strips_of(bakes) | gone
    artists = None if place.ours else place.active
    if output == ACTIVE:
        if place.ours:
            artists = action_properties.action_at(place.active, action_properties.SET_ASIDE)
        if artists is None:
            return ACTION, None
        if not artists.is_editable:
            return NLA, f'Action "{artists.name}" is linked: baked as an NLA strip instead.'
        if place.ours and set(place.record.strips) - strips:
            return ACTION, (
                f'Action "{place.active.name}" holds other strips of "{datablock.name}": baked '
                "into it. Clear them to bake into the Action it set aside."
            )
        slot = place.slot
        if place.ours:
            aside = place.record.set_aside
            slot = action_api.slot_with_handle(artists, aside.slot) if aside is not None else None
        for channel in _that_cannot_stay(artists, slot, bakes):
            return NLA, (
                f'Action "{artists.name}" repeats or eases {channel.path}, which keys within it '
                "would change elsewhere: baked as an NLA strip instead."
            )
        return ACTIVE, None
    if output == ACTION and artists is not None and datablock.id_type != "KEY":
        return NLA, (
            f'"{datablock.name}" is moved by Action "{artists.name}": baked as an NLA strip, '
            "so that both act."
        )
    return output, None


def _that_cannot_stay(action, slot, bakes: Sequence[StripKeyframes]) -> Iterator[FCurvePath]:
    """The artist's F-curves that would be others around the keys of strips."""
    for bake in bakes:
        frames = [each.start for each in bake.requested] + [each.end - 1 for each in bake.requested]
        for channel in bake.keys:
            curve = action_api.curve_of(action, slot, channel)
            if curve is not None and not junctions.can_join(curve, (min(frames), max(frames))):
                yield channel


def _write_active(
    datablock,
    place: _Place,
    bakes: Sequence[StripKeyframes],
    gone: Set[str],
    transaction: Transaction,
) -> MainThreadTask[PendingAction]:
    if place.ours:
        yield from remove.from_active(datablock, None, transaction)
        transaction.expected_action = place.anim.action
    action, slot = place.anim.action, action_api.slot_of(place.anim)
    if action_api.SLOTTED and slot is None:
        known = {slot.handle for slot in action.slots}
        slot = action_api.ensure_slot(action, datablock)
        if slot.handle not in known:
            transaction.on_undo(action_api.remove_slot, action, slot.handle)
        action_api.assign(place.anim, action, slot)
    transaction.require_action(action, slot)
    record = action_properties.record_of(action, slot) or Record(ours=False)
    record = replace(record, before={**place.before, **record.before})
    artists = Layer(action, slot, datablock, is_copy=False)
    new, covered = yield from write_layer(artists, record, bakes, gone, transaction)
    if place.in_nla is not None:
        strips = strips_of(bakes) | gone
        yield from remove.from_strip(datablock, *place.in_nla, strips, transaction)
    yield from _withdraw_from_metas(datablock, place, strips_of(bakes) | gone, transaction)
    _check_curves(action, slot, bakes)
    frames = frame_ranges.frames_of(new)
    note = _also_moved(datablock, action, slot)
    return PendingAction(
        action, None, 0, False, frames, transaction, ACTIVE, note=note, covered=covered
    )


def _also_moved(datablock, action, slot) -> str | None:
    """A sentence where the artist's Action moves more than this, such as a copy of the face."""
    if action.users - action.use_fake_user < 2:
        return None
    names = []
    for user in bpy.data.user_map(subset={action})[action]:
        anim = getattr(user, "animation_data", None)
        plays = anim is not None and anim.action == action
        if plays and user != datablock and action_api.slot_of(anim) == slot:
            names.append(f'"{user.name}"')
    if not names:
        return None
    return (
        f'Action "{action.name}" also moves {", ".join(sorted(names))}: make it single-user where '
        "they are not to speak."
    )


def _write_ours(
    datablock,
    place: _Place,
    name: str,
    bakes: Sequence[StripKeyframes],
    gone: Set[str],
    output: str,
    transaction: Transaction,
) -> MainThreadTask[PendingAction]:
    old, old_slot, record = _earlier_bake(place)
    if old is not None:
        action_properties.rename_in_set_aside(old, old_slot, transaction)
        action = old.copy()
        action.use_fake_user = old.use_fake_user
    else:
        action, record = bpy.data.actions.new(name), Record(ours=True, before=place.before)
    transaction.on_undo(bpy.data.actions.remove, action)
    slot = action_api.ensure_slot(action, datablock, old_slot or place.slot)
    transaction.require_action(action, slot)
    yield
    ours = Layer(action, slot, datablock, is_copy=True)
    new, _ = yield from write_layer(ours, record, bakes, gone, transaction)
    if place.record is not None and not place.ours and place.active.is_editable:
        artists = Layer(place.active, place.slot, datablock, is_copy=False)
        strips = strips_of(bakes) | gone
        yield from withdraw(artists, place.record, strips, transaction)
    yield from _withdraw_from_metas(datablock, place, strips_of(bakes) | gone, transaction)
    _check_curves(action, slot, bakes)
    frames = frame_ranges.frames_of(new)
    pending = PendingAction(action, old, place.curves, old is not None, frames, transaction, output)
    if output == NLA:
        pending.track = _play_in_nla(datablock, place, action, slot, transaction)
    else:
        if old is None:
            pending.previous = place.active
        _assign_ours(place, action, slot, transaction)
    transaction.expected_action = place.anim.action
    if old is not None:
        transaction.obsolete.insert(0, (old, action))
    return pending


def _withdraw_from_metas(
    datablock, place: _Place, strips: Set[str], transaction: Transaction
) -> MainThreadTask[None]:
    """Removes what strips baked before from our Actions in NLA meta strips: no keys go there."""
    for track, strip in nla.in_metas(place.anim):
        yield from remove.from_strip(datablock, track, strip, set(strips), transaction)


def _earlier_bake(place: _Place) -> tuple:
    """(Action that an earlier bake made for the datablock, slot, record), each None without one."""
    if place.ours:
        return place.active, place.slot, place.record
    if place.in_nla is None:
        return None, None, None
    strip = place.in_nla[1]
    slot = action_api.slot_of(strip)
    return strip.action, slot, action_properties.record_of(strip.action, slot)


def _assign_ours(place: _Place, action, slot, transaction: Transaction) -> None:
    """Assigns our Action; the artist's Action is set aside with a fake user, until clearing."""
    previous = place.active
    if previous is not None and not place.ours:
        aside = SetAside(action_api.handle_of(place.slot), previous.use_fake_user)
        _change_record(action, slot, set_aside=aside)
        action[action_properties.SET_ASIDE] = previous
        if previous.is_editable:
            transaction.on_undo(setattr, previous, "use_fake_user", previous.use_fake_user)
            previous.use_fake_user = True
    action_api.assign(place.anim, action, slot)
    if place.in_nla is not None:
        transaction.last_steps.append(partial(nla.remove, place.anim, *place.in_nla))
        remove.restore_blend_type(place.anim, action, slot)
        _change_record(action, slot, blend_type=None)


def _play_in_nla(datablock, place: _Place, action, slot, transaction: Transaction) -> str:
    """Plays our Action as a strip; the artist's Action stays active. Returns the track's name."""
    if place.ours:
        remove.restore_set_aside(place.anim, action, slot, transaction)
        _change_record(action, slot, set_aside=None)
        action.pop(action_properties.SET_ASIDE, None)
    record = action_properties.record_of(action, slot)
    first = min(baked.start for baked in record.ranges)
    last = max(baked.end for baked in record.ranges) - 1
    if place.in_nla is not None and not place.ours:
        track, strip = place.in_nla
        nla.change(datablock, strip, action, slot, first, last, transaction)
    else:
        track, strip = nla.add(datablock, action, slot, first, last, transaction)
    _blend_with_active(datablock, strip, action, slot)
    nla.update_rest(datablock, transaction)
    return track.name


def _blend_with_active(datablock, strip, action, slot) -> None:
    """Has the active Action added to our strip below it, instead of replacing it.

    Changes nothing where further strips play below, which the active Action would be added to.
    """
    anim = datablock.animation_data
    active = action_api.curves_of(anim.action, action_api.slot_of(anim))
    shared = active.keys() & action_api.curves_of(action, slot).keys()
    if not shared or anim.action_blend_type != "REPLACE" or nla.other_strips(anim, strip):
        return
    _change_record(action, slot, blend_type=REPLACE)
    anim.action_blend_type = nla.blend_type(datablock)


def _change_record(action, slot, **values) -> None:
    record = action_properties.record_of(action, slot)
    action_properties.set_record(action, slot, replace(record, **values))


def _check_curves(action, slot, bakes: Sequence[StripKeyframes]) -> None:
    """Raises SceneChangedError where an F-curve was removed meanwhile."""
    channels = {channel for bake in bakes for channel in bake.keys}
    if not action_api.curves_of(action, slot).keys() >= channels:
        raise SceneChangedError(FACE_CHANGED)
