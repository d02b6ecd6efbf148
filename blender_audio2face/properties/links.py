"""One line of a mapping of the artist's own: what drives what, and how much (``rigs.mapping``)."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from .. import live
from ..rigs.mapping import LIMIT

KINDS = (
    ("shape", "Shape Key", "A shape key of the face's meshes"),
    ("bone", "Bone", "A location, rotation or scale of a pose bone"),
    ("property", "Property", "A custom property of an armature or one of its bones"),
)


class Audio2FaceLink(bpy.types.PropertyGroup):
    output: StringProperty(
        name="Channel", description="ARKit channel or viseme that drives it", update=live.on_change
    )
    kind: EnumProperty(name="Kind", items=KINDS, update=live.on_change)
    target: StringProperty(
        name="Target",
        description="Name of the shape key, the bone, or the property",
        update=live.on_change,
    )
    path: StringProperty(
        name="Path",
        description="Of a bone: location, rotation_euler, rotation_quaternion or scale. Of a "
        "property: the bone that has it, empty for the object",
        update=live.on_change,
    )
    component: IntProperty(
        name="Component",
        description="Which number of the path, from 0: X, Y, Z",
        min=0,
        max=31,
        update=live.on_change,
    )
    enabled: BoolProperty(
        name="Use", description="Key this target", default=True, update=live.on_change
    )
    multiplier: FloatProperty(
        name="Multiplier",
        description="The channel is multiplied by this; negative turns the movement round",
        default=1.0,
        soft_min=-2.0,
        soft_max=2.0,
        update=live.on_change,
    )
    offset: FloatProperty(
        name="Offset",
        description="Then this is added",
        soft_min=-1.0,
        soft_max=1.0,
        update=live.on_change,
    )
    low: FloatProperty(
        name="Least", description="It gets no lower", default=-LIMIT, update=live.on_change
    )
    high: FloatProperty(
        name="Most", description="It gets no higher", default=LIMIT, update=live.on_change
    )
    rest: FloatProperty(
        name="Rest", description="The target's value where the channel is 0", update=live.on_change
    )
    extreme: FloatProperty(
        name="Extreme",
        description="The target's value where the channel is 1",
        default=1.0,
        update=live.on_change,
    )
    still: BoolProperty(
        name="Moves Nothing", description="The shape key leaves every vertex where it is"
    )


CLASSES = (Audio2FaceLink,)
