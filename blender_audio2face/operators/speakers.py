"""Buttons for the list of speakers."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ...model.channels import ARKIT_52
from .. import live
from ..character import chosen_objects
from ..properties.speaker import SOURCES
from ..speakers import add_members, add_speaker, remove_speaker
from .common import attempt, chosen_speaker, has_speaker, speaker_property


class AUDIO2FACE_OT_speaker_add(bpy.types.Operator):
    """Add a speaker for the selected faces; the Bake button adds one by itself"""

    bl_idname = "audio2face.speaker_add"
    bl_label = "Add Speaker"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Name", description="Empty for the name of the active object")
    source: EnumProperty(name="Voice", items=SOURCES)
    strip: StringProperty(name="Sound Strip")
    channel: IntProperty(name="Channel", default=1, min=1, max=128)
    file: StringProperty(name="Sound File", subtype="FILE_PATH")
    file_frame: IntProperty(name="First Frame", default=1)

    @classmethod
    def poll(cls, context) -> bool:
        if chosen_objects(context):
            return True
        cls.poll_message_set("Select the meshes, or the armature, of the face first.")
        return False

    def execute(self, context) -> set[str]:
        objects = chosen_objects(context)
        speaker = add_speaker(context.scene, self.name or objects[0].name, objects)
        for name in ("source", "strip", "channel", "file", "file_frame"):
            setattr(speaker, name, getattr(self, name))
        return {"FINISHED"}


class AUDIO2FACE_OT_speaker_remove(bpy.types.Operator):
    """Forget this speaker; what was baked stays"""

    bl_idname = "audio2face.speaker_remove"
    bl_label = "Remove Speaker"
    bl_options = {"REGISTER", "UNDO"}

    speaker: speaker_property()

    @classmethod
    def poll(cls, context) -> bool:
        return has_speaker(cls, context)

    def execute(self, context) -> set[str]:
        return attempt(
            self, lambda: remove_speaker(context.scene, chosen_speaker(context, self.speaker))
        )


class AUDIO2FACE_OT_speaker_members(bpy.types.Operator):
    """Add the selected objects to this speaker's face"""

    bl_idname = "audio2face.speaker_members"
    bl_label = "Add Selected to Face"
    bl_options = {"REGISTER", "UNDO"}

    speaker: speaker_property()
    clear: BoolProperty(name="Replace", description="Forget the objects that were there before")

    @classmethod
    def poll(cls, context) -> bool:
        return has_speaker(cls, context)

    def execute(self, context) -> set[str]:
        def act() -> None:
            speaker = chosen_speaker(context, self.speaker)
            if self.clear:
                speaker.members.clear()
            add_members(speaker, chosen_objects(context))

        return attempt(self, act)


class AUDIO2FACE_OT_channel_strengths(bpy.types.Operator):
    """Give every channel a strength of its own"""

    bl_idname = "audio2face.channel_strengths"
    bl_label = "Set Each Channel"
    bl_options = {"REGISTER", "UNDO"}

    speaker: speaker_property()
    remove: BoolProperty(name="Reset", description="Back to one strength for all")

    @classmethod
    def poll(cls, context) -> bool:
        return has_speaker(cls, context)

    def execute(self, context) -> set[str]:
        def act() -> None:
            speaker = chosen_speaker(context, self.speaker)
            with live.at_once(speaker):
                speaker.dials.channels.clear()
                if not self.remove:
                    for name in ARKIT_52:
                        speaker.dials.channels.add().name = name

        return attempt(self, act)


CLASSES = (
    AUDIO2FACE_OT_speaker_add,
    AUDIO2FACE_OT_speaker_remove,
    AUDIO2FACE_OT_speaker_members,
    AUDIO2FACE_OT_channel_strengths,
)
