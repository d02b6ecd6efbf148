"""Settings of real time that belong to the machine; neither saved with a file nor undone."""

import bpy
from bpy.props import BoolProperty, PointerProperty, StringProperty


class Audio2FaceLive(bpy.types.PropertyGroup):
    device: StringProperty(
        name="Microphone", description="Name of the microphone; empty for the system's choice"
    )
    gain: BoolProperty(
        name="Automatic Gain",
        description="Bring voices that are too quiet or too loud to the level that the network "
        "knows",
        default=True,
    )
    low_latency: BoolProperty(
        name="Low Latency", description="Less than half of the delay, for lips that are less exact"
    )
    message: StringProperty(options={"HIDDEN", "SKIP_SAVE"})


CLASSES = (Audio2FaceLive,)


def register() -> None:
    bpy.types.WindowManager.audio2face_live = PointerProperty(type=Audio2FaceLive)


def unregister() -> None:
    del bpy.types.WindowManager.audio2face_live
