"""The one place that knows how the sequencer's names moved between Blender releases.

4.4 renamed ``sequences`` to ``strips``; 5.0 gave the workspace a ``sequencer_scene``; 5.1 renamed
the timing properties, and the old names warn even under ``hasattr``, so the release chooses.
Sound strips have ``sound_offset`` from 4.3 and ``retiming_keys`` from 4.4.
"""

from dataclasses import dataclass

import bpy

from ..model.optional import optional_import
from .timing import StripTiming


@dataclass(frozen=True)
class _TimingNames:
    content_start: str
    content_trim_start: str
    left_handle: str
    right_handle: str


_NAMES = (
    _TimingNames("content_start", "content_trim_start", "left_handle", "right_handle")
    if bpy.app.version >= (5, 1, 0)
    else _TimingNames(
        "frame_start", "animation_offset_start", "frame_final_start", "frame_final_end"
    )
)


def sequencer_scenes(context) -> list:
    """Scenes whose sequencer the artist may mean, the likeliest first."""
    scenes = [context.scene]
    if bpy.app.version >= (5, 0, 0) and context.workspace is not None:
        shown = context.workspace.sequencer_scene
        if shown is not None and shown != context.scene:
            scenes.insert(0, shown)
    return scenes


def sound_strips(scene) -> list:
    """Every sound strip of a scene, those inside meta strips too."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    strips = editor.strips_all if bpy.app.version >= (4, 4, 0) else editor.sequences_all
    return [strip for strip in strips if strip.type == "SOUND"]


def active_sound_strip(scene):
    """The active strip when it is a sound, else None."""
    editor = scene.sequence_editor
    strip = editor.active_strip if editor is not None else None
    return strip if strip is not None and strip.type == "SOUND" else None


def strip_timing(scene, strip) -> StripTiming:
    """A strip's placement, its handles cut to those of the meta strips around it."""
    left, right = getattr(strip, _NAMES.left_handle), getattr(strip, _NAMES.right_handle)
    for meta in parent_metas(strip):
        left = max(left, getattr(meta, _NAMES.left_handle))
        right = min(right, getattr(meta, _NAMES.right_handle))
    render = scene.render
    return StripTiming(
        fps=render.fps / render.fps_base,
        content_start=getattr(strip, _NAMES.content_start),
        content_trim_start=getattr(strip, _NAMES.content_trim_start),
        sound_offset=strip.sound_offset if bpy.app.version >= (4, 3, 0) else 0.0,
        left_handle=int(left),
        right_handle=int(right),
    )


def parent_metas(strip) -> list:
    """The meta strips around a strip, the innermost first."""
    metas = []
    while (strip := strip.parent_meta()) is not None:
        metas.append(strip)
    return metas


def is_retimed(strip) -> bool:
    """Whether a sound strip plays at another speed than its sound; opens the sound before 4.4.

    Until then sound strips did not show their retiming keys, but retiming changes the length of
    the content. A difference of two frames is left to codecs, which round lengths.
    """
    if bpy.app.version >= (4, 4, 0):
        return len(strip.retiming_keys) > 0
    seconds = _sound_seconds(strip.sound)
    if seconds is None:
        return False
    render = strip.id_data.render
    content = strip.frame_duration + strip.animation_offset_start + strip.animation_offset_end
    return abs(content - seconds * render.fps / render.fps_base) > 2.0


def _sound_seconds(sound) -> float | None:
    """Length of a sound; None when Blender cannot read it, which decoding will then say."""
    aud = optional_import("aud")
    factory = sound.evaluated_get(bpy.context.evaluated_depsgraph_get()).factory
    if aud is None or factory is None:
        return None
    try:
        return factory.length / factory.specs[0]
    except aud.error:
        return None


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
