"""The only module that knows both Action APIs: slots, layers and channelbags from Blender 4.4 on,
``action.fcurves`` before."""

import bpy

from ..core.keys.keyframes import FCurvePath

SLOTTED = bpy.app.version >= (4, 4, 0)


def slot_of(user):
    """The slot that animation data or an NLA strip uses; None where there is none."""
    return user.action_slot if SLOTTED else None


def handle_of(slot) -> int | None:
    """A slot's number in its Action, the same in copies of it; 0 before there were slots."""
    if not SLOTTED:
        return 0
    return None if slot is None else slot.handle


def slot_with_handle(action, handle: int | None):
    """The Action's slot with a handle, or None."""
    if not SLOTTED:
        return None
    return next((slot for slot in action.slots if slot.handle == handle), None)


def assign(user, action, slot) -> None:
    """Makes animation data or an NLA strip use an Action and a slot."""
    user.action = action
    if SLOTTED and action is not None:
        user.action_slot = slot


def assign_with_handle(user, action, handle: int | None) -> None:
    """Makes a user use an Action, and the slot with a handle if it still exists."""
    assign(user, action, slot_with_handle(action, handle) if action is not None else None)


def has_slot(action, handle: int | None) -> bool:
    """Whether the slot with a handle exists; raises ReferenceError if the Action was removed."""
    if not SLOTTED or handle is None:
        return bool(action.name)
    return slot_with_handle(action, handle) is not None


def remove_slot(action, handle: int) -> None:
    """Removes the slot with a handle, if it exists."""
    slot = slot_with_handle(action, handle)
    if slot is not None:
        action.slots.remove(slot)


def ensure_slot(action, datablock, like=None):
    """The Action's slot for a datablock's type: the slot named as ``like``, else the first, else a
    new slot."""
    if not SLOTTED:
        action.id_root = datablock.id_type
        return None
    slots = [slot for slot in action.slots if slot.target_id_type == datablock.id_type]
    for slot in slots:
        if like is not None and slot.identifier == like.identifier:
            return slot
    return slots[0] if slots else action.slots.new(id_type=datablock.id_type, name=datablock.name)


def curves_of(action, slot) -> dict[FCurvePath, bpy.types.FCurve]:
    """The F-curves an Action holds for a slot, by what they move."""
    if action is None:
        return {}
    if not SLOTTED:
        found = action.fcurves
    elif slot is None:
        found = ()
    else:
        bags = [strip.channelbag(slot) for layer in action.layers for strip in layer.strips]
        found = [curve for bag in bags if bag is not None for curve in bag.fcurves]
    return {FCurvePath(curve.data_path, curve.array_index): curve for curve in found}


def curve_of(action, slot, channel: FCurvePath):
    """The F-curve that an Action holds for a slot and a channel, or None."""
    if not SLOTTED:
        return action.fcurves.find(channel.path, index=channel.array_index)
    if slot is None:
        return None
    for strip in (strip for layer in action.layers for strip in layer.strips):
        bag = strip.channelbag(slot)
        curve = (
            bag.fcurves.find(channel.path, index=channel.array_index) if bag is not None else None
        )
        if curve is not None:
            return curve
    return None


def ensure_collection(action, slot):
    """The collection in which F-curves for a slot are made."""
    if not SLOTTED:
        return action.fcurves
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True).fcurves


def remove_curves(action, slot, channels: set[FCurvePath]) -> None:
    """Removes F-curves of a slot."""
    curves = curves_of(action, slot)
    for channel in channels & curves.keys():
        if not SLOTTED:
            action.fcurves.remove(curves[channel])
            continue
        path, index = channel
        for strip in (strip for layer in action.layers for strip in layer.strips):
            bag = strip.channelbag(slot)
            if bag is not None and bag.fcurves.find(path, index=index) is not None:
                bag.fcurves.remove(curves[channel])


def is_empty(action) -> bool:
    """Whether an Action has no F-curves."""
    if not SLOTTED:
        return not action.fcurves
    return not any(
        bag.fcurves
        for layer in action.layers
        for strip in layer.strips
        for bag in strip.channelbags
    )


def is_muted(curve) -> bool:
    """Whether an F-curve does nothing, by itself or through its group."""
    return curve.mute or (curve.group is not None and curve.group.mute)
