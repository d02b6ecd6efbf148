"""Runs in Blender: what a newcomer does from a new file, click by click, for each picture."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import rigs

if TYPE_CHECKING:
    from window import Window

SENTENCE = Path(__file__).parents[2] / "blender_audio2face" / "demo_head" / "sentence.flac"
A_VOWEL = 2.70
"""Seconds into the sentence at which the mouth is open."""
LOOK_AT = -0.4
"""Height of the middle of a head with its shoulders, in metres."""


def panel(window: Window) -> Iterator[float]:
    """The demo head speaks its sentence."""
    _without_cube()
    yield from window.open_tab()
    window.press("audio2face.add_demo_head", with_speech=True)
    yield 0.2
    yield from window.bake()
    window.look((0.7, 0.0, LOOK_AT), 6.5)
    bpy.context.scene.frame_set(_frame_in_sentence(A_VOWEL))
    yield 0.5


def rigs_of_three_makers(window: Window) -> Iterator[float]:
    """Three heads with the names of three presets, each selected and baked."""
    _without_cube()
    heads = []
    for name, change in (
        ("ARKit Head", rigs.spelled_otherwise),
        ("Oculus Head", lambda head: rigs.with_shapes(head, rigs.OCULUS)),
        ("VRM Head", lambda head: rigs.with_shapes(head, rigs.VRM)),
    ):
        bpy.ops.audio2face.add_demo_head()
        head = bpy.context.view_layer.objects.active
        head.name = head.data.shape_keys.name = name
        change(head)
        heads.append(head)
    for head in heads:
        head.select_set(False)
    yield from window.open_tab()
    window.choose_file("sound_add", _recording("my line"))
    for head in heads:
        window.select(head)
        yield 0.2
        yield from window.bake()
    window.look((3.8, 0.0, LOOK_AT), 13.5)
    bpy.context.scene.frame_set(_frame_in_sentence(A_VOWEL))
    yield 0.5


def dialogue(window: Window) -> Iterator[float]:
    """Two heads, each with a line of its own; the second answers."""
    _without_cube()
    window.show_sequencer(0.24)
    yield 0.5
    yield from window.open_tab()
    window.press("audio2face.add_demo_head", with_speech=True)
    yield 0.2
    yield from window.bake()
    window.press("audio2face.add_demo_head", with_speech=False)
    window.choose_file("sound_add", _recording("answer"))
    yield 0.2
    yield from window.bake()
    window.look((2.4, 0.0, LOOK_AT), 9.5)
    bpy.context.scene.frame_set(_end_of_first_strip() + _frame_in_sentence(A_VOWEL))
    window.show_all_strips()
    yield 0.5


def realtime(window: Window) -> Iterator[float]:
    """The demo head follows a voice, which is recorded. The picture is taken at its vowel."""
    _without_cube()
    yield from window.open_tab()
    window.press("audio2face.add_demo_head", with_speech=False)
    window.look((0.7, 0.0, LOOK_AT), 6.5)
    yield 0.5
    window.press("audio2face.live_start", file=str(SENTENCE))
    window.press("audio2face.live_record")


def _without_cube() -> None:
    """X: the new file's cube stands where the head will."""
    bpy.data.objects.remove(bpy.data.objects["Cube"])


def _recording(name: str) -> Path:
    """A file as a newcomer would bring it: the sample sentence under another name."""
    return Path(shutil.copyfile(SENTENCE, Path(bpy.app.tempdir, f"{name}.flac")))


def _end_of_first_strip() -> int:
    """The last frame of the demo's own sentence."""
    strip = bpy.context.scene.sequence_editor.strips["Demo Sentence"]
    after = strip.right_handle if bpy.app.version >= (5, 1, 0) else strip.frame_final_end
    return int(after) - 1


def _frame_in_sentence(seconds: float) -> int:
    render = bpy.context.scene.render
    return 1 + round(seconds * render.fps / render.fps_base)


WAYS = {
    "panel": panel,
    "rigs": rigs_of_three_makers,
    "dialogue": dialogue,
    "realtime": realtime,
}
