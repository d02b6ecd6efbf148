"""Reads and keys animation in tests of what a bake writes."""

import bpy
import pytest

from tests.support.scenes import fcurves

JAW = 'key_blocks["jawOpen"].value'
TONGUE = 'key_blocks["tongueOut"].value'
SLOTTED = bpy.app.version >= (4, 4, 0)
OUTPUTS = ("ACTION", "NLA", "ACTIVE")


def artists_curve(datablock, path: str, points: dict[int, float]) -> bpy.types.Action:
    """Keys a shape key as in the interface; returns the Action."""
    block = datablock.path_resolve(path.rpartition(".")[0])
    for frame, value in points.items():
        block.value = value
        block.keyframe_insert("value", frame=frame)
    return datablock.animation_data.action


def values_at(datablock, path: str, *frames: int):
    """The evaluated values, approximately."""
    values = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        values.append(datablock.path_resolve(path))
    return pytest.approx(values, abs=1e-4)


_POINT = ("handle_left_type", "handle_right_type", "interpolation", "easing", "type",
          "select_control_point", "select_left_handle", "amplitude", "period", "back")  # fmt: skip
_STRIP = ("name", "action", "frame_start", "frame_end", "scale", "repeat", "action_frame_start",
          "action_frame_end", "blend_type")  # fmt: skip


def points_of(curve) -> list[tuple]:
    """All that the keys of an F-curve hold."""
    return [
        (
            *point.co, *point.handle_left, *point.handle_right,
            *(getattr(point, name) for name in _POINT),
        )
        for point in curve.keyframe_points
    ]  # fmt: skip


def everything(key) -> tuple:
    """All that a bake of shape keys may change."""
    actions = [
        (
            action.name,
            action.users,
            action.use_fake_user,
            sorted(action.keys()),
            action.get("audio2face"),
            sorted(
                (curve.data_path, curve.array_index, *points_of(curve)) for curve in fcurves(action)
            ),
            SLOTTED and [slot.identifier for slot in action.slots],
        )
        for action in sorted(bpy.data.actions, key=lambda action: action.name)
    ]
    values = [(block.name, block.value) for block in key.key_blocks]
    anim = key.animation_data
    if anim is None:
        return actions, values, None
    tracks = [
        (track.name, [[getattr(strip, name) for name in _STRIP] for strip in track.strips])
        for track in anim.nla_tracks
    ]
    slot = (anim.action_slot, anim.last_slot_identifier) if SLOTTED else None
    return actions, values, (anim.action, anim.action_blend_type, slot, tracks)
