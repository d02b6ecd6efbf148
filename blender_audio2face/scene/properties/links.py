"""One link of the artist's own mapping; ``core.rigs.mapping.Link`` has its meaning."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ...core.rigs import LIMIT
from ..live_changes import on_change

KINDS = (
    ("shape", "Shape Key", "A shape key of the face's meshes"),
    ("bone", "Bone", "A location, rotation or scale of a pose bone"),
    ("property", "Property", "A custom property of an armature or one of its bones"),
)


class Audio2FaceLink(bpy.types.PropertyGroup):
    output: StringProperty(
        name="Channel",
        description="ARKit channel, or viseme of the preset, that moves the target",
        update=on_change,
    )
    kind: EnumProperty(name="Kind", description="What the target is", items=KINDS, update=on_change)
    target: StringProperty(
        name="Target",
        description="Name of the shape key, the bone, or the property",
        update=on_change,
    )
    path: StringProperty(
        name="Path",
        description="For a bone: location, rotation_euler, rotation_quaternion, "
        "rotation_axis_angle or scale. For a property: the bone that has it, or empty for the "
        "object",
        update=on_change,
    )
    component: IntProperty(
        name="Component",
        description="Which number of the path, counted from 0: X is 0, Y is 1, Z is 2",
        min=0,
        max=31,
        update=on_change,
    )
    enabled: BoolProperty(
        name="Use",
        description="Key this target; turn off to leave this link out",
        default=True,
        update=on_change,
    )
    multiplier: FloatProperty(
        name="Multiplier",
        description="Multiplies the channel; below 0 the movement is reversed",
        default=1.0,
        soft_min=-2.0,
        soft_max=2.0,
        update=on_change,
    )
    offset: FloatProperty(
        name="Offset",
        description="Added after the multiplier",
        soft_min=-1.0,
        soft_max=1.0,
        update=on_change,
    )
    low: FloatProperty(
        name="Lowest",
        description="Least value after multiplier and offset",
        default=-LIMIT,
        update=on_change,
    )
    high: FloatProperty(
        name="Highest",
        description="Greatest value after multiplier and offset",
        default=LIMIT,
        update=on_change,
    )
    rest: FloatProperty(
        name="Rest",
        description="The target's value when the channel is 0",
        update=on_change,
    )
    extreme: FloatProperty(
        name="Extreme",
        description="The target's value when the channel is 1",
        default=1.0,
        update=on_change,
    )
    still: BoolProperty(
        name="Moves Nothing", description="The shape key leaves every vertex where it is"
    )


CLASSES = (Audio2FaceLink,)
