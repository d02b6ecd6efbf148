"""The button that previews a bake: the face follows the playhead, without keys."""

import bpy

from ....model.errors import A2FError
from ...preview import preview_of
from ...scene.face_objects import chosen_objects
from ...scene.speakers import find_speaker, members_of
from ...scene.weights_path import chosen_weights
from .common import has_speaker_or_selection, refuse, speaker_property


class AUDIO2FACE_OT_preview(bpy.types.Operator):
    """Show the speech on the face wherever the playhead is, without keys; again to end it"""

    bl_idname = "audio2face.preview"
    bl_label = "Preview Speech"
    bl_options = {"REGISTER"}

    speaker: speaker_property()

    @classmethod
    def poll(cls, context) -> bool:
        return has_speaker_or_selection(cls, context)

    def execute(self, context) -> set[str]:
        from ...bake.request import request_for
        from ...preview.preview import Preview

        try:
            shown = preview_of(self._object_uids(context))
            if shown is not None:
                shown.end()
                return {"FINISHED"}
            request = request_for(context, self.speaker, {})
            begun = Preview(request, chosen_weights(context.scene.audio2face.weights))
        except A2FError as error:
            return refuse(self, error)
        if begun.problem is not None:
            begun.end()
            return refuse(self, A2FError(begun.problem))
        return {"FINISHED"}

    def _object_uids(self, context) -> frozenset[int]:
        if self.speaker:
            objects = members_of(find_speaker(context.scene, self.speaker))
        else:
            objects = chosen_objects(context)
        return frozenset(obj.session_uid for obj in objects)


CLASSES = (AUDIO2FACE_OT_preview,)
