"""What keeps baked keys from showing, in words, and the remedy for each.

Every kind of hiding is one ``_Check``: what it finds, the sentence, and what puts it right.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import bpy

from .actions import nla, slotted, store
from .actions.changes import Changes
from .channel_keys import ChannelPath
from .errors import BakeError


@dataclass(frozen=True)
class Hidden:
    """One thing that hides the result, in full or in part.

    Attributes:
        kind: which of ``KINDS``.
        sentence: what hides it and what to do.
        fix_label: what a button for ``fix`` says, in two or three words.
        names: what is concerned: shape keys, tracks, strips, data paths.
        datablock_uid: session_uid of the datablock that was baked.
        object_uid: session_uid of the object that shows it, or None.
    """

    kind: str
    sentence: str
    fix_label: str
    names: tuple[str, ...]
    datablock_uid: int
    object_uid: int | None


@dataclass(frozen=True)
class _Baked:
    """A datablock's animation as the checks see it.

    Attributes:
        datablock: what was baked.
        obj: the object that shows it, or None.
        anim: animation data, or None.
        channels: what was baked, and what the caller wants to see move.
        in_action: a bake is in the active Action.
        in_nla: (track, strip) with a bake in it.
    """

    datablock: Any
    obj: Any
    anim: Any
    channels: frozenset[ChannelPath]
    in_action: bool
    in_nla: tuple[tuple[Any, Any], ...]

    def curves(self) -> list[tuple[ChannelPath, Any]]:
        """The baked F-curves."""
        users = [self.anim] if self.in_action else []
        users += [strip for _, strip in self.in_nla]
        return [
            (channel, curve)
            for user in users
            for channel, curve in slotted.curves_of(user.action, slotted.slot_of(user)).items()
            if channel in self.channels
        ]


@dataclass(frozen=True)
class _Check:
    kind: str
    find: Callable[[_Baked], list[str]]
    sentence: str
    fix_label: str
    fix: Callable[[_Baked, tuple[str, ...]], None]


def find_hidden(datablock, obj=None, channels: Iterable[ChannelPath] = ()) -> tuple[Hidden, ...]:
    """What hides a bake.

    Args:
        datablock: the ID that was baked, such as shape keys.
        obj: the object that shows it; an object that was baked itself need not be given.
        channels: further channels that are wanted, such as those left out for their drivers.
    """
    baked = _look(datablock, obj, frozenset(channels))
    found = []
    for check in _CHECKS:
        names = tuple(dict.fromkeys(check.find(baked)))
        if names:
            found.append(
                Hidden(
                    kind=check.kind,
                    sentence=check.sentence.format(_listed(names)),
                    fix_label=check.fix_label,
                    names=names,
                    datablock_uid=datablock.session_uid,
                    object_uid=None if baked.obj is None else baked.obj.session_uid,
                )
            )
    return tuple(found)


def fix(hidden: Hidden) -> None:
    """Puts right what hides a bake. Raises BakeError when the datablock is gone."""
    by_uid = {one.session_uid: one for one in bpy.data.user_map()}
    datablock = by_uid.get(hidden.datablock_uid)
    if datablock is None:
        raise BakeError("What was baked is no longer in this file: bake again.")
    baked = _look(datablock, by_uid.get(hidden.object_uid), frozenset())
    check = next(check for check in _CHECKS if check.kind == hidden.kind)
    check.fix(baked, hidden.names)


def _look(datablock, obj, channels: frozenset[ChannelPath]) -> _Baked:
    anim = datablock.animation_data
    users = [] if anim is None else [anim, *(strip for _, strip in nla.strips_of(anim))]
    records = [store.record_of(user.action, slotted.slot_of(user)) for user in users]
    return _Baked(
        datablock=datablock,
        obj=datablock if obj is None and datablock.id_type == "OBJECT" else obj,
        anim=anim,
        channels=channels.union(*(record.all_channels for record in records if record)),
        in_action=bool(records and records[0]),
        in_nla=tuple(
            pair for pair, record in zip(nla.strips_of(anim), records[1:], strict=True) if record
        )
        if anim is not None
        else (),
    )


def _listed(names: tuple[str, ...], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _label(baked: _Baked, channel: ChannelPath) -> str:
    """A channel as the interface names it: its shape key, else its data path."""
    block = _shape(baked, channel)
    return block.name if block is not None else channel.path


def _shape(baked: _Baked, channel: ChannelPath):
    if baked.datablock.id_type != "KEY" or not channel.path.endswith("].value"):
        return None
    return baked.datablock.path_resolve(channel.path.removesuffix(".value"))


# What the object and its shape keys hide.


def _in_edit_mode(baked: _Baked) -> list[str]:
    return [baked.obj.name] if baked.obj is not None and baked.obj.mode == "EDIT" else []


def _leave_edit_mode(baked: _Baked, _names: tuple[str, ...]) -> None:
    with bpy.context.temp_override(object=baked.obj, active_object=baked.obj):
        bpy.ops.object.mode_set(mode="OBJECT")


def _pinned(baked: _Baked) -> list[str]:
    pinned = baked.datablock.id_type == "KEY" and baked.obj and baked.obj.show_only_shape_key
    return [baked.obj.name] if pinned else []


def _unpin(baked: _Baked, _names: tuple[str, ...]) -> None:
    baked.obj.show_only_shape_key = False


def _absolute(baked: _Baked) -> list[str]:
    is_absolute = baked.datablock.id_type == "KEY" and not baked.datablock.use_relative
    return [baked.datablock.name] if is_absolute else []


def _make_relative(baked: _Baked, _names: tuple[str, ...]) -> None:
    baked.datablock.use_relative = True


def _muted_shapes(baked: _Baked) -> list[str]:
    shapes = (_shape(baked, channel) for channel in sorted(baked.channels))
    return [block.name for block in shapes if block is not None and block.mute]


def _unmute_shapes(baked: _Baked, names: tuple[str, ...]) -> None:
    for block in baked.datablock.key_blocks:
        if block.name in names:
            block.mute = False


def _at_rest(baked: _Baked) -> list[str]:
    armature = baked.obj is not None and baked.obj.type == "ARMATURE"
    return [baked.obj.name] if armature and baked.obj.data.pose_position == "REST" else []


def _show_pose(baked: _Baked, _names: tuple[str, ...]) -> None:
    baked.obj.data.pose_position = "POSE"


# What drivers and F-curves hide.


def _drivers(baked: _Baked) -> list[tuple[str, Any]]:
    found = []
    for driver in baked.anim.drivers if baked.anim is not None else ():
        channel = ChannelPath(driver.data_path, driver.array_index)
        if channel in baked.channels and not driver.mute:
            found.append((_label(baked, channel), driver))
    return found


def _driven(baked: _Baked) -> list[str]:
    return [label for label, _ in _drivers(baked)]


def _mute_drivers(baked: _Baked, names: tuple[str, ...]) -> None:
    for driver in baked.anim.drivers:
        if _label(baked, ChannelPath(driver.data_path, driver.array_index)) in names:
            driver.mute = True


def _muted_curves(baked: _Baked) -> list[str]:
    return [_label(baked, c) for c, curve in baked.curves() if slotted.is_muted(curve)]


def _unmute_curves(baked: _Baked, names: tuple[str, ...]) -> None:
    for channel, curve in baked.curves():
        if _label(baked, channel) in names:
            curve.mute = False
            if curve.group is not None:
                curve.group.mute = False


def _modified_curves(baked: _Baked) -> list[str]:
    return [
        _label(baked, channel)
        for channel, curve in baked.curves()
        if any(not modifier.mute for modifier in curve.modifiers)
    ]


def _mute_modifiers(baked: _Baked, names: tuple[str, ...]) -> None:
    for channel, curve in baked.curves():
        if _label(baked, channel) in names:
            for modifier in curve.modifiers:
                modifier.mute = True


# What Actions and the NLA hide.


def _wrong_slots(baked: _Baked) -> list[tuple[Any, Any]]:
    """(user of an Action, the slot of it that was baked) where another slot is in use."""
    if baked.anim is None or not slotted.SLOTTED:
        return []
    found = []
    for user in (baked.anim, *(strip for _, strip in nla.strips_of(baked.anim))):
        if user.action is None or store.record_of(user.action, user.action_slot) is not None:
            continue
        for slot in user.action.slots:
            fits = slot.target_id_type == baked.datablock.id_type
            if fits and store.record_of(user.action, slot) is not None:
                found.append((user, slot))
                break
    return found


def _other_slot(baked: _Baked) -> list[str]:
    return [user.action.name for user, _ in _wrong_slots(baked)]


def _use_baked_slot(baked: _Baked, _names: tuple[str, ...]) -> None:
    for user, slot in _wrong_slots(baked):
        user.action_slot = slot


def _blended(baked: _Baked) -> list[str]:
    anim = baked.anim
    if not baked.in_action or (
        anim.action_influence == 1.0 and anim.action_blend_type == "REPLACE"
    ):
        return []
    return [anim.action.name]


def _blend_fully(baked: _Baked, _names: tuple[str, ...]) -> None:
    baked.anim.action_influence = 1.0
    baked.anim.action_blend_type = "REPLACE"


def _soloed(baked: _Baked) -> list[str]:
    if baked.anim is None or not (baked.in_action or baked.in_nla):
        return []
    ours = [track for track, _ in baked.in_nla]
    return [t.name for t in baked.anim.nla_tracks if t.is_solo and t not in ours]


def _end_solo(baked: _Baked, names: tuple[str, ...]) -> None:
    for track in baked.anim.nla_tracks:
        if track.name in names and track.is_solo:
            track.is_solo = False


def _nla_off(baked: _Baked) -> list[str]:
    return [baked.datablock.name] if baked.in_nla and not baked.anim.use_nla else []


def _nla_on(baked: _Baked, _names: tuple[str, ...]) -> None:
    baked.anim.use_nla = True


def _muted_tracks(baked: _Baked) -> list[str]:
    return [track.name for track, _ in baked.in_nla if track.mute]


def _unmute_tracks(baked: _Baked, _names: tuple[str, ...]) -> None:
    for track, _ in baked.in_nla:
        track.mute = False


def _is_weak(strip) -> bool:
    """Muted, or held below full influence; one that changes over time is meant.

    Blender uses the property only as "animated", and then keys it once.
    """
    if strip.mute or not strip.use_animated_influence:
        return strip.mute
    curves = [curve for curve in strip.fcurves if curve.data_path == "influence"]
    values = [key.co[1] for curve in curves for key in curve.keyframe_points]
    return len(values) < 2 and min(values, default=strip.influence) < 1.0


def _weak_strips(baked: _Baked) -> list[str]:
    return [strip.name for _, strip in baked.in_nla if _is_weak(strip)]


def _strengthen_strips(baked: _Baked, _names: tuple[str, ...]) -> None:
    for _, strip in baked.in_nla:
        if _is_weak(strip):
            strip.mute = strip.use_animated_influence = False


def _blend_over(baked: _Baked, user, name: str) -> None:
    """Has an Action added to the bake below it."""
    setattr(user, name, nla.blend_type(baked.datablock))
    with ExitStack() as undo:
        changes = Changes(undo)
        nla.update_rest(baked.datablock, changes)
        undo.pop_all()
    changes.done()


def _replacing(baked: _Baked, user) -> bool:
    """Whether an Action's user replaces baked channels."""
    curves = slotted.curves_of(user.action, slotted.slot_of(user))
    return any(c in baked.channels and not slotted.is_muted(curve) for c, curve in curves.items())


def _action_over_strip(baked: _Baked) -> list[str]:
    anim = baked.anim
    covers = (
        baked.in_nla
        and not baked.in_action
        and anim.action is not None
        and anim.action_blend_type == "REPLACE"
        and _replacing(baked, anim)
    )
    return [anim.action.name] if covers else []


def _add_action(baked: _Baked, _names: tuple[str, ...]) -> None:
    _blend_over(baked, baked.anim, "action_blend_type")


def _strips_over(baked: _Baked) -> list:
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


def _strip_over_strip(baked: _Baked) -> list[str]:
    return [strip.name for strip in _strips_over(baked)]


def _add_strips(baked: _Baked, names: tuple[str, ...]) -> None:
    for strip in _strips_over(baked):
        if strip.name in names:
            _blend_over(baked, strip, "blend_type")


_CHECKS = (
    _Check(
        "edit_mode",
        _in_edit_mode,
        "{} is in Edit Mode, where nothing moves: leave it with Tab.",
        "Leave Edit Mode",
        _leave_edit_mode,
    ),
    _Check(
        "pinned",
        _pinned,
        "{} shows only its active shape key: turn the pin off in Object Data > Shape Keys.",
        "Turn Pin Off",
        _unpin,
    ),
    _Check(
        "absolute",
        _absolute,
        "The shape keys of {} are absolute: turn Relative on in Object Data > Shape Keys.",
        "Make Relative",
        _make_relative,
    ),
    _Check(
        "muted_shapes",
        _muted_shapes,
        "Muted shape keys: {}. Tick them in Object Data > Shape Keys.",
        "Unmute Shapes",
        _unmute_shapes,
    ),
    _Check(
        "rest_position",
        _at_rest,
        "The armature of {} shows its rest position: choose Pose Position in Object Data.",
        "Show Pose",
        _show_pose,
    ),
    _Check(
        "drivers",
        _driven,
        "Drivers move {}: mute or remove them, then bake again.",
        "Mute Drivers",
        _mute_drivers,
    ),
    _Check(
        "muted_curves",
        _muted_curves,
        "Muted F-curves: {}. Tick them in the Graph Editor.",
        "Unmute F-Curves",
        _unmute_curves,
    ),
    _Check(
        "modifiers",
        _modified_curves,
        "F-curve modifiers change {}: mute them in the Graph Editor.",
        "Mute Modifiers",
        _mute_modifiers,
    ),
    _Check(
        "wrong_slot",
        _other_slot,
        "Another slot of Action {} is in use than the one baked: choose that in the Action Editor.",
        "Use Baked Slot",
        _use_baked_slot,
    ),
    _Check(
        "blended",
        _blended,
        "Action {} is blended with the NLA: set it to Replace at 1.0 in the NLA editor.",
        "Blend Fully",
        _blend_fully,
    ),
    _Check(
        "nla_solo",
        _soloed,
        "Soloed NLA tracks: {}. Turn the star off in the NLA editor.",
        "End Solo",
        _end_solo,
    ),
    _Check(
        "nla_off",
        _nla_off,
        "The NLA of {} is turned off: tick it in the NLA editor.",
        "Turn NLA On",
        _nla_on,
    ),
    _Check(
        "muted_track",
        _muted_tracks,
        "NLA track {} is muted: tick it in the NLA editor.",
        "Unmute Track",
        _unmute_tracks,
    ),
    _Check(
        "weak_strip",
        _weak_strips,
        "NLA strip {} is muted or below full influence: set it to 1.0 in the NLA editor.",
        "Full Influence",
        _strengthen_strips,
    ),
    _Check(
        "action_over_strip",
        _action_over_strip,
        "Action {} replaces the baked strip: have it added in the NLA editor.",
        "Add to It",
        _add_action,
    ),
    _Check(
        "strip_over_strip",
        _strip_over_strip,
        "NLA strips above replace the baked one: {}. Have them added.",
        "Add to It",
        _add_strips,
    ),
)

KINDS = tuple(check.kind for check in _CHECKS)
"""Every kind of hiding, in the order in which it is told."""
