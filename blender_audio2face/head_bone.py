"""The head's nods as links to a bone, whatever its axes and its rotation mode."""

from mathutils import Euler, Quaternion, Vector

from .bones import turning_path
from .rigs.errors import MappingError
from .rigs.mapping import Link, Target
from .rigs.names import plain

_AXES = {
    "headPitch": Vector((1.0, 0.0, 0.0)),
    "headYaw": Vector((0.0, 0.0, 1.0)),
    "headRoll": Vector((0.0, 1.0, 0.0)),
}
"""Axes in the armature's space, of a character that looks along -Y: chin down, to its left, to its
left shoulder."""

_STEP = 0.01


def find_head_bone(armature) -> str | None:
    """The bone whose name ends in "head", the shortest such name; None when there is none."""
    named = [bone.name for bone in armature.pose.bones if plain(bone.name).endswith("head")]
    return min(named, key=len, default=None)


def head_links(armature, bone_name: str) -> tuple[Link, ...]:
    """Links that turn a bone by headPitch, headYaw and headRoll, in radians, from its pose now.

    The three add up as small turns do: one of 0.15 radians comes out exact to 0.02.

    Args:
        armature: the armature object; the character looks along its -Y.
        bone_name: the pose bone.

    Raises:
        KeyError: there is no such bone.
        MappingError: the bone turns by axis and angle, which three turns cannot share.
    """
    bone = armature.pose.bones[bone_name]
    path, size = turning_path(bone)
    if path == "rotation_axis_angle":
        raise MappingError(
            f'Bone "{bone.name}" turns by axis and angle: set its rotation mode to Quaternion.'
        )
    rest = [float(value) for value in getattr(bone, path)]
    to_bone = bone.bone.matrix_local.to_quaternion().inverted()
    links = []
    for output, axis in _AXES.items():
        turned = _turned(bone, Quaternion(to_bone @ axis, _STEP))
        for component in range(size):
            slope = (turned[component] - rest[component]) / _STEP
            if abs(slope) > 1e-3:
                extreme = rest[component] + slope
                target = Target("bone", bone.name, path, component, rest[component], extreme)
                links.append(Link(output, target))
    return tuple(links)


def _turned(bone, turn: Quaternion) -> list[float]:
    """The bone's rotation channel after a further turn in the space of its rest."""
    if bone.rotation_mode == "QUATERNION":
        return list(turn @ bone.rotation_quaternion)
    now: Euler = bone.rotation_euler
    return list((turn @ now.to_quaternion()).to_euler(bone.rotation_mode, now))
