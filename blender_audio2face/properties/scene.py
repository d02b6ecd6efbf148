"""What the artist sets in a scene."""

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, PointerProperty, StringProperty

from .speaker import RELATIVE, Audio2FaceSpeaker


class Audio2FaceSettings(bpy.types.PropertyGroup):
    strip: StringProperty(
        name="Sound Strip",
        description="The strip that a new speaker speaks from; empty for the active one",
    )
    weights: StringProperty(
        name="Network",
        description="Weights trained on an actor of yours (.npz); empty for the one that came with "
        "the extension",
        subtype="FILE_PATH",
        options=RELATIVE,
    )
    speakers: CollectionProperty(type=Audio2FaceSpeaker)
    active_speaker: IntProperty(name="Speaker")
    live: BoolProperty(
        name="Live",
        description="Dials act on the keys at once; off, they act with the next Update",
        default=True,
    )
    report: StringProperty(name="Last Bake", description="What the last bake did, line by line")


CLASSES = (Audio2FaceSettings,)


def register() -> None:
    bpy.types.Scene.audio2face = PointerProperty(type=Audio2FaceSettings)


def unregister() -> None:
    del bpy.types.Scene.audio2face
