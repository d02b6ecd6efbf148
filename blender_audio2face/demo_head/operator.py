"""The button that adds the demo head."""

import bpy
from bpy.props import BoolProperty

from ...model.errors import A2FError
from .place import check_place


class AUDIO2FACE_OT_add_demo_head(bpy.types.Operator):
    """Add a head with the 52 ARKit shape keys at the 3D cursor, to try Bake Speech on"""

    bl_idname = "audio2face.add_demo_head"
    bl_label = "Add Demo Head"
    bl_options = {"REGISTER", "UNDO"}

    with_speech: BoolProperty(
        name="With Sentence",
        description="Also add a spoken sentence to the sequencer, at the current frame",
        default=False,
    )

    @classmethod
    def poll(cls, context) -> bool:
        try:
            check_place(context)
        except A2FError as error:
            cls.poll_message_set(str(error))
            return False
        return True

    def execute(self, context) -> set[str]:
        from .add import add_demo_head
        from .speech import has_sound

        speech = self.with_speech and has_sound()
        try:
            head = add_demo_head(context, speech)
        except A2FError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if speech == self.with_speech:
            self.report({"INFO"}, f"Added {head.name}{' and its sentence' if speech else ''}")
        else:
            self.report({"WARNING"}, f"Added {head.name} only: this Blender has no sound")
        return {"FINISHED"}


CLASSES = (AUDIO2FACE_OT_add_demo_head,)
