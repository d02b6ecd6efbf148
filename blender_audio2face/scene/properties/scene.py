"""The settings of a scene: its speakers, its network, and whether dials act live."""

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, PointerProperty, StringProperty

from ..kept_paths import kept_path, path_datablock
from ..speakers import row_of_selection, select_row
from . import OWN_CONTEXT
from .speaker import Audio2FaceSpeaker
from .streaming import Audio2FaceWire


class Audio2FaceSettings(bpy.types.PropertyGroup):
    strip: StringProperty(
        name="Sound Strip",
        description="The strip for the next new character; empty for the active one",
    )
    weights: kept_path(
        "weights",
        "Network",
        "Weights file (.npz), such as one trained on your own actor; empty for the bundled network",
    )
    weights_datablock: path_datablock()
    speakers: CollectionProperty(
        name="Characters",
        description="The characters that speak in this scene",
        type=Audio2FaceSpeaker,
        translation_context=OWN_CONTEXT,
    )
    active_speaker: IntProperty(
        name="Character",
        description="The selected character of the list",
        translation_context=OWN_CONTEXT,
    )
    shown_row: IntProperty(
        name="Character",
        description="Row of the list; selecting a row selects its face",
        get=row_of_selection,
        set=select_row,
        options={"SKIP_SAVE"},
        translation_context=OWN_CONTEXT,
    )
    live: BoolProperty(
        name="Live",
        description="Dials change the keys at once; turn off to let them wait for Update",
        default=True,
    )
    report: StringProperty(name="Last Bake", description="What the last bake did, line by line")
    wire: PointerProperty(
        name="Other Programs",
        description="Where faces come from and go to over the network",
        type=Audio2FaceWire,
        translation_context=OWN_CONTEXT,
    )


CLASSES = (Audio2FaceSettings,)


def register() -> None:
    bpy.types.Scene.audio2face = PointerProperty(type=Audio2FaceSettings)


def unregister() -> None:
    del bpy.types.Scene.audio2face
