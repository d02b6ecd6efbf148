"""Buttons that start and stop receiving faces from other programs, and sending faces to them."""

import bpy

from ... import streaming
from .common import attempt, chosen_speaker, has_speaker, speaker_property


class AUDIO2FACE_OT_receive(bpy.types.Operator):
    """Let another program move the face, without keys, until you stop it"""

    bl_idname = "audio2face.receive"
    bl_label = "Receive Face from Other Program"

    speaker: speaker_property()

    @classmethod
    def poll(cls, context) -> bool:
        return has_speaker(cls, context)

    def execute(self, context) -> set[str]:
        from ...streaming import session

        def act() -> str:
            speaker = chosen_speaker(context, self.speaker)
            started = session.start_receiving(context.scene, speaker)
            return f"Receiving on {started.receiver.address} for {started.speaker}"

        return attempt(self, act)


class AUDIO2FACE_OT_receive_stop(bpy.types.Operator):
    """Stop receiving; the face is as it was before"""

    bl_idname = "audio2face.receive_stop"
    bl_label = "Stop Receiving"

    def execute(self, _context) -> set[str]:
        streaming.stop_receiving()
        return {"FINISHED"}


class AUDIO2FACE_OT_send(bpy.types.Operator):
    """Send each face that real time shows to another program, until you stop it"""

    bl_idname = "audio2face.send"
    bl_label = "Send Face to Other Program"

    def execute(self, context) -> set[str]:
        from ...streaming import session

        return attempt(self, lambda: f"Sending to {session.start_sending(context.scene).address}")


class AUDIO2FACE_OT_send_stop(bpy.types.Operator):
    """Stop sending"""

    bl_idname = "audio2face.send_stop"
    bl_label = "Stop Sending"

    def execute(self, _context) -> set[str]:
        streaming.stop_sending()
        return {"FINISHED"}


CLASSES = (
    AUDIO2FACE_OT_receive,
    AUDIO2FACE_OT_receive_stop,
    AUDIO2FACE_OT_send,
    AUDIO2FACE_OT_send_stop,
)
