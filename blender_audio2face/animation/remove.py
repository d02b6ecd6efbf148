"""Removes what was baked from a datablock's animation, and nothing else."""

from contextlib import ExitStack
from functools import partial

import bpy

from ..core.background_job import MainThreadTask, run_to_completion
from ..core.keys.bake_record import Record
from ..core.keys.keyframes import FCurvePath
from ..errors import PlanError
from . import action_api, action_properties, nla
from .layer import Layer, restore_values, withdraw
from .transaction import Transaction


def clear(datablock, strips: set[str] | None = None) -> int:
    """Removes the keys baked from some strips (None: all), whatever the output was.

    Restores the artist's keys that a bake covered, and the Action that it set aside; properties
    that nothing moves any more get the value from before the first bake. An Action of ours stays
    as long as it has other keys. On any failure everything is as it was.

    Args:
        datablock: an ID, as given to ``write.write_keys``.
        strips: names of sound strips.

    Returns:
        The number of keys removed; 0 where nothing was baked.

    Raises:
        PlanError: the datablock is in NLA tweak mode.
    """
    anim = datablock.animation_data
    if anim is None:
        return 0
    if anim.use_tweak_mode:
        raise PlanError(
            f'"{datablock.name}" is in NLA tweak mode: leave it with Tab in the NLA editor.'
        )
    with ExitStack() as undo:
        transaction = Transaction(undo)
        count = run_to_completion(from_active(datablock, strips, transaction))
        for track, strip in nla.strips_of(anim):
            count += run_to_completion(from_strip(datablock, track, strip, strips, transaction))
        undo.pop_all()
    transaction.complete()
    return count


def from_active(
    datablock, strips: set[str] | None, transaction: Transaction
) -> MainThreadTask[int]:
    """Removes what was baked from some strips (None: all) from the active Action; returns the
    number of keys. When our Action is empty, the artist's Action is assigned again."""
    anim = datablock.animation_data
    action, slot = anim.action, action_api.slot_of(anim)
    record = action_properties.record_of(action, slot)
    if record is None or not action.is_editable:
        return 0
    transaction.on_undo(_assign, datablock, action, action_api.handle_of(slot))
    action_properties.rename_in_set_aside(action, slot, transaction)
    copy, copy_slot, count = yield from _without_strips(
        datablock, action, slot, record, strips, transaction
    )
    if copy is None:
        return count
    if _has_keys(copy, copy_slot):
        action_api.assign(anim, copy, copy_slot)
        transaction.obsolete.append((action, copy))
    else:
        restore_set_aside(anim, action, slot, transaction)
        transaction.obsolete += [(action, None), (copy, None)]
    return count


def from_strip(
    datablock, track, strip, strips: set[str] | None, transaction: Transaction
) -> MainThreadTask[int]:
    """The same for the Action of an NLA strip; removes our strip when its Action is empty."""
    anim = datablock.animation_data
    action, slot = strip.action, action_api.slot_of(strip)
    record = action_properties.record_of(action, slot)
    if record is None or not action.is_editable:
        return 0
    copy, copy_slot, count = yield from _without_strips(
        datablock, action, slot, record, strips, transaction
    )
    if copy is None:
        return count
    if _has_keys(copy, copy_slot):
        transaction.on_undo(
            nla.restore_action, datablock, strip, action, action_api.handle_of(slot)
        )
        action_api.assign(strip, copy, copy_slot)
        transaction.obsolete.append((action, copy))
    else:
        transaction.on_undo(_set_blend_type, datablock, anim.action_blend_type)
        restore_blend_type(anim, action, slot)
        transaction.last_steps.append(partial(nla.remove, anim, track, strip))
        transaction.obsolete += [(action, None), (copy, None)]
    return count


def restore_set_aside(anim, action, slot, transaction: Transaction) -> None:
    """Assigns the artist's Action that ours set aside, with its slot and fake user of then."""
    record = action_properties.record_of(action, slot)
    artists = action_properties.action_at(action, action_properties.SET_ASIDE)
    if artists is None or record.set_aside is None:
        anim.action = None
        return
    action_api.assign(anim, artists, action_api.slot_with_handle(artists, record.set_aside.slot))
    if artists.is_editable:
        transaction.on_undo(setattr, artists, "use_fake_user", artists.use_fake_user)
        artists.use_fake_user = record.set_aside.fake_user


def restore_blend_type(anim, action, slot) -> None:
    """Blends the active Action as before it was added to our strip."""
    record = action_properties.record_of(action, slot)
    if record.blend_type is not None and anim.action_blend_type in ("ADD", "COMBINE"):
        anim.action_blend_type = record.blend_type


def _assign(datablock, action, handle: int | None) -> None:
    anim = datablock.animation_data
    if anim is not None:
        action_api.assign_with_handle(anim, action, handle)


def _set_blend_type(datablock, blend_type: str) -> None:
    anim = datablock.animation_data
    if anim is not None:
        anim.action_blend_type = blend_type


def _without_strips(
    datablock, action, slot, record, strips: set[str] | None, transaction: Transaction
) -> MainThreadTask[tuple]:
    """(copy of our Action without the keys, its slot, number of keys); the artist's Action is
    changed in place, without a copy."""
    removed = set(record.strips) if strips is None else strips
    restore_values(datablock, record, record.without(removed), transaction)
    if not record.ours:
        layer = Layer(action, slot, datablock, is_copy=False)
        return None, None, (yield from withdraw(layer, record, removed, transaction))
    copy = action.copy()
    copy.use_fake_user = action.use_fake_user
    copy_slot = action_api.slot_with_handle(copy, action_api.handle_of(slot))
    transaction.on_undo(bpy.data.actions.remove, copy)
    transaction.require_action(copy, copy_slot)
    layer = Layer(copy, copy_slot, datablock, is_copy=True)
    count = yield from withdraw(layer, record, removed, transaction)
    return copy, copy_slot, count


def _has_keys(action, slot) -> bool:
    return any(curve.keyframe_points for curve in action_api.curves_of(action, slot).values())


def values_before(datablock) -> dict[FCurvePath, float]:
    """The values from before the first bake, of all outputs."""
    return {
        channel: value for record in _records(datablock) for channel, value in record.before.items()
    }


def _records(datablock) -> list[Record]:
    anim = datablock.animation_data
    if anim is None:
        return []
    users = [anim, *(strip for _, strip in nla.strips_of(anim))]
    found = [action_properties.record_of(user.action, action_api.slot_of(user)) for user in users]
    return [record for record in found if record is not None]
