"""Where faces come from and go to. A .blend keeps it; nothing starts when it is loaded."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from . import OWN_CONTEXT

KINDS = (
    ("LIVE_LINK", "Live Link Face", "ARKit's 52 channels and the head, as the iPhone app sends"),
    ("VMC", "VMC", "Blend shapes of the VMC protocol, for avatars with Perfect Sync"),
    ("FACE_CAP", "Face Cap", "OSC messages of the app Face Cap: /W, a number and a value"),
    ("OSC", "OSC", "OSC messages with one address for each channel, as VRChat takes them"),
)
_THIS_COMPUTER = "127.0.0.1"


class Audio2FaceWire(bpy.types.PropertyGroup):
    receive_host: StringProperty(
        name="Address",
        description="On which of this computer's addresses faces are received: 127.0.0.1 for "
        "programs here, 0.0.0.0 for a phone as well",
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
        description="Whose face is shown, by the name that the other program gives; empty for "
        "the first one",
    )
    send_kind: EnumProperty(name="Format", description="How faces are written", items=KINDS)
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
    send_prefix: StringProperty(
        name="Prefix",
        description="What stands before the channel's name in an OSC address",
        default="/avatar/parameters/",
    )
    told: StringProperty(options={"HIDDEN", "SKIP_SAVE"})


CLASSES = (Audio2FaceWire,)
