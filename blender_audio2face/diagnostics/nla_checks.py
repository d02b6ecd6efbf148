"""The checks of Actions, slots and the NLA."""

from contextlib import ExitStack
from typing import Any

from ..animation import action_api, action_properties, nla
from ..animation.transaction import Transaction
from .checks import BakedState, Found, check, set_values


def _use_slot(user_and_slot: tuple[Any, Any]) -> None:
    user, slot = user_and_slot
    user.action_slot = slot


@check(
    "Action {} plays another slot than the baked one: choose that in the Action Editor.",
    "Use Baked Slot",
    _use_slot,
)
def wrong_slot(baked: BakedState) -> Found:
    if baked.anim is None or not action_api.SLOTTED:
        return
    for user in (baked.anim, *(strip for _, strip in nla.strips_of(baked.anim))):
        action = user.action
        if action is None or action_properties.record_of(action, user.action_slot) is not None:
            continue
        for slot in action.slots:
            fits = slot.target_id_type == baked.datablock.id_type
            if fits and action_properties.record_of(action, slot) is not None:
                yield action.name, (user, slot)
                break


@check(
    "Action {} is blended with the NLA: set it to Replace at 1.0 in the NLA editor.",
    "Blend Fully",
    set_values(action_influence=1.0, action_blend_type="REPLACE"),
)
def blended(baked: BakedState) -> Found:
    anim = baked.anim
    if baked.in_action and (anim.action_influence != 1.0 or anim.action_blend_type != "REPLACE"):
        yield anim.action.name, anim


@check(
    "Soloed NLA tracks: {}. Turn the star off in the NLA editor.",
    "End Solo",
    set_values(is_solo=False),
)
def nla_solo(baked: BakedState) -> Found:
    if not (baked.in_action or baked.in_nla):
        return []
    ours = [track for track, _ in baked.in_nla]
    return [(t.name, t) for t in baked.anim.nla_tracks if t.is_solo and t not in ours]


@check(
    "The NLA of {} is turned off: tick it in the NLA editor.",
    "Turn NLA On",
    set_values(use_nla=True),
)
def nla_off(baked: BakedState) -> Found:
    is_off = baked.in_nla and not baked.anim.use_nla
    return [(baked.datablock.name, baked.anim)] if is_off else []


@check(
    "NLA track {} is muted: tick it in the NLA editor.",
    "Unmute Track",
    set_values(mute=False),
)
def muted_track(baked: BakedState) -> Found:
    return [(track.name, track) for track, _ in baked.in_nla if track.mute]


def _is_weak(strip) -> bool:
    """Muted, or held below full influence; an influence that changes over time is intended.

    Blender uses the property only as "animated", and then keys it once.
    """
    if strip.mute or not strip.use_animated_influence:
        return strip.mute
    curves = [curve for curve in strip.fcurves if curve.data_path == "influence"]
    values = [key.co[1] for curve in curves for key in curve.keyframe_points]
    return len(values) < 2 and min(values, default=strip.influence) < 1.0


@check(
    "NLA strip {} is muted or below full influence: set it to 1.0 in the NLA editor.",
    "Full Influence",
    set_values(mute=False, use_animated_influence=False),
)
def weak_strip(baked: BakedState) -> Found:
    return [(strip.name, strip) for _, strip in baked.in_nla if _is_weak(strip)]


def _let_add(cover: tuple[Any, Any, str]) -> None:
    """Has an Action, or a strip, add to the bake below it instead of replacing it."""
    datablock, user, name = cover
    setattr(user, name, nla.blend_type(datablock))
    with ExitStack() as undo:
        transaction = Transaction(undo)
        nla.update_rest(datablock, transaction)
        undo.pop_all()
    transaction.complete()


def _moves_baked(baked: BakedState, user) -> bool:
    """Whether the Action of a user has F-curves for what was baked."""
    curves = action_api.curves_of(user.action, action_api.slot_of(user))
    return any(
        path in baked.paths and not action_api.is_muted(curve) for path, curve in curves.items()
    )


@check(
    "Action {} replaces the baked NLA strip: let it add instead (Blending in the NLA editor).",
    "Add to It",
    _let_add,
)
def action_over_strip(baked: BakedState) -> Found:
    anim = baked.anim
    if not baked.in_nla or baked.in_action or anim.action is None:
        return
    if anim.action_blend_type == "REPLACE" and _moves_baked(baked, anim):
        yield anim.action.name, (baked.datablock, anim, "action_blend_type")


@check(
    "NLA strips above replace the baked one: {}. Let them add instead (Blending).",
    "Add to It",
    _let_add,
)
def strip_over_strip(baked: BakedState) -> Found:
    if not baked.in_nla:
        return
    tracks = list(baked.anim.nla_tracks)
    lowest = min(tracks.index(track) for track, _ in baked.in_nla)
    ours = [strip for _, strip in baked.in_nla]
    above = (strip for track in tracks[lowest + 1 :] if not track.mute for strip in track.strips)
    for strip in above:
        if strip.action is None or strip.mute or strip in ours or strip.blend_type != "REPLACE":
            continue
        if _moves_baked(baked, strip):
            yield strip.name, (baked.datablock, strip, "blend_type")


CHECKS = (
    wrong_slot,
    blended,
    nla_solo,
    nla_off,
    muted_track,
    weak_strip,
    action_over_strip,
    strip_over_strip,
)
