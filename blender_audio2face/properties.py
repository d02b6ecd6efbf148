"""What the artist sets in a scene, and the last report."""

import bpy
from bpy.props import PointerProperty, StringProperty

# From 4.5 on Blender has to be told that a path may start with //, the folder of the .blend.
_RELATIVE = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()


class Audio2FaceSettings(bpy.types.PropertyGroup):
    strip: StringProperty(
        name="Sound Strip",
        description="The strip to speak from; empty for the active one",
    )
    weights: StringProperty(
        name="Network",
        description="Weights trained on an actor of yours (.npz); empty for the one that came with "
        "the extension",
        subtype="FILE_PATH",
        options=_RELATIVE,
    )
    report: StringProperty(name="Last Bake", description="What the last bake did, line by line")


CLASSES = (Audio2FaceSettings,)


def register() -> None:
    bpy.types.Scene.audio2face = PointerProperty(type=Audio2FaceSettings)


def unregister() -> None:
    del bpy.types.Scene.audio2face
