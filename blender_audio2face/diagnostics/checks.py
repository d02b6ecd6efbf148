"""What a check is, and the checks of objects, shape keys, drivers and F-curves.

Each has a function that finds what is concerned, and one that puts it right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy

from ..animation import action_api, action_properties, nla
from ..core.keys.keyframes import FCurvePath


@dataclass(frozen=True)
class BakedState:
    """A datablock's animation, as the checks look at it.

    Attributes:
        datablock: what was baked.
        obj: the object it is seen on, or None.
        anim: animation data, or None.
        paths: what was baked, and what the caller wants to see move.
        in_action: a bake is in the active Action.
        in_nla: (track, strip) with a bake in it.
    """

    datablock: Any
    obj: Any
    anim: Any
    paths: frozenset[FCurvePath]
    in_action: bool
    in_nla: tuple[tuple[Any, Any], ...]

    def curves(self) -> list[tuple[FCurvePath, Any]]:
        """The baked F-curves."""
        users = [self.anim] if self.in_action else []
        users += [strip for _, strip in self.in_nla]
        return [
            (path, curve)
            for user in users
            for path, curve in action_api.curves_of(user.action, action_api.slot_of(user)).items()
            if path in self.paths
        ]


@dataclass(frozen=True)
class Check:
    """One way in which a bake can be hidden.

    Attributes:
        kind: its name.
        find: names of what is concerned; empty where it does not apply.
        sentence: what hides it and what to do, with {} for the names.
        fix_label: what a button says, in two or three words.
        fix: puts it right for those names.
    """

    kind: str
    find: Callable[[BakedState], list[str]]
    sentence: str
    fix_label: str
    fix: Callable[[BakedState, tuple[str, ...]], None]


def baked_state(datablock, obj, paths: frozenset[FCurvePath]) -> BakedState:
    """A datablock as it is now; see ``find_hidden`` for the arguments."""
    anim = datablock.animation_data
    strips = tuple(nla.strips_of(anim)) if anim is not None else ()
    users = [] if anim is None else [anim, *(strip for _, strip in strips)]
    records = [action_properties.record_of(user.action, action_api.slot_of(user)) for user in users]
    return BakedState(
        datablock=datablock,
        obj=datablock if obj is None and datablock.id_type == "OBJECT" else obj,
        anim=anim,
        paths=paths.union(*(record.all_channels for record in records if record)),
        in_action=bool(records and records[0]),
        in_nla=tuple(pair for pair, record in zip(strips, records[1:], strict=False) if record),
    )


def _label(baked: BakedState, path: FCurvePath) -> str:
    """A path as the interface names it: its shape key, else the data path."""
    block = _shape_key(baked, path)
    return block.name if block is not None else path.path


def _shape_key(baked: BakedState, path: FCurvePath):
    """The shape key that a path moves; None where it moves another thing, or nothing any more."""
    if baked.datablock.id_type != "KEY" or not path.path.endswith("].value"):
        return None
    try:
        return baked.datablock.path_resolve(path.path.removesuffix(".value"))
    except ValueError:
        return None


def _in_edit_mode(baked: BakedState) -> list[str]:
    return [baked.obj.name] if baked.obj is not None and baked.obj.mode == "EDIT" else []


def _leave_edit_mode(baked: BakedState, _names: tuple[str, ...]) -> None:
    with bpy.context.temp_override(object=baked.obj, active_object=baked.obj):
        bpy.ops.object.mode_set(mode="OBJECT")


def _pinned(baked: BakedState) -> list[str]:
    pinned = baked.datablock.id_type == "KEY" and baked.obj and baked.obj.show_only_shape_key
    return [baked.obj.name] if pinned else []


def _unpin(baked: BakedState, _names: tuple[str, ...]) -> None:
    baked.obj.show_only_shape_key = False


def _absolute(baked: BakedState) -> list[str]:
    is_absolute = baked.datablock.id_type == "KEY" and not baked.datablock.use_relative
    return [baked.datablock.name] if is_absolute else []


def _make_relative(baked: BakedState, _names: tuple[str, ...]) -> None:
    baked.datablock.use_relative = True


def _muted_shapes(baked: BakedState) -> list[str]:
    shapes = (_shape_key(baked, path) for path in sorted(baked.paths))
    return [block.name for block in shapes if block is not None and block.mute]


def _unmute_shapes(baked: BakedState, names: tuple[str, ...]) -> None:
    for block in baked.datablock.key_blocks:
        if block.name in names:
            block.mute = False


def _at_rest(baked: BakedState) -> list[str]:
    armature = baked.obj is not None and baked.obj.type == "ARMATURE"
    return [baked.obj.name] if armature and baked.obj.data.pose_position == "REST" else []


def _show_pose(baked: BakedState, _names: tuple[str, ...]) -> None:
    baked.obj.data.pose_position = "POSE"


def _drivers(baked: BakedState) -> list[tuple[str, Any]]:
    found = []
    for driver in baked.anim.drivers if baked.anim is not None else ():
        path = FCurvePath(driver.data_path, driver.array_index)
        if path in baked.paths and not driver.mute:
            found.append((_label(baked, path), driver))
    return found


def _driven(baked: BakedState) -> list[str]:
    return [name for name, _ in _drivers(baked)]


def _mute_drivers(baked: BakedState, names: tuple[str, ...]) -> None:
    for driver in baked.anim.drivers:
        if _label(baked, FCurvePath(driver.data_path, driver.array_index)) in names:
            driver.mute = True


def _muted_curves(baked: BakedState) -> list[str]:
    return [_label(baked, path) for path, curve in baked.curves() if action_api.is_muted(curve)]


def _unmute_curves(baked: BakedState, names: tuple[str, ...]) -> None:
    for path, curve in baked.curves():
        if _label(baked, path) in names:
            curve.mute = False
            if curve.group is not None:
                curve.group.mute = False


def _modified_curves(baked: BakedState) -> list[str]:
    return [
        _label(baked, path)
        for path, curve in baked.curves()
        if any(not modifier.mute for modifier in curve.modifiers)
    ]


def _mute_modifiers(baked: BakedState, names: tuple[str, ...]) -> None:
    for path, curve in baked.curves():
        if _label(baked, path) in names:
            for modifier in curve.modifiers:
                modifier.mute = True


CHECKS = (
    Check(
        "edit_mode",
        _in_edit_mode,
        "{} is in Edit Mode, where nothing moves: leave it with Tab.",
        "Leave Edit Mode",
        _leave_edit_mode,
    ),
    Check(
        "pinned",
        _pinned,
        "{} shows only its active shape key: turn the pin off in Object Data > Shape Keys.",
        "Turn Pin Off",
        _unpin,
    ),
    Check(
        "absolute",
        _absolute,
        "The shape keys of {} are absolute: turn Relative on in Object Data > Shape Keys.",
        "Make Relative",
        _make_relative,
    ),
    Check(
        "muted_shapes",
        _muted_shapes,
        "Muted shape keys: {}. Tick them in Object Data > Shape Keys.",
        "Unmute Shapes",
        _unmute_shapes,
    ),
    Check(
        "rest_position",
        _at_rest,
        "The armature of {} shows its rest position: choose Pose Position in Object Data.",
        "Show Pose",
        _show_pose,
    ),
    Check(
        "drivers",
        _driven,
        "Drivers move {}: mute or remove them, then bake again.",
        "Mute Drivers",
        _mute_drivers,
    ),
    Check(
        "muted_curves",
        _muted_curves,
        "Muted F-curves: {}. Tick them in the Graph Editor.",
        "Unmute F-Curves",
        _unmute_curves,
    ),
    Check(
        "modifiers",
        _modified_curves,
        "F-curve modifiers change {}: mute them in the Graph Editor.",
        "Mute Modifiers",
        _mute_modifiers,
    ),
)
