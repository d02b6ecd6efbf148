"""Addresses that faces come from and go to; saved in the .blend. Nothing starts on loading."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from . import OWN_CONTEXT

KINDS = (
    ("LIVE_LINK", "Live Link Face", "ARKit's 52 channels and the head, as the iPhone app sends", 0),
    ("VMC", "VMC", "Blend shapes of the VMC protocol, for avatars with Perfect Sync", 1),
    ("OSC", "OSC", "OSC messages with one address for each channel, as VRChat takes them", 3),
)
"""The numbers are what a .blend stores; 2 was a format of earlier versions."""

_THIS_COMPUTER = "127.0.0.1"


class Audio2FaceWire(bpy.types.PropertyGroup):
    receive_host: StringProperty(
        name="Address",
        description="The address of this computer on which faces are received: 127.0.0.1 for "
        "programs on it, 0.0.0.0 for a phone as well",
        default=_THIS_COMPUTER,
        translation_context=OWN_CONTEXT,
    )
    receive_port: IntProperty(
        name="Port",
        description="The port that the other program sends to",
        default=11111,
        min=1,
        max=65535,
    )
    receive_subject: StringProperty(
        name="Subject",
        description="Name of the face to show, as the other program sends it; empty for the "
        "first one",
    )
    send_kind: EnumProperty(
        name="Format", description="The format in which faces are sent", items=KINDS
    )
    send_host: StringProperty(
        name="Address",
        description="The address of the computer that faces go to; 127.0.0.1 is this one",
        default=_THIS_COMPUTER,
        translation_context=OWN_CONTEXT,
    )
    send_port: IntProperty(
        name="Port",
        description="The port that the other program listens on; 0 for its usual one",
        default=0,
        min=0,
        max=65535,
    )
    send_subject: StringProperty(
        name="Subject",
        description="The name under which the face appears in the other program",
        default="Blender",
        maxlen=60,
    )
    told: StringProperty(options={"HIDDEN", "SKIP_SAVE"})


CLASSES = (Audio2FaceWire,)
