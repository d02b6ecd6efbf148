"""A speaker: where its voice is, the face that moves with it, and how it is keyed."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...core.sound.sound_selection import MOST_SOUND_CHANNELS
from ..kept_paths import kept_path, path_datablock
from ..live_changes import on_change
from . import OWN_CONTEXT
from .links import Audio2FaceLink
from .shaping import Audio2FaceDials

SOURCES = (
    ("STRIP", "Strip", "One sound strip; the active one when none is named"),
    ("CHANNEL", "Channel", "All sound strips on one channel of the sequencer"),
    ("FILE", "File", "A sound file that is not in the sequencer"),
)
SOUND_CHANNELS = (
    ("MIX", "Mix", "All channels together", 0),
    ("LEFT", "Left", "The first channel, for one of two people on one stereo file", 1),
    ("RIGHT", "Right", "The second channel", 2),
    ("NUMBER", "Number", "A channel of a recording with many", 3),
)
OUTPUTS = (
    ("ACTION", "Own Action", "A new Action, assigned to the face; yours is kept with a fake user"),
    ("NLA", "NLA Strip", "A strip on an NLA track of its own, added to what you animate yourself"),
    ("ACTIVE", "Active Action", "The assigned Action, only at the frames where the sound plays"),
)
REDUCTIONS = (
    ("POSES", "Pose Keys", "The mouth keyed as a whole on extremes and breakdowns", 2),
    ("REDUCED", "Few Keys", "Each channel keyed where it needs it; the movement looks the same", 0),
    ("EVERY_FRAME", "Every Frame", "One key on each frame", 1),
    ("STEPPED", "Stepped", "Poses held for some frames each, as in stop motion", 3),
)
"""The numbers are those in files. Files from before there were pose keys have none, so the default
is what they were keyed with; ``NEW`` is what new speakers get."""

NEW = {"reduction": "POSES"}


class Audio2FaceMember(bpy.types.PropertyGroup):
    object: PointerProperty(
        name="Object", description="A mesh or armature of the face", type=bpy.types.Object
    )
    use: BoolProperty(
        name="Use",
        description="Key this object with the face; turn off to leave it out of the next bakes",
        default=True,
        update=on_change,
    )


class Audio2FaceTake(bpy.types.PropertyGroup):
    """Analysed sound; ``analysis_cache`` keeps its curves in the custom property ``curves``."""

    name: StringProperty(
        name="Key", description="Identifies the sound, even when its strip is renamed"
    )
    label: StringProperty(name="Strip", description="Name of the strip that was analysed")
    heard: StringProperty(name="Sound", description="Which part of which sound was analysed")
    timing: StringProperty(name="Placement", description="Where the strip was at its last keying")
    first_frame: IntProperty(
        name="First Frame", description="Frame of the timeline at which the sound begins"
    )
    file: kept_path("file", "Sound File", "The sound, where there is no strip")
    file_datablock: path_datablock()
    channel: IntProperty(
        name="Channel", description="The channel by which the strip was chosen; 0 for none"
    )
    is_voice: BoolProperty(
        name="Voice", description="It is the sound file that the speaker's settings named"
    )
    sound: StringProperty(name="Path", description="Where the sound was when it was analysed")


def _keep_name_own(speaker: bpy.types.PropertyGroup, _context: object) -> None:
    """Speakers are told apart by their names."""
    from ..speakers import own_name

    name = own_name(speaker)
    if name != speaker.name:
        speaker.name = name


class Audio2FaceSpeaker(bpy.types.PropertyGroup):
    name: StringProperty(
        name="Character",
        description="Name of the character that speaks",
        update=_keep_name_own,
        translation_context=OWN_CONTEXT,
    )
    members: CollectionProperty(
        name="Face",
        description="The meshes and armatures that move",
        type=Audio2FaceMember,
        translation_context=OWN_CONTEXT,
    )
    source: EnumProperty(name="Voice", description="Where the voice comes from", items=SOURCES)
    strip: StringProperty(
        name="Sound Strip", description="The strip with the speech; empty for the active one"
    )
    channel: IntProperty(
        name="Channel",
        description="Channel of the sequencer with this character's strips",
        default=1,
        min=1,
        max=128,
    )
    file: kept_path("file", "Sound File", "Sound file with the speech")
    file_datablock: path_datablock()
    file_frame: IntProperty(
        name="First Frame", description="Frame at which the sound file begins", default=1
    )
    sound_channel: IntProperty(
        name="Channel of the Sound",
        description="The channel that is this voice: 1 is left, 2 is right; 0 mixes all",
        min=0,
        max=MOST_SOUND_CHANNELS,
    )
    shown_sound_channel: EnumProperty(
        name="Channel of the Sound",
        description="The channel of the file that is this voice",
        items=SOUND_CHANNELS,
        get=lambda self: min(self.sound_channel, 3),
        set=lambda self, value: setattr(self, "sound_channel", value),
        options={"SKIP_SAVE"},
    )
    preset: StringProperty(
        name="Preset",
        description="Naming that the rig follows; empty for the best fit",
        update=on_change,
    )
    links: CollectionProperty(
        name="Mapping",
        description="Your own links from channels to controls; empty for the automatic mapping",
        type=Audio2FaceLink,
    )
    calibration: StringProperty(
        name="Calibration", description="What the last calibration measured, line by line"
    )
    active_link: IntProperty(name="Line", description="The selected link")
    record_output: StringProperty(
        name="Channel", description="The channel that moves the recorded bones", default="jawOpen"
    )
    dials: PointerProperty(
        name="Look", description="How the movement is shaped", type=Audio2FaceDials
    )
    output: EnumProperty(name="Output", description="Where the keys are written", items=OUTPUTS)
    reduction: EnumProperty(
        name="Keys",
        description="How many keys are written",
        items=REDUCTIONS,
        default="REDUCED",
        update=on_change,
    )
    hold: IntProperty(
        name="Hold",
        description="Frames for which Stepped holds each pose: 2 is on twos, 3 on threes",
        default=2,
        min=2,
        max=12,
        update=on_change,
    )
    tolerance: FloatProperty(
        name="Tolerance",
        description="How far Few Keys may deviate from a key on every frame, in shape-key units",
        default=0.01,
        min=0.001,
        max=0.2,
        precision=3,
        update=on_change,
    )
    only_preview_range: BoolProperty(
        name="Only Preview Range",
        description="Key only the frames of the scene's preview range, where it has one",
    )
    takes: CollectionProperty(
        name="Takes", description="The sounds that were analysed", type=Audio2FaceTake
    )
    report: StringProperty(name="Last Bake", description="What the last bake did, line by line")


CLASSES = (Audio2FaceMember, Audio2FaceTake, Audio2FaceSpeaker)
