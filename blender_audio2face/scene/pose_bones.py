"""Pose bones and custom properties: their F-curves, and their values while posing."""

import bpy

from ..core.rigs.pose import Pose

_TURNING = {
    "QUATERNION": ("rotation_quaternion", 4),
    "AXIS_ANGLE": ("rotation_axis_angle", 4),
}


def turning_path(bone) -> tuple[str, int]:
    """The rotation channel that a pose bone's mode uses, and its size."""
    return _TURNING.get(bone.rotation_mode, ("rotation_euler", 3))


def read_pose(armature, bone_names: list[str]) -> Pose:
    """The present transform channels of pose bones. Raises KeyError for an unknown bone."""
    pose = {}
    for name in bone_names:
        bone = armature.pose.bones[name]
        for path, size in (("location", 3), turning_path(bone), ("scale", 3)):
            values = getattr(bone, path)
            for component in range(size):
                pose[name, path, component] = float(values[component])
    return pose


def bone_path(name: str, path: str) -> str:
    """Data path of a pose bone's channel on its object."""
    return f'pose.bones["{bpy.utils.escape_identifier(name)}"].{path}'


def property_path(name: str, bone_name: str) -> str:
    """Data path of a custom property on an object, or on one of its pose bones."""
    owner = f'pose.bones["{bpy.utils.escape_identifier(bone_name)}"]' if bone_name else ""
    return f'{owner}["{bpy.utils.escape_identifier(name)}"]'


def numeric_properties(owner) -> list[str]:
    """Names of the custom properties of an object or pose bone that are one number."""
    return [
        name
        for name, value in owner.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]


def property_range(owner, name: str) -> tuple[float, float]:
    """The bounds of a custom property, infinite where it has none."""
    settings = owner.id_properties_ui(name).as_dict()
    return (
        float(settings.get("min", float("-inf"))),
        float(settings.get("max", float("inf"))),
    )
