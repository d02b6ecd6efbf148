"""What the object and its shape keys hide."""

import bpy

from .baked_controls import Baked, Check, shape_of


def _in_edit_mode(baked: Baked) -> list[str]:
    return [baked.obj.name] if baked.obj is not None and baked.obj.mode == "EDIT" else []


def _leave_edit_mode(baked: Baked, _names: tuple[str, ...]) -> None:
    with bpy.context.temp_override(object=baked.obj, active_object=baked.obj):
        bpy.ops.object.mode_set(mode="OBJECT")


def _pinned(baked: Baked) -> list[str]:
    pinned = baked.datablock.id_type == "KEY" and baked.obj and baked.obj.show_only_shape_key
    return [baked.obj.name] if pinned else []


def _unpin(baked: Baked, _names: tuple[str, ...]) -> None:
    baked.obj.show_only_shape_key = False


def _absolute(baked: Baked) -> list[str]:
    is_absolute = baked.datablock.id_type == "KEY" and not baked.datablock.use_relative
    return [baked.datablock.name] if is_absolute else []


def _make_relative(baked: Baked, _names: tuple[str, ...]) -> None:
    baked.datablock.use_relative = True


def _muted_shapes(baked: Baked) -> list[str]:
    shapes = (shape_of(baked, channel) for channel in sorted(baked.channels))
    return [block.name for block in shapes if block is not None and block.mute]


def _unmute_shapes(baked: Baked, names: tuple[str, ...]) -> None:
    for block in baked.datablock.key_blocks:
        if block.name in names:
            block.mute = False


def _at_rest(baked: Baked) -> list[str]:
    armature = baked.obj is not None and baked.obj.type == "ARMATURE"
    return [baked.obj.name] if armature and baked.obj.data.pose_position == "REST" else []


def _show_pose(baked: Baked, _names: tuple[str, ...]) -> None:
    baked.obj.data.pose_position = "POSE"


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
)
