"""Buttons for baked keys: clear them, make them visible."""

import bpy
from bpy.props import IntProperty, StringProperty

from ...errors import PlanError
from ...face_override import release
from ...scene.speakers import all_members_of
from .common import SpeakerOperator


class AUDIO2FACE_OT_clear(SpeakerOperator, bpy.types.Operator):
    """Remove what was baked for this character; your own keys stay, or come back"""

    bl_idname = "audio2face.clear"
    bl_label = "Clear Baked Speech"

    strip: StringProperty(
        name="Sound Strip",
        description="Remove only what was baked from this strip; empty for everything",
        options={"SKIP_SAVE"},
    )

    def act(self, context, speaker) -> str:
        from ...animation.remove import clear
        from ...scene.face_plan import animated_datablocks
        from ...scene.kept_paths import remove_unused

        keys = {take.name for take in speaker.takes if not self.strip or take.label == self.strip}
        if not keys:
            raise PlanError(f'Nothing to clear: "{self.strip or speaker.name}" was not baked.')
        face = animated_datablocks(all_members_of(speaker))
        release(frozenset(datablock.session_uid for datablock in face))
        count = sum(clear(datablock, keys) for datablock in face)
        for key in keys:
            speaker.takes.remove(speaker.takes.find(key))
        remove_unused()
        speaker.report = ""
        return f"Removed {count} keys of {speaker.name}"


class AUDIO2FACE_OT_fix(SpeakerOperator, bpy.types.Operator):
    """Put right what hides the face's movement"""

    bl_idname = "audio2face.fix"
    bl_label = "Fix What Hides Baked Speech"

    index: IntProperty(
        name="Which",
        description="Place in the panel's list, counted from 0; -1 for all",
        default=-1,
        min=-1,
    )

    def act(self, _context, speaker) -> str:
        from ...diagnostics.hidden_results import find_hidden_results, fix

        found = find_hidden_results(speaker)
        chosen = found if self.index < 0 else found[self.index : self.index + 1]
        for hidden in chosen:
            fix(hidden)
        return f"Fixed {len(chosen)} of {len(found)}"


CLASSES = (
    AUDIO2FACE_OT_clear,
    AUDIO2FACE_OT_fix,
)
