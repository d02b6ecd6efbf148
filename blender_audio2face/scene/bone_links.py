"""Links of an armature's face bones, by a preset of bones."""

from math import radians

from mathutils import Euler, Quaternion, Vector

from ..core.rigs.mapping import Link, Mapping
from ..core.rigs.match import bone_preset
from ..core.rigs.pose import links_between
from ..core.rigs.preset import BoneMove, preset_with_id
from .pose_bones import turning_path


def bone_mapping(armature, preset_id: str | None = None) -> Mapping | None:
    """The links of an armature's bones from their rest position; None where no preset fits.

    Args:
        armature: the armature object; the character looks along its -Y.
        preset_id: a preset of bones; None, or one of another kind, for the one that fits best.
    """
    bones = armature.pose.bones
    preset = preset_with_id(preset_id) if preset_id is not None else None
    if preset is None or preset.unit is None:
        preset = bone_preset(bones.keys())
    if preset is None or not set(preset.unit) <= set(bones.keys()):
        return None
    one, other = (bones[name].bone.head_local for name in preset.unit)
    unit = (one - other).length
    links = [
        link
        for output in preset.outputs
        for move in output.bones
        if move.bone in bones and (not move.meet or move.meet in bones)
        for link in _links(armature, output.name, move, unit)
    ]
    return Mapping(preset.id, tuple(links))


def _links(armature, output: str, move: BoneMove, unit: float) -> tuple[Link, ...]:
    bone = armature.pose.bones[move.bone]
    to_bone = bone.bone.matrix_local.to_3x3().inverted()
    if move.meet:
        target = armature.pose.bones[move.meet].bone.head_local
        offset = move.share * (target - bone.bone.head_local)
    else:
        offset = unit * Vector(move.move)
    path, _ = turning_path(bone)
    extremes = {"location": to_bone @ offset}
    if any(move.turn) and path != "rotation_axis_angle":
        turn = Euler([radians(angle) for angle in move.turn]).to_quaternion()
        extremes[path] = _turn(bone, Quaternion(to_bone @ turn.axis, turn.angle))
    still = {"location": Vector(), path: _turn(bone, Quaternion())}
    rest, extreme = (
        {
            (bone.name, name, component): float(value)
            for name in extremes
            for component, value in enumerate(values[name])
        }
        for values in (still, extremes)
    )
    return links_between(output, rest, extreme)


def _turn(bone, turn: Quaternion) -> Quaternion | Euler:
    """A rotation as the bone's mode has it."""
    mode = bone.rotation_mode
    return turn if mode in ("QUATERNION", "AXIS_ANGLE") else turn.to_euler(mode)
