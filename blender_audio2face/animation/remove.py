"""Takes what was baked out of a datablock's animation; everything else stays."""

from contextlib import ExitStack
from functools import partial

import bpy

from ..core.background_job import MainThreadTask, run_to_completion
from ..core.keys.bake_record import Record
from ..core.keys.keyframes import FCurvePath
from ..errors import PlanError
from . import action_api, action_properties, nla, property_values
from .layer import Layer, withdraw
from .transaction import Transaction


def clear(datablock, strips: set[str] | None = None) -> int:
    """Removes the keys baked from some strips (None: all), in whatever output they are.

    The artist's keys that a bake covered come back, and so does the Action it set aside; what is
    then moved by nothing takes the value it had before the first bake. Other keys in an Action of
    ours stay, and with them the Action. On any failure everything is as it was.

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
        changes = Transaction(undo)
        count = run_to_completion(from_active(datablock, strips, changes))
        for track, strip in nla.strips_of(anim):
            count += run_to_completion(from_strip(datablock, track, strip, strips, changes))
        undo.pop_all()
    changes.done()
    return count


def from_active(datablock, strips: set[str] | None, changes: Transaction) -> MainThreadTask[int]:
    """Takes what was baked from some strips (None: all) out of the active Action; returns the
    number of keys. When nothing is left in an Action of ours, the one set aside comes back."""
    anim = datablock.animation_data
    action, slot = anim.action, action_api.slot_of(anim)
    record = action_properties.record_of(action, slot)
    if record is None or not action.is_editable:
        return 0
    changes.back(_assign_to, datablock, action, action_api.handle_of(slot))
    copy, copy_slot, count = yield from _taken_out(datablock, action, slot, record, strips, changes)
    if copy is None:
        return count
    if _has_keys(copy, copy_slot):
        action_api.assign(anim, copy, copy_slot)
        changes.dropped.append((action, copy))
    else:
        give_back(anim, action, slot, changes)
        changes.dropped += [(action, None), (copy, None)]
    return count


def from_strip(
    datablock, track, strip, strips: set[str] | None, changes: Transaction
) -> MainThreadTask[int]:
    """The same for the Action of an NLA strip; a strip of ours goes when nothing is left."""
    anim = datablock.animation_data
    action, slot = strip.action, action_api.slot_of(strip)
    record = action_properties.record_of(action, slot)
    if record is None or not action.is_editable:
        return 0
    copy, copy_slot, count = yield from _taken_out(datablock, action, slot, record, strips, changes)
    if copy is None:
        return count
    if _has_keys(copy, copy_slot):
        changes.back(nla.assign_again, datablock, strip, action, action_api.handle_of(slot))
        action_api.assign(strip, copy, copy_slot)
        changes.dropped.append((action, copy))
    else:
        changes.back(_blend, datablock, anim.action_blend_type)
        blend_as_before(anim, action, slot)
        changes.finish.append(partial(nla.remove, anim, track, strip))
        changes.dropped += [(action, None), (copy, None)]
    return count


def give_back(anim, action, slot, changes: Transaction) -> None:
    """Assigns the Action that ours set aside, as it was assigned then."""
    record, artists = (
        action_properties.record_of(action, slot),
        action_properties.action_at(action, action_properties.SET_ASIDE),
    )
    if artists is None or record.set_aside is None:
        anim.action = None
        return
    action_api.assign(anim, artists, action_api.slot_with_handle(artists, record.set_aside.slot))
    if artists.is_editable:
        changes.back(setattr, artists, "use_fake_user", artists.use_fake_user)
        artists.use_fake_user = record.set_aside.fake_user


def blend_as_before(anim, action, slot) -> None:
    """Takes back that the active Action was added to a strip of ours."""
    record = action_properties.record_of(action, slot)
    if record.blend_type is not None and anim.action_blend_type in ("ADD", "COMBINE"):
        anim.action_blend_type = record.blend_type


def _assign_to(datablock, action, handle: int | None) -> None:
    anim = datablock.animation_data
    if anim is not None:
        action_api.assign_with_handle(anim, action, handle)


def _blend(datablock, blend_type: str) -> None:
    anim = datablock.animation_data
    if anim is not None:
        anim.action_blend_type = blend_type


def _taken_out(
    datablock, action, slot, record, strips: set[str] | None, changes: Transaction
) -> MainThreadTask[tuple]:
    """(copy of an Action of ours without the keys, its slot, number of keys); the artist's Action
    is changed itself, and there is no copy."""
    gone = set(record.strips) if strips is None else strips
    if gone >= set(record.strips):
        for channel, value in record.before.items():
            changes.finish.append(partial(property_values.put, datablock, channel, value))
    if not record.ours:
        layer = Layer(action, slot, datablock, is_copy=False)
        return None, None, (yield from withdraw(layer, record, gone, changes))
    copy = action.copy()
    copy.use_fake_user = action.use_fake_user
    copy_slot = action_api.slot_with_handle(copy, action_api.handle_of(slot))
    changes.back(bpy.data.actions.remove, copy)
    changes.need_action(copy, copy_slot)
    layer = Layer(copy, copy_slot, datablock, is_copy=True)
    count = yield from withdraw(layer, record, gone, changes)
    return copy, copy_slot, count


def _has_keys(action, slot) -> bool:
    return any(curve.keyframe_points for curve in action_api.curves_of(action, slot).values())


def baked_strips(datablock) -> tuple[str, ...]:
    """Names of the sound strips whose keys are in the datablock's animation."""
    return tuple(dict.fromkeys(s for record in _records(datablock) for s in record.strips))


def values_before(datablock) -> dict[FCurvePath, float]:
    """The values that channels had before they were baked, in whatever output."""
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
