"""Buttons for baked keys: clear them, make them visible."""

import bpy
from bpy.props import IntProperty, StringProperty

from ...errors import PlanError
from ...face_override import release
from ...scene.face_objects import chosen_objects
from ...scene.speakers import all_members_of, shown_speaker
from .common import SpeakerOperator, attempt, chosen_speaker, has_speaker_or_selection


class AUDIO2FACE_OT_clear(SpeakerOperator, bpy.types.Operator):
    """Remove what was baked for this character; your own keys stay, or come back"""

    bl_idname = "audio2face.clear"
    bl_label = "Clear Baked Speech"

    strip: StringProperty(
        name="Sound Strip",
        description="Remove only what was baked from this strip; empty for everything",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context) -> bool:
        return has_speaker_or_selection(cls, context)

    def execute(self, context) -> set[str]:
        return attempt(self, lambda: self._clear(context))

    def _clear(self, context) -> str:
        """A face that was appended or copied may have keys and no speaker."""
        from ...bake import live_update
        from ...bake.earlier_bakes import clear
        from ...scene.face_plan import animated_datablocks
        from ...scene.kept_paths import remove_unused

        objects = chosen_objects(context)
        if self.speaker or shown_speaker(context) is not None or not objects:
            speaker = chosen_speaker(context, self.speaker)
            objects, name = all_members_of(speaker), speaker.name
        else:
            speaker, name = None, objects[0].name
        release(frozenset(datablock.session_uid for datablock in animated_datablocks(objects)))
        live_update.pause()  # the keys that it is writing may be among those that go
        count, was_baked = clear(speaker, objects, self.strip)
        if not was_baked:
            raise PlanError(f'Nothing to clear: "{self.strip or name}" was not baked.')
        remove_unused()
        if speaker is not None:
            speaker.report = ""
        return f"Removed {count} keys of {name}"


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
