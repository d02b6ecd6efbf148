"""One link of the artist's own mapping; ``core.rigs.mapping.Link`` has its meaning."""

from collections.abc import Iterable
from functools import partial

import bpy
from bpy import props

from ...core.rigs import LIMIT
from ..live_changes import on_change, owner_of

_Bool = partial(props.BoolProperty, update=on_change)
_Enum = partial(props.EnumProperty, update=on_change)
_Float = partial(props.FloatProperty, update=on_change)
_Int = partial(props.IntProperty, update=on_change)
_String = partial(props.StringProperty, update=on_change)


def _find_targets(link, _context, text: str) -> list[str]:
    """For the search field: names of the face's shape keys, bones or properties."""
    return _matching(text, _names(link, link.kind))


def _find_paths(link, _context, text: str) -> list[str]:
    """For the search field: channels of a bone, or the bones that may have a property."""
    from ...core.rigs.mapping import BONE_PATHS

    return _matching(text, BONE_PATHS if link.kind == "bone" else _names(link, "bone"))


def _find_outputs(link, _context, text: str) -> list[str]:
    """For the search field: outputs of the preset, channels and features."""
    from ...core.rigs.mapping import known_outputs
    from ...core.rigs.preset import preset_with_id

    speaker = owner_of(link.id_data.audio2face, link)
    preset_id = speaker.preset if speaker is not None else ""
    return _matching(text, known_outputs(preset_with_id(preset_id or "arkit")))


def _on_target(link, context) -> None:
    """Takes from a link the marks of the target that it had before."""
    link.score = 0.0
    link.still = False
    on_change(link, context)


def _names(link, kind: str) -> tuple[str, ...]:
    from ..face_plan import target_names  # Blender's start does not need it
    from ..speakers import members_of  # it needs the classes of this module

    speaker = owner_of(link.id_data.audio2face, link)
    return target_names(members_of(speaker), kind) if speaker is not None else ()


def _matching(text: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if text.casefold() in name.casefold()]


_SURE = 0.75
"""Score from which a guess needs no mark."""

KINDS = (
    ("shape", "Shape Key", "A shape key of the face's meshes"),
    ("bone", "Bone", "A location, rotation or scale of a pose bone"),
    ("property", "Property", "A custom property of an armature or one of its bones"),
)


class Audio2FaceLink(bpy.types.PropertyGroup):
    output: _String(
        name="Channel",
        description="ARKit channel, or viseme of the preset, that moves the target",
        search=_find_outputs,
    )
    kind: _Enum(name="Kind", description="What the target is", items=KINDS)
    target: props.StringProperty(
        name="Target",
        description="Name of the shape key, the bone, or the property; empty to move nothing",
        search=_find_targets,
        update=_on_target,
    )
    path: _String(
        name="Path",
        description="For a bone: location, rotation_euler, rotation_quaternion, "
        "rotation_axis_angle or scale. For a property: the bone that has it, or empty for the "
        "object",
        search=_find_paths,
    )
    component: _Int(
        name="Component",
        description="Which number of the path, counted from 0: X is 0, Y is 1, Z is 2",
        min=0,
        max=31,
    )
    enabled: _Bool(
        name="Use", description="Key this target; turn off to leave this link out", default=True
    )
    multiplier: _Float(
        name="Multiplier",
        description="Multiplies the channel; below 0 the movement is reversed",
        default=1.0,
        soft_min=-2.0,
        soft_max=2.0,
    )
    offset: _Float(
        name="Offset", description="Added after the multiplier", soft_min=-1.0, soft_max=1.0
    )
    low: _Float(
        name="Lowest", description="Least value after multiplier and offset", default=-LIMIT
    )
    high: _Float(
        name="Highest", description="Greatest value after multiplier and offset", default=LIMIT
    )
    rest: _Float(name="Rest", description="The target's value when the channel is 0")
    extreme: _Float(
        name="Extreme", description="The target's value when the channel is 1", default=1.0
    )
    score: props.FloatProperty(
        name="Score",
        description="How sure the guess by geometry is; 0 for links that were not guessed",
        subtype="FACTOR",
        min=0.0,
        max=1.0,
    )
    still: props.BoolProperty(
        name="Moves Nothing", description="The shape key leaves every vertex where it is"
    )


def is_unsure(link: Audio2FaceLink) -> bool:
    """Whether a link was guessed by geometry with a score that asks for a look."""
    return bool(link.target) and 0.0 < link.score < _SURE


CLASSES = (Audio2FaceLink,)
