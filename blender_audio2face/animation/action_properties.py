"""Our custom properties of Actions: the record of bakes, and pointers to two other Actions.

The artist's keys that a bake replaces are kept in an Action of their own, and are restored when the
bake is cleared or moves away.
"""

import bpy

from ..core.background_job import MainThreadTask
from ..core.keys import bake_record
from ..core.keys.bake_record import Record
from ..core.keys.keyframes import FCurvePath
from . import action_api, keyframe_table, renames
from .keyframe_table import KeyTable
from .transaction import Transaction

RECORD = "audio2face"
"""Custom property of an Action: the text of ``bake_record``."""

SET_ASIDE = "audio2face_set_aside"
"""Custom property of our Action: the artist's Action that it replaced."""

REPLACED = "audio2face_replaced"
"""Custom property of an Action: the Action that holds the keys which bakes replaced in it."""

_DIGESTS = ("audio2face_fingerprint", "audio2face_handles", "audio2face_keyed")
"""Custom properties of version 0.1.0 with digests of baked keys."""


def action_at(action, name: str):
    """The Action that a custom property of an Action points at, or None."""
    pointer = action.get(name)
    return pointer if isinstance(pointer, bpy.types.Action) else None


def record_of(action, slot) -> Record | None:
    """What was baked into an Action for a slot; None where nothing was.

    Names F-curves as they are named now, whatever was renamed since.
    """
    record = _stored_record(action, slot)
    if record is None:
        return None
    moved = renames.moved_paths(action, slot, record)
    return record.renamed(moved) if moved else record


def moved_paths(action, slot) -> dict[FCurvePath, FCurvePath]:
    """The new paths of baked F-curves that were renamed since, by the old ones."""
    record = _stored_record(action, slot)
    return renames.moved_paths(action, slot, record) if record is not None else {}


def _stored_record(action, slot) -> Record | None:
    if action is None:
        return None
    return bake_record.loads(action.get(RECORD)).get(action_api.handle_of(slot))


def rename_in_set_aside(action, slot, transaction: Transaction) -> None:
    """Renames F-curves of the artist's Action that ours set aside, as Blender did in ours: it does
    so in no Action that plays nowhere."""
    record, aside = _stored_record(action, slot), action_at(action, SET_ASIDE)
    if aside is None or record is None or record.set_aside is None or not aside.is_editable:
        return
    handle = record.set_aside.slot
    for old, new in moved_paths(action, slot).items():
        curves = action_api.curves_of(aside, action_api.slot_with_handle(aside, handle))
        if old in curves and new not in curves:
            curves[old].data_path = new.path
            transaction.on_undo(_rename_back, aside, handle, new, old)


def _rename_back(action, handle: int | None, new: FCurvePath, old: FCurvePath) -> None:
    curve = action_api.curve_of(action, action_api.slot_with_handle(action, handle), new)
    if curve is not None:
        curve.data_path = old.path


def set_record(action, slot, record: Record | None) -> None:
    """Writes the record of a slot; None removes it, and with the last record all our properties."""
    records = bake_record.loads(action.get(RECORD))
    records.pop(action_api.handle_of(slot), None)
    if record is not None:
        records[action_api.handle_of(slot)] = record
    else:
        renames.forget(action, slot)
    if records:
        action[RECORD] = bake_record.dumps(records)
        return
    for name in (RECORD, SET_ASIDE, *_DIGESTS):
        if name in action:
            del action[name]


def replaced_keys(action, slot) -> dict[FCurvePath, KeyTable]:
    """The artist's keys that bakes replaced in an Action's slot."""
    holder = action_at(action, REPLACED)
    if holder is None:
        return {}
    moved = moved_paths(action, slot)
    curves = action_api.curves_of(holder, _holder_slot(holder, action_api.handle_of(slot)))
    return {
        moved.get(channel, channel): keyframe_table.read(curve) for channel, curve in curves.items()
    }


def set_replaced_keys(
    action, slot, datablock, tables: dict[FCurvePath, KeyTable], transaction: Transaction
) -> MainThreadTask[None]:
    """Keeps the artist's keys that a bake replaced, instead of those kept so far for the slot."""
    old = action_at(action, REPLACED)
    if not tables and not replaced_keys(action, slot):
        return
    holder = bpy.data.actions.new(f".{action.name} replaced") if old is None else old.copy()
    transaction.on_undo(bpy.data.actions.remove, holder)
    handle = action_api.handle_of(slot)
    holder_slot = _holder_slot(holder, handle)
    action_api.remove_curves(holder, holder_slot, set(action_api.curves_of(holder, holder_slot)))
    if tables:
        if not action_api.SLOTTED:
            holder.id_root = datablock.id_type
        elif holder_slot is None:
            holder_slot = holder.slots.new(id_type=datablock.id_type, name=str(handle))
        transaction.require_action(holder, holder_slot)
        collection = action_api.ensure_collection(holder, holder_slot)
        for channel, table in tables.items():
            curve = collection.new(channel.path, index=channel.array_index)
            keyframe_table.write_exactly(curve, table)
            yield
    transaction.on_undo(_set_property, action, REPLACED, old)
    _set_property(action, REPLACED, None if action_api.is_empty(holder) else holder)
    transaction.obsolete += [(unused, None) for unused in (old, holder) if unused is not None]


def restore_properties_on_undo(action, transaction: Transaction) -> None:
    """Has undoing the transaction restore our custom properties as they are now."""
    for name in (RECORD, SET_ASIDE, REPLACED):
        transaction.on_undo(_set_property, action, name, action.get(name))


def _set_property(action, name: str, value) -> None:
    if bpy.app.version >= (5, 0, 0):
        # A file of an earlier Blender brings a second copy, which would keep an Action alive.
        copies = action.bl_system_properties_get()
        if copies is not None:
            copies.pop(name, None)
    if value is not None:
        action[name] = value
    elif name in action:
        del action[name]


def _holder_slot(holder, handle: int | None):
    if not action_api.SLOTTED:
        return None
    return next((slot for slot in holder.slots if slot.name_display == str(handle)), None)
