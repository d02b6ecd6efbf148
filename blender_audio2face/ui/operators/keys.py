"""Buttons for what was baked: place it anew, take it out, show it, play it."""

import bpy
from bpy.props import IntProperty, StringProperty

from ....model.errors import A2FError
from ...errors import PlanError
from ...scene.speakers import members_of, shown_speaker
from .common import SpeakerOperator, refuse


class AUDIO2FACE_OT_clear(SpeakerOperator, bpy.types.Operator):
    """Take out what was baked for this speaker; your own keys stay, or come back"""

    bl_idname = "audio2face.clear"
    bl_label = "Clear Bake"

    strip: StringProperty(
        name="Sound Strip",
        description="Only what was baked from this strip; empty for all",
        options={"SKIP_SAVE"},
    )

    def act(self, context, speaker) -> str:
        from ...animation.remove import clear
        from ...realtime.apply import give_back
        from ...scene.face_plan import animated_datablocks

        keys = {take.name for take in speaker.takes if not self.strip or take.label == self.strip}
        if not keys:
            raise PlanError(f'Nothing to clear: "{self.strip or speaker.name}" was not baked.')
        face = animated_datablocks(members_of(speaker))
        give_back(frozenset(datablock.session_uid for datablock in face))
        count = sum(clear(datablock, keys) for datablock in face)
        for key in keys:
            speaker.takes.remove(speaker.takes.find(key))
        speaker.report = ""
        return f"Removed {count} keys of {speaker.name}"


class AUDIO2FACE_OT_fix(SpeakerOperator, bpy.types.Operator):
    """Take away what hides the face's movement"""

    bl_idname = "audio2face.fix"
    bl_label = "Fix"

    index: IntProperty(
        name="Which",
        description="Line of the list in the panel, counted from 0; -1 for all",
        default=-1,
        min=-1,
    )

    def act(self, _context, speaker) -> str:
        from ...diagnostics import fix
        from ...diagnostics.speaker_checks import find_hidden_results

        found = find_hidden_results(speaker)
        chosen = found if self.index < 0 else found[self.index : self.index + 1]
        for hidden in chosen:
            fix(hidden)
        return f"Fixed {len(chosen)} of {len(found)}"


class AUDIO2FACE_OT_play(bpy.types.Operator):
    """Play the face with its sound, from where its voice begins"""

    bl_idname = "audio2face.play"
    bl_label = "Play"

    @classmethod
    def poll(cls, context) -> bool:
        if context.screen is not None:
            return True
        cls.poll_message_set("There is no window to play in.")
        return False

    def execute(self, context) -> set[str]:
        scene = context.scene
        if not context.screen.is_animation_playing:
            scene.sync_mode = "AUDIO_SYNC"
            scene.use_audio = True
            speaker = shown_speaker(context)
            if speaker is not None and len(speaker.takes):
                try:
                    _go_to_voice(scene, speaker)
                except A2FError as error:
                    return refuse(self, error)
        return bpy.ops.screen.animation_play()


def _go_to_voice(scene, speaker) -> None:
    """Sets the playhead where the voice begins, unless it is within the voice."""
    from ...scene.analysis_cache import timing_of

    timings = [timing_of(take) for take in speaker.takes]
    first = min(timing.left_handle for timing in timings)
    last = max(timing.right_handle for timing in timings) - 1
    if not first <= scene.frame_current <= last:
        scene.frame_set(first)


CLASSES = (
    AUDIO2FACE_OT_clear,
    AUDIO2FACE_OT_fix,
    AUDIO2FACE_OT_play,
)
