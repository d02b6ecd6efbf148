"""The only module that knows the sequencer's names in every Blender release.

4.4 renamed ``sequences`` to ``strips``; 5.0 gave the workspace a ``sequencer_scene``; 5.1 renamed
the timing properties. The old names warn even under ``hasattr``, so the version decides. Sound
strips have ``sound_offset`` from 4.3 and ``retiming_keys`` from 4.4.
"""

from collections.abc import Callable
from dataclasses import dataclass

import bpy

from ..core.sound.strip_timing import StripTiming
from .kept_paths import absolute


@dataclass(frozen=True)
class _TimingNames:
    content_start: str
    content_trim_start: str
    content_duration: str
    left_handle: str
    right_handle: str


_NAMES = (
    _TimingNames(
        "content_start", "content_trim_start", "content_duration", "left_handle", "right_handle"
    )
    if bpy.app.version >= (5, 1, 0)
    else _TimingNames(
        "frame_start",
        "animation_offset_start",
        "frame_duration",
        "frame_final_start",
        "frame_final_end",
    )
)


def sequencer_scenes(context) -> list:
    """Scenes whose sequencer the artist may mean, the most likely first."""
    scenes = [context.scene]
    if bpy.app.version >= (5, 0, 0) and context.workspace is not None:
        edited = context.workspace.sequencer_scene
        if edited is not None and edited != context.scene:
            scenes.insert(0, edited)
    return scenes


def all_strips(scene) -> list:
    """Every strip of a scene, including those in meta strips."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    return list(editor.strips_all if bpy.app.version >= (4, 4, 0) else editor.sequences_all)


def sound_strips(scene) -> list:
    """Every strip of a scene that plays sound, including those in meta strips."""
    return [strip for strip in all_strips(scene) if strip.type == "SOUND" or plays_scene(strip)]


def plays_scene(strip) -> bool:
    """Whether a strip plays the sequencer, and so the sound, of another scene."""
    return (
        strip.type == "SCENE"
        and strip.scene_input == "SEQUENCER"
        and strip.scene is not None
        and strip.scene.sequence_editor is not None
    )


def plays_evenly(strip) -> bool:
    """Whether a scene strip shows one frame of its scene after another."""
    retimed = bpy.app.version >= (4, 4, 0) and len(strip.retiming_keys) > 0
    return not (retimed or strip.use_reverse_frames)


def active_sound_strip(scene):
    """The active strip when it plays sound, or the sound of the active film; else None."""
    editor = scene.sequence_editor
    strip = editor.active_strip if editor is not None else None
    if strip is None:
        return None
    sounds = sound_strips(scene)
    if strip.type == "MOVIE":
        return _sound_of_film(strip, sounds)
    return strip if strip in sounds else None


def _sound_of_film(film, sounds: list):
    """The strip with a film's sound, which Blender adds beside it and leaves inactive; None
    without one."""
    path = absolute(film.filepath, film.id_data.library)

    def distance(strip) -> float:
        return abs(getattr(strip, _NAMES.left_handle) - getattr(film, _NAMES.left_handle))

    own = [
        strip
        for strip in sounds
        if strip.type == "SOUND"
        and strip.sound is not None
        and absolute(strip.sound.filepath, strip.sound.library) == path
    ]
    return min(own, key=distance, default=None)


def strip_timing(scene, strip) -> StripTiming:
    """A strip's placement, with its handles cut to those of the meta strips around it."""
    left, right = getattr(strip, _NAMES.left_handle), getattr(strip, _NAMES.right_handle)
    for meta in parent_metas(strip):
        left = max(left, getattr(meta, _NAMES.left_handle))
        right = min(right, getattr(meta, _NAMES.right_handle))
    render = scene.render
    return StripTiming(
        fps=render.fps / render.fps_base,
        content_start=getattr(strip, _NAMES.content_start),
        content_trim_start=getattr(strip, _NAMES.content_trim_start),
        sound_offset=_sound_offset(strip),
        left_handle=int(left),
        right_handle=int(right),
    )


def _sound_offset(strip) -> float:
    return strip.sound_offset if strip.type == "SOUND" and bpy.app.version >= (4, 3, 0) else 0.0


def move_content(strip, frames: float) -> None:
    """Moves a strip and its contents along the timeline."""
    setattr(strip, _NAMES.content_start, getattr(strip, _NAMES.content_start) + frames)


def strip_and_parents(strip) -> list:
    """A strip and the meta strips around it, the innermost first."""
    return [strip, *parent_metas(strip)]


def sound_strips_in(scene, strip) -> list:
    """The sound strips in a meta strip, or the strip itself if it plays sound."""
    return [inner for inner in sound_strips(scene) if strip in strip_and_parents(inner)]


def parent_metas(strip) -> list:
    """The meta strips around a strip, the innermost first."""
    metas = []
    while (strip := strip.parent_meta()) is not None:
        metas.append(strip)
    return metas


def is_retimed(strip, sound_seconds: Callable[[], float]) -> bool:
    """Whether a sound strip may play at another speed than its sound.

    Before 4.4 sound strips had no API for their retiming keys, but retiming changes the length of
    the content. So its length is compared with the sound's; codecs, which round lengths, may cause
    a difference of two frames.
    """
    if bpy.app.version >= (4, 4, 0):
        return len(strip.retiming_keys) > 0 or any(map(_may_be_retimed, parent_metas(strip)))
    render = strip.id_data.render
    content = strip.frame_duration + strip.animation_offset_start + strip.animation_offset_end
    seconds = sound_seconds()
    return seconds > 0.0 and abs(content - seconds * render.fps / render.fps_base) > 2.0


def _may_be_retimed(meta) -> bool:
    """Whether a meta strip may be retimed, which is possible from 5.0 on: it has no API for its
    keys, but its length differs from that of its contents."""
    if bpy.app.version < (5, 0, 0):
        return False
    starts = [getattr(strip, _NAMES.left_handle) for strip in meta.strips]
    ends = [getattr(strip, _NAMES.right_handle) for strip in meta.strips]
    return abs(max(ends) - min(starts) - getattr(meta, _NAMES.content_duration)) > 1.0


def muted_by(scene, strip) -> str | None:
    """What silences a strip, in words, or None."""
    metas = parent_metas(strip)
    if strip.mute:
        return "it is muted"
    for inner, outer in zip((strip, *metas), (*metas, scene.sequence_editor), strict=True):
        if inner.mute:
            return f'its meta strip "{inner.name}" is muted'
        if outer.channels[inner.channel].mute:
            return f"its channel {inner.channel} is muted"
    return None
