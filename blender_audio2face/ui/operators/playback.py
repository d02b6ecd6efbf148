"""The button that plays the face with its sound."""

import bpy

from ....model.errors import A2FError
from ...scene.speakers import shown_speaker
from .common import refuse

_settings_before: dict[int, tuple[str, bool]] = {}
"""(sync_mode, use_audio) of scenes, by session_uid, that Play changed until playback ends."""


class AUDIO2FACE_OT_play(bpy.types.Operator):
    """Play the face with its sound, from the start of its speech"""

    bl_idname = "audio2face.play"
    bl_label = "Play Face with Sound"

    @classmethod
    def poll(cls, context) -> bool:
        if context.screen is not None:
            return True
        cls.poll_message_set("There is no window to play in.")
        return False

    def execute(self, context) -> set[str]:
        if context.screen.is_animation_playing:
            return bpy.ops.screen.animation_play()  # stops it
        scene, speaker = context.scene, shown_speaker(context)
        if speaker is not None and len(speaker.takes):
            try:
                _go_to_voice(scene, speaker)
            except A2FError as error:
                return refuse(self, error)
        hear_in_sync(scene)
        result = bpy.ops.screen.animation_play()
        if "FINISHED" not in result:
            restore_settings()
        return result


def hear_in_sync(scene) -> None:
    """Lets a scene play in sync with its sound, until playback ends or the file is saved."""
    _settings_before.setdefault(scene.session_uid, (scene.sync_mode, scene.use_audio))
    scene.sync_mode, scene.use_audio = "AUDIO_SYNC", True
    for handlers in _handlers():
        if restore_settings not in handlers:
            handlers.append(restore_settings)


def restore_settings(*_) -> None:
    """Gives the scenes back the settings that they had before ``hear_in_sync``."""
    for scene in bpy.data.scenes:
        if scene.session_uid in _settings_before:
            scene.sync_mode, scene.use_audio = _settings_before[scene.session_uid]
    _settings_before.clear()
    for handlers in _handlers():
        if restore_settings in handlers:
            handlers.remove(restore_settings)


def _handlers() -> tuple[list, ...]:
    return bpy.app.handlers.animation_playback_post, bpy.app.handlers.save_pre


def _go_to_voice(scene, speaker) -> None:
    """Moves the playhead to the start of the speech, unless it is within the speech."""

    from ...scene.analysis_cache import timing_of
    from ...scene.frame_map import stretched_time

    timings, frames = [timing_of(take) for take in speaker.takes], stretched_time(scene)
    first = frames.timeline_frame(min(timing.left_handle for timing in timings))
    last = frames.timeline_frame(max(timing.right_handle for timing in timings) - 1)
    if not first <= scene.frame_current <= last:
        scene.frame_set(first)


CLASSES = (AUDIO2FACE_OT_play,)
