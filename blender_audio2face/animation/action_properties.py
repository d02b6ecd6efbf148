"""What Actions carry of ours in custom properties: the record, and pointers to two other Actions.

The artist's keys that a bake replaces wait in an Action of their own, to come back when the bake is
cleared or moves away.
"""

import bpy

from ..core.background_job import MainThreadTask
from ..core.keys import bake_record
from ..core.keys.bake_record import Record
from ..core.keys.keyframes import FCurvePath
from . import action_api, keyframe_table
from .keyframe_table import KeyTable
from .transaction import Transaction

RECORD = "audio2face"
"""Custom property of an Action: the text of ``bake_record``."""

SET_ASIDE = "audio2face_set_aside"
"""Custom property of our Action: the artist's that it replaced."""

REPLACED = "audio2face_replaced"
"""Custom property of an Action: the one that holds the keys a bake replaced in it."""


_ABOUT_KEYS = ("audio2face_fingerprint", "audio2face_handles", "audio2face_keyed")
"""Custom properties that are about baked keys (``key_digests``; the last, of version 0.1.0)."""


def action_at(action, name: str):
    """The Action that a custom property of another names; None where it names none."""
    named = action.get(name)
    return named if isinstance(named, bpy.types.Action) else None


def record_of(action, slot) -> Record | None:
    """What was baked into an Action for a slot; None where nothing was."""
    if action is None:
        return None
    return bake_record.loads(action.get(RECORD)).get(action_api.handle_of(slot))


def set_record(action, slot, record: Record | None) -> None:
    """Writes the record of a slot; None removes it, and with the last one all that we keep."""
    records = bake_record.loads(action.get(RECORD))
    records.pop(action_api.handle_of(slot), None)
    if record is not None:
        records[action_api.handle_of(slot)] = record
    if records:
        action[RECORD] = bake_record.dumps(records)
        return
    for name in (RECORD, SET_ASIDE, *_ABOUT_KEYS):
        if name in action:
            del action[name]


def replaced_keys(action, slot) -> dict[FCurvePath, KeyTable]:
    """The artist's keys that bakes replaced in an Action's slot."""
    store = action_at(action, REPLACED)
    if store is None:
        return {}
    curves = action_api.curves_of(store, _store_slot(store, action_api.handle_of(slot)))
    return {channel: keyframe_table.read(curve) for channel, curve in curves.items()}


def set_replaced_keys(
    action, slot, datablock, tables: dict[FCurvePath, KeyTable], changes: Transaction
) -> MainThreadTask[None]:
    """Keeps the artist's keys that a bake replaced, in place of those kept so far for the slot."""
    old = action_at(action, REPLACED)
    if not tables and not replaced_keys(action, slot):
        return
    store = bpy.data.actions.new(f".{action.name} replaced") if old is None else old.copy()
    changes.back(bpy.data.actions.remove, store)
    handle = action_api.handle_of(slot)
    kept = _store_slot(store, handle)
    action_api.remove_curves(store, kept, set(action_api.curves_of(store, kept)))
    if tables:
        if not action_api.SLOTTED:
            store.id_root = datablock.id_type
        elif kept is None:
            kept = store.slots.new(id_type=datablock.id_type, name=str(handle))
        changes.need_action(store, kept)
        collection = action_api.ensure_collection(store, kept)
        for channel, table in tables.items():
            keyframe_table.write(collection.new(channel.path, index=channel.array_index), table)
            yield
    changes.back(_point, action, REPLACED, old)
    _point(action, REPLACED, None if action_api.is_empty(store) else store)
    changes.dropped += [(one, None) for one in (old, store) if one is not None]


def keep_properties(action, changes: Transaction) -> None:
    """``changes`` gets the way back to our custom properties as they are."""
    for name in (RECORD, SET_ASIDE, REPLACED):
        changes.back(_point, action, name, action.get(name))


def _point(action, name: str, value) -> None:
    if value is not None:
        action[name] = value
    elif name in action:
        del action[name]


def _store_slot(store, handle: int | None):
    if not action_api.SLOTTED:
        return None
    return next((slot for slot in store.slots if slot.name_display == str(handle)), None)
