"""Buttons for the list of speakers, their faces and their strengths by channel."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ....model.channels import ARKIT_52
from ...core.sound.sound_selection import MOST_SOUND_CHANNELS
from ...errors import PlanError
from ...scene import live_changes
from ...scene.face_objects import chosen_objects, has_selection
from ...scene.properties import BLEND_RELATIVE
from ...scene.properties.speaker import SOURCES
from ...scene.speakers import add_members, add_speaker, all_members_of, remove_speaker
from .common import FaceOperator, SpeakerOperator


class AUDIO2FACE_OT_speaker_add(bpy.types.Operator):
    """Add a character whose face is the selected objects; Bake Speech adds one by itself"""

    bl_idname = "audio2face.speaker_add"
    bl_label = "Add Character"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(
        name="Name", description="Name of the character; empty for the active object's name"
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
    file: StringProperty(
        name="Sound File",
        description="Sound file with the speech",
        subtype="FILE_PATH",
        options=BLEND_RELATIVE,
    )
    file_frame: IntProperty(
        name="First Frame", description="Frame at which the sound file begins", default=1
    )
    sound_channel: IntProperty(
        name="Channel of the Sound",
        description="The channel that is this voice: 1 is left, 2 is right; 0 mixes all",
        min=0,
        max=MOST_SOUND_CHANNELS,
    )

    @classmethod
    def poll(cls, context) -> bool:
        if has_selection(context):
            return True
        cls.poll_message_set("Select the meshes, or the armature, of the face first.")
        return False

    def execute(self, context) -> set[str]:
        objects = chosen_objects(context)
        speaker = add_speaker(context.scene, self.name or objects[0].name, objects)
        for name in ("source", "strip", "channel", "file", "file_frame", "sound_channel"):
            setattr(speaker, name, getattr(self, name))
        return {"FINISHED"}


class AUDIO2FACE_OT_speaker_remove(SpeakerOperator, bpy.types.Operator):
    """Remove this character from the list; its keys stay"""

    bl_idname = "audio2face.speaker_remove"
    bl_label = "Remove Character"

    def act(self, context, speaker) -> None:
        remove_speaker(context.scene, speaker)


class AUDIO2FACE_OT_speaker_members(SpeakerOperator, bpy.types.Operator):
    """Add the selected objects to this character's face"""

    bl_idname = "audio2face.speaker_members"
    bl_label = "Add Selected to Face"

    clear: BoolProperty(
        name="Replace", description="Replace the objects of the face instead of adding to them"
    )

    def act(self, context, speaker) -> str | None:
        from ...bake.earlier_bakes import bakes_on

        before = all_members_of(speaker) if self.clear else []
        if self.clear:
            speaker.members.clear()
        add_members(speaker, chosen_objects(context))
        gone = [obj for obj in before if obj not in all_members_of(speaker) and bakes_on([obj])]
        if not gone:
            return None
        names = ", ".join(f'"{obj.name}"' for obj in gone)
        return f"{names} keeps its keys: select it and press Clear Bake to take them out."


class AUDIO2FACE_OT_member_use(FaceOperator, bpy.types.Operator):
    """Choose whether this object is keyed with the face"""

    bl_idname = "audio2face.member_use"
    bl_label = "Use Object in Face"

    object: StringProperty(name="Object", description="Name of the object of the face")
    use: BoolProperty(name="Use", description="Whether it is keyed with the face", default=True)

    def act(self, context, speaker) -> None:
        member = next(
            (each for each in speaker.members if each.object and each.object.name == self.object),
            None,
        )
        if member is None:
            raise PlanError(f'"{self.object}" is no object of the face of {speaker.name}.')
        member.use = self.use


class AUDIO2FACE_OT_channel_strengths(SpeakerOperator, bpy.types.Operator):
    """List all 52 channels, each with its own strength"""

    bl_idname = "audio2face.channel_strengths"
    bl_label = "Set Strength of Each Channel"

    remove: BoolProperty(name="Reset", description="Give every channel the same strength again")

    def act(self, context, speaker) -> None:
        with live_changes.batch_update(speaker):
            speaker.dials.channels.clear()
            if not self.remove:
                for name in ARKIT_52:
                    speaker.dials.channels.add().name = name


CLASSES = (
    AUDIO2FACE_OT_speaker_add,
    AUDIO2FACE_OT_speaker_remove,
    AUDIO2FACE_OT_speaker_members,
    AUDIO2FACE_OT_member_use,
    AUDIO2FACE_OT_channel_strengths,
)
