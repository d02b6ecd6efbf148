"""The checks of Actions, slots and the NLA."""

from contextlib import ExitStack
from typing import Any

from ..animation import action_api, action_properties, nla
from ..animation.transaction import Transaction
from .checks import BakedState, Check


def _wrong_slots(baked: BakedState) -> list[tuple[Any, Any]]:
    """(user of an Action, the slot of it that was baked) where another slot is in use."""
    if baked.anim is None or not action_api.SLOTTED:
        return []
    found = []
    for user in (baked.anim, *(strip for _, strip in nla.strips_of(baked.anim))):
        if (
            user.action is None
            or action_properties.record_of(user.action, user.action_slot) is not None
        ):
            continue
        for slot in user.action.slots:
            fits = slot.target_id_type == baked.datablock.id_type
            if fits and action_properties.record_of(user.action, slot) is not None:
                found.append((user, slot))
                break
    return found


def _other_slot(baked: BakedState) -> list[str]:
    return [user.action.name for user, _ in _wrong_slots(baked)]


def _use_baked_slot(baked: BakedState, _names: tuple[str, ...]) -> None:
    for user, slot in _wrong_slots(baked):
        user.action_slot = slot


def _blended(baked: BakedState) -> list[str]:
    anim = baked.anim
    if not baked.in_action or (
        anim.action_influence == 1.0 and anim.action_blend_type == "REPLACE"
    ):
        return []
    return [anim.action.name]


def _blend_fully(baked: BakedState, _names: tuple[str, ...]) -> None:
    baked.anim.action_influence = 1.0
    baked.anim.action_blend_type = "REPLACE"


def _soloed(baked: BakedState) -> list[str]:
    if baked.anim is None or not (baked.in_action or baked.in_nla):
        return []
    ours = [track for track, _ in baked.in_nla]
    return [t.name for t in baked.anim.nla_tracks if t.is_solo and t not in ours]


def _end_solo(baked: BakedState, names: tuple[str, ...]) -> None:
    for track in baked.anim.nla_tracks:
        if track.name in names and track.is_solo:
            track.is_solo = False


def _nla_off(baked: BakedState) -> list[str]:
    return [baked.datablock.name] if baked.in_nla and not baked.anim.use_nla else []


def _nla_on(baked: BakedState, _names: tuple[str, ...]) -> None:
    baked.anim.use_nla = True


def _muted_tracks(baked: BakedState) -> list[str]:
    return [track.name for track, _ in baked.in_nla if track.mute]


def _unmute_tracks(baked: BakedState, _names: tuple[str, ...]) -> None:
    for track, _ in baked.in_nla:
        track.mute = False


def _is_weak(strip) -> bool:
    """Muted, or held below full influence; an influence that changes over time is intended.

    Blender uses the property only as "animated", and then keys it once.
    """
    if strip.mute or not strip.use_animated_influence:
        return strip.mute
    curves = [curve for curve in strip.fcurves if curve.data_path == "influence"]
    values = [key.co[1] for curve in curves for key in curve.keyframe_points]
    return len(values) < 2 and min(values, default=strip.influence) < 1.0


def _weak_strips(baked: BakedState) -> list[str]:
    return [strip.name for _, strip in baked.in_nla if _is_weak(strip)]


def _strengthen_strips(baked: BakedState, _names: tuple[str, ...]) -> None:
    for _, strip in baked.in_nla:
        if _is_weak(strip):
            strip.mute = strip.use_animated_influence = False


def _blend_over(baked: BakedState, user, name: str) -> None:
    """Has an Action, or a strip, add to the bake below it instead of replacing it."""
    setattr(user, name, nla.blend_type(baked.datablock))
    with ExitStack() as undo:
        transaction = Transaction(undo)
        nla.update_rest(baked.datablock, transaction)
        undo.pop_all()
    transaction.complete()


def _replacing(baked: BakedState, user) -> bool:
    """Whether the Action of a user, if it replaces, covers baked F-curves."""
    curves = action_api.curves_of(user.action, action_api.slot_of(user))
    return any(
        path in baked.paths and not action_api.is_muted(curve) for path, curve in curves.items()
    )


def _action_over_strip(baked: BakedState) -> list[str]:
    anim = baked.anim
    covers = (
        baked.in_nla
        and not baked.in_action
        and anim.action is not None
        and anim.action_blend_type == "REPLACE"
        and _replacing(baked, anim)
    )
    return [anim.action.name] if covers else []


def _add_action(baked: BakedState, _names: tuple[str, ...]) -> None:
    _blend_over(baked, baked.anim, "action_blend_type")


def _strips_over(baked: BakedState) -> list:
    """Strips above ours that replace what ours keys."""
    if not baked.in_nla:
        return []
    tracks = list(baked.anim.nla_tracks)
    lowest = min(tracks.index(track) for track, _ in baked.in_nla)
    ours = [strip for _, strip in baked.in_nla]
    return [
        strip
        for track in tracks[lowest + 1 :]
        for strip in track.strips
        if strip.action is not None
        and strip not in ours
        and not (track.mute or strip.mute)
        and strip.blend_type == "REPLACE"
        and _replacing(baked, strip)
    ]


def _strip_over_strip(baked: BakedState) -> list[str]:
    return [strip.name for strip in _strips_over(baked)]


def _add_strips(baked: BakedState, names: tuple[str, ...]) -> None:
    for strip in _strips_over(baked):
        if strip.name in names:
            _blend_over(baked, strip, "blend_type")


CHECKS = (
    Check(
        "wrong_slot",
        _other_slot,
        "Action {} plays another slot than the baked one: choose that in the Action Editor.",
        "Use Baked Slot",
        _use_baked_slot,
    ),
    Check(
        "blended",
        _blended,
        "Action {} is blended with the NLA: set it to Replace at 1.0 in the NLA editor.",
        "Blend Fully",
        _blend_fully,
    ),
    Check(
        "nla_solo",
        _soloed,
        "Soloed NLA tracks: {}. Turn the star off in the NLA editor.",
        "End Solo",
        _end_solo,
    ),
    Check(
        "nla_off",
        _nla_off,
        "The NLA of {} is turned off: tick it in the NLA editor.",
        "Turn NLA On",
        _nla_on,
    ),
    Check(
        "muted_track",
        _muted_tracks,
        "NLA track {} is muted: tick it in the NLA editor.",
        "Unmute Track",
        _unmute_tracks,
    ),
    Check(
        "weak_strip",
        _weak_strips,
        "NLA strip {} is muted or below full influence: set it to 1.0 in the NLA editor.",
        "Full Influence",
        _strengthen_strips,
    ),
    Check(
        "action_over_strip",
        _action_over_strip,
        "Action {} replaces the baked NLA strip: let it add instead (Blending in the NLA editor).",
        "Add to It",
        _add_action,
    ),
    Check(
        "strip_over_strip",
        _strip_over_strip,
        "NLA strips above replace the baked one: {}. Let them add instead (Blending).",
        "Add to It",
        _add_strips,
    ),
)
