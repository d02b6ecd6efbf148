"""The sample sentence as a sound strip whose sound lies in the .blend."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..errors import BakeError
from ..scene.sequencer_api import sequencer_scenes, strip_timing

SENTENCE = Path(__file__).with_name("sentence.flac")
STRIP_NAME = "Demo Sentence"
_LAST_CHANNEL = 128


class SentenceError(BakeError):
    """The sample sentence cannot be put on the timeline."""


def has_sound() -> bool:
    """Whether this Blender can play sound at all; the bpy 4.2 of PyPI cannot."""
    return bpy.app.build_options.audaspace


def add_sentence(context: bpy.types.Context) -> bpy.types.Strip:
    """Put the sentence on the timeline at the current frame, above all strips; it becomes active.

    Raises:
        SentenceError: this Blender has no sound, no channel is free, or the file is missing.
    """
    if not has_sound():
        raise SentenceError("This Blender was built without sound: use one from blender.org.")
    scene = sequencer_scenes(context)[0]
    editor = scene.sequence_editor_create()
    strips = editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences
    channel = max((strip.channel for strip in strips), default=0) + 1
    if channel > _LAST_CHANNEL:
        raise SentenceError(
            f'The topmost channel of "{scene.name}" is taken: move its strips down in the '
            "Video Sequencer."
        )
    if not SENTENCE.is_file():
        raise SentenceError(f"{SENTENCE.name} is missing: install the extension again.")
    for other in strips:
        other.select = False
    strip = strips.new_sound(STRIP_NAME, str(SENTENCE), channel, scene.frame_current)
    strip.sound.name = STRIP_NAME
    strip.sound.pack()
    # Should the artist unpack it, the file goes beside the .blend, not into the extension.
    strip.sound.filepath = f"//{SENTENCE.name}"
    editor.active_strip = strip
    last = strip_timing(scene, strip).right_handle - 1
    scene.frame_end = max(scene.frame_end, last)
    return strip
