"""Makes links to bones: from a recorded rest and extreme, or from the axes of the head bone."""

from collections.abc import Sequence

from mathutils import Euler, Quaternion, Vector

from ..core import persistence
from ..core.rigs.mapping import Link, Mapping, Target, known_outputs
from ..core.rigs.names import plain
from ..core.rigs.pose import Pose, links_between
from ..core.rigs.preset import preset_with_id
from ..errors import MappingError, PlanError
from . import speaker_settings
from .face_plan import current_mapping
from .pose_bones import turning_path
from .speakers import members_of

_REST = "recorded_rest"
"""Custom property of a speaker."""

_STEP = 0.01
"""Radians of the turn from which a link's slope is measured."""

_AXES = {
    "headPitch": Vector((1.0, 0.0, 0.0)),
    "headYaw": Vector((0.0, 0.0, 1.0)),
    "headRoll": Vector((0.0, 1.0, 0.0)),
}
"""Axes in the armature's space of a character that looks along -Y; positive turns are chin down, to
its left, and towards its left shoulder."""


def remember_rest(speaker, pose: Pose) -> None:
    """Stores a pose as the rest for the next extreme."""
    speaker[_REST] = persistence.dump_pose(pose)


def record_extreme(speaker, output: str, pose: Pose) -> int:
    """Links the bones that differ from the recorded rest; returns the number of links.

    Raises:
        PlanError: no rest was recorded, no bone moved, or the channel does not exist.
    """
    output = output or speaker.record_output
    preset = preset_with_id(speaker.preset) if speaker.preset else None
    if output not in known_outputs(preset):
        raise PlanError(f'There is no channel "{output}": choose an ARKit name such as jawOpen.')
    stored = speaker.get(_REST)
    if stored is None:
        raise PlanError("No rest was recorded: pose the bones at rest and press Record Rest.")
    links = links_between(output, persistence.load_pose(stored), pose)
    if not links:
        raise PlanError("The bones are where they rest: move them to the extreme first.")
    _add_links(speaker, links)
    return len(links)


def link_head(speaker, bone_name: str) -> str:
    """Links the head's movement to a bone, from its present pose; returns the bone's name.

    Raises:
        PlanError: the face has no armature, or the armature no such bone.
        MappingError: the bone turns by axis and angle.
    """
    armature = next((obj for obj in members_of(speaker) if obj.type == "ARMATURE"), None)
    if armature is None:
        raise PlanError("The face has no armature: add it with Add Selected to Face first.")
    name = bone_name or find_head_bone(armature)
    if name is None or name not in armature.pose.bones:
        raise PlanError(f'Armature "{armature.name}" has no bone "{name or "head"}": name another.')
    _add_links(speaker, head_links(armature, name))
    return name


def find_head_bone(armature) -> str | None:
    """The bone whose name ends in "head", the shortest such name; None when there is none."""
    named = [bone.name for bone in armature.pose.bones if plain(bone.name).endswith("head")]
    return min(named, key=len, default=None)


def head_links(armature, bone_name: str) -> tuple[Link, ...]:
    """Links that turn a bone by headPitch, headYaw and headRoll, in radians, from its present pose.

    The three turns are added, which holds for small ones: 0.15 radians come out exact to 0.02.

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


def _add_links(speaker, links: Sequence[Link]) -> None:
    """Adds links, replacing those of the same output and target; keeps an automatic mapping's."""
    mapping = current_mapping(speaker)
    replaced = {(link.output, link.target.address) for link in links}
    kept = [link for link in mapping.links if (link.output, link.target.address) not in replaced]
    speaker_settings.set_mapping(speaker, Mapping(mapping.preset_id, (*kept, *links)))


def _turned(bone, turn: Quaternion) -> list[float]:
    """The bone's rotation channel after a further turn in the space of its rest."""
    if bone.rotation_mode == "QUATERNION":
        return list(turn @ bone.rotation_quaternion)
    now: Euler = bone.rotation_euler
    return list((turn @ now.to_quaternion()).to_euler(bone.rotation_mode, now))
