"""What the artist sets in a scene, and the last report."""

import bpy
from bpy.props import PointerProperty, StringProperty


class Audio2FaceSettings(bpy.types.PropertyGroup):
    strip: StringProperty(
        name="Sound Strip",
        description="The strip to speak from; empty for the active one",
    )
    report: StringProperty(name="Last Bake", description="What the last bake did, line by line")


CLASSES = (Audio2FaceSettings,)


def register() -> None:
    bpy.types.Scene.audio2face = PointerProperty(type=Audio2FaceSettings)


def unregister() -> None:
    del bpy.types.Scene.audio2face
