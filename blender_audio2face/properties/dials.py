"""The dials of one speaker as Blender properties; ``shaping.dials`` has their ranges and sense."""

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, StringProperty

from .. import live
from ..shaping.dials import RANGES, Dials

_NEUTRAL = Dials()
_NOT_A_FACTOR = ("offset_ms", "blink_rate")


def _dial(name: str, label: str, description: str) -> FloatProperty:
    low, high = RANGES[name]
    return FloatProperty(
        name=label,
        description=description,
        default=getattr(_NEUTRAL, name),
        min=low,
        max=high,
        precision=0 if name in _NOT_A_FACTOR else 2,
        subtype="NONE" if name in _NOT_A_FACTOR else "FACTOR",
        update=live.on_change,
    )


class Audio2FaceChannelStrength(bpy.types.PropertyGroup):
    name: StringProperty(name="Channel", description="An ARKit channel such as jawOpen")
    strength: _dial("overall", "Strength", "Strength of this channel; 1 is as it was heard")


class Audio2FaceDials(bpy.types.PropertyGroup):
    overall: _dial("overall", "Overall", "Strength of the whole face; 1 is as it was heard")
    jaw: _dial("jaw", "Jaw", "Strength of the jaw: lower for mumbling, higher for shouting")
    lips: _dial("lips", "Lips", "Strength of the lips")
    tongue: _dial("tongue", "Tongue", "Strength of the tongue")
    upper_face: _dial("upper_face", "Upper Face", "Strength of brows, lids, cheeks and nose")
    channels: CollectionProperty(type=Audio2FaceChannelStrength)
    active_channel: IntProperty(name="Channel")
    emphasis: _dial("emphasis", "Emphasis", "More contrast between movements, or less")
    smoothing: _dial(
        "smoothing", "Smoothing", "Calms the movement; lips still close where they closed"
    )
    close_bias: _dial("close_bias", "Mouth Close", "Lips closer together, or further apart")
    asymmetry: _dial(
        "asymmetry", "Asymmetry", "Negative: the left half of the face is stronger; positive: right"
    )
    limit: _dial("limit", "Limit", "The most any channel may reach")
    offset_ms: _dial(
        "offset_ms", "Offset (ms)", "Milliseconds by which the face is later than the sound"
    )
    blinks: BoolProperty(
        name="Blinks",
        description="Adds blinks at natural intervals",
        default=_NEUTRAL.blinks,
        update=live.on_change,
    )
    blink_rate: _dial(
        "blink_rate", "Per Minute", "Blinks in a minute; who talks blinks 15 to 25 times"
    )
    brow_layer: _dial("brow_layer", "Brows", "Adds brow raises on stressed syllables")
    eye_darts: _dial("eye_darts", "Eye Darts", "Adds small quick shifts of gaze")
    head_nod: _dial(
        "head_nod", "Head", "Moves the head with the speech; needs a link to a bone or property"
    )
    seed: IntProperty(
        name="Seed",
        description="Another number gives other blinks, darts and nods",
        min=0,
        update=live.on_change,
    )


CLASSES = (Audio2FaceChannelStrength, Audio2FaceDials)
