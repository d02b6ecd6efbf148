"""The dials of one speaker as Blender properties; their ranges, defaults and meaning are those of
``core.shaping.settings.Dials``."""

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, StringProperty

from ...core.shaping.settings import RANGES, Dials
from ..live_changes import on_change

_DEFAULTS = Dials()
_OLD = {"pauses": 0.0, "ease": 0.0}
"""What dials stand at in files from before they were there; ``NEW`` is what new speakers get."""

NEW = {name: getattr(_DEFAULTS, name) for name in _OLD}

_NOT_A_FACTOR = ("offset_ms", "blink_rate")


def _dial(name: str, label: str, description: str) -> FloatProperty:
    low, high = RANGES[name]
    return FloatProperty(
        name=label,
        description=description,
        default=_OLD.get(name, getattr(_DEFAULTS, name)),
        min=low,
        max=high,
        precision=0 if name in _NOT_A_FACTOR else 2,
        subtype="NONE" if name in _NOT_A_FACTOR else "FACTOR",
        update=on_change,
    )


class Audio2FaceChannelStrength(bpy.types.PropertyGroup):
    name: StringProperty(name="Channel", description="An ARKit channel such as jawOpen")
    strength: _dial("overall", "Strength", "Strength of this channel; 1 is as analysed, 0 is still")


class Audio2FaceDials(bpy.types.PropertyGroup):
    overall: _dial("overall", "Overall", "Strength of the whole face; 1 is as analysed, 0 is still")
    jaw: _dial("jaw", "Jaw", "Strength of the jaw: lower for mumbling, higher for shouting")
    lips: _dial("lips", "Lips", "Strength of the lips and of puffed cheeks")
    tongue: _dial("tongue", "Tongue", "Strength of the tongue")
    upper_face: _dial("upper_face", "Upper Face", "Strength of brows, lids, cheeks and nose")
    channels: CollectionProperty(
        name="Channels",
        description="Channels whose strength was set one by one",
        type=Audio2FaceChannelStrength,
    )
    active_channel: IntProperty(name="Channel", description="The chosen line of the list")
    emphasis: _dial(
        "emphasis",
        "Emphasis",
        "Above 0 every movement is larger, below 0 flatter; lips that touch still touch",
    )
    style: _dial(
        "style",
        "Style",
        "Below 0 subtle: smaller, softer and fewer strokes. Above 0 cartoon: large, quick, held",
    )
    smoothing: _dial(
        "smoothing",
        "Smoothing",
        "Calms the movement; lips still close where they closed. 0 is as analysed, 1 is slow",
    )
    ease: _dial(
        "ease",
        "Ease",
        "The mouth opens no faster than filmed mouths, and relaxes after the last sound. "
        "0 is as analysed",
    )
    pauses: _dial(
        "pauses",
        "Pauses",
        "How far the lips stay parted in short pauses between words. 0 shuts them",
    )
    close_bias: _dial(
        "close_bias", "Mouth Close", "Above 0 the lips come closer together, below 0 further apart"
    )
    asymmetry: _dial(
        "asymmetry",
        "Asymmetry",
        "Above 0 the character's right half of the face moves more, below 0 the left",
    )
    limit: _dial(
        "limit",
        "Limit",
        "The most any channel may reach; lower it where shapes break at full strength",
    )
    offset_ms: _dial(
        "offset_ms",
        "Offset (ms)",
        "Milliseconds by which the face moves after the sound; below 0 it moves before",
    )
    blinks: BoolProperty(
        name="Blinks",
        description="Adds blinks at natural intervals",
        default=_DEFAULTS.blinks,
        update=on_change,
    )
    blink_rate: _dial(
        "blink_rate", "Per Minute", "Blinks in a minute; people who talk blink 15 to 25 times"
    )
    brow_layer: _dial("brow_layer", "Brows", "Adds brow raises on stressed syllables")
    eye_darts: _dial("eye_darts", "Eye Darts", "Adds small quick shifts of gaze")
    head_nod: _dial(
        "head_nod",
        "Head",
        "Moves the head with the speech; the mapping has to link it to a bone or property",
    )
    seed: IntProperty(
        name="Seed",
        description="Another number gives other blinks, eye darts and nods",
        min=0,
        update=on_change,
    )


CLASSES = (Audio2FaceChannelStrength, Audio2FaceDials)
