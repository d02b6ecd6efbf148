"""Which strip is chosen, what is refused, and that its timing is what Blender plays."""

import importlib
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.mixdown import (
    CLICKS,
    frames_heard,
    frames_planned,
    needs_mixdown,
)
from tests.support.scenes import add_sound, needs_sound, set_timing

pytestmark = needs_sound


PLACEMENTS = {
    "at its place": {},
    "moved": {"content_start": 31},
    "moved by a fraction": {"content_start": 31.4},
    "cut": {"left_handle": 40, "right_handle": 110},
    "moved and cut": {"content_start": 20, "left_handle": 40, "right_handle": 110},
    "extended over both ends": {"content_start": 40, "left_handle": 20, "right_handle": 260},
    "trimmed": {"content_trim_start": 17},
    "trimmed and cut": {"content_trim_start": 17, "content_start": 12, "left_handle": 33},
    "offset": {"sound_offset": 0.35},
    "offset back": {"sound_offset": -0.35, "left_handle": 22},
    "everything": {
        "sound_offset": 0.21,
        "content_trim_start": 9,
        "content_start": 25,
        "left_handle": 43,
        "right_handle": 131,
    },
}


@needs_mixdown
@pytest.mark.parametrize(("fps", "base"), [(25, 1.0), (24, 1.001), (30, 1.001)])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_source_time_is_what_blender_plays(
    strips, clicks: Path, tmp_path: Path, placement: str, fps: int, base: float
) -> None:
    if placement == "trimmed" and bpy.app.version[:2] == (5, 1):
        pytest.skip("5.1.2 plays it untrimmed, and one frame late once the file is loaded again")
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = fps, base
    scene.frame_start, scene.frame_end = 1, 330
    strip = add_sound(clicks, frame=5)
    set_timing(strip, **PLACEMENTS[placement])
    timing = strips.plan_strip(scene, strip).timing

    frames = np.arange(scene.frame_start, scene.frame_end, 0.01)
    times = np.array([timing.source_time(frame) for frame in frames])
    expected = np.interp(CLICKS, times, frames)
    audible = (expected >= timing.left_handle) & (expected < timing.right_handle)
    heard = frames_heard(tmp_path)
    assert len(heard) == audible.sum() > 0
    assert heard == pytest.approx(expected[audible], abs=0.05)


@needs_mixdown
@pytest.mark.parametrize("first", [0, 60, 110])
def test_first_frame_of_the_scene_changes_nothing(
    strips, clicks: Path, tmp_path: Path, first: int
) -> None:
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 24, first, 330
    strip = add_sound(clicks, frame=-20)
    planned = frames_planned(strips.plan_strip(scene, strip).timing)
    expected = planned[planned >= first]
    assert len(expected) > 0
    assert frames_heard(tmp_path) == pytest.approx(expected, abs=0.05)


@needs_mixdown
def test_meta_strip_cuts_its_contents(strips, clicks: Path, tmp_path: Path) -> None:
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 25, 1, 200
    strip = add_sound(clicks, frame=1)
    editor = scene.sequence_editor
    top = editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences
    meta = top.new_meta("meta", 2, 1)
    strip.move_to_meta(meta)
    set_timing(meta, right_handle=100, left_handle=30)
    found_scene, found = strips.find_strip(bpy.context, "speech")
    timing = strips.plan_strip(found_scene, found).timing
    assert (timing.left_handle, timing.right_handle) == (30, 100)
    expected = 1 + CLICKS * 25
    expected = expected[(expected >= 30) & (expected < 100)]
    assert frames_heard(tmp_path) == pytest.approx(expected, abs=0.05)


def test_strip_is_found_by_name_else_active_else_the_only_one(strips, hum: Path) -> None:
    with pytest.raises(Exception, match="add the speech in the Video Sequencer"):
        strips.find_strip(bpy.context, "")
    first = add_sound(hum, name="first")
    editor = bpy.context.scene.sequence_editor
    editor.active_strip = None
    assert strips.find_strip(bpy.context, "")[1] == first
    second = add_sound(hum, channel=2, name="second")
    assert strips.find_strip(bpy.context, "")[1] == second
    assert strips.find_strip(bpy.context, "first")[1] == first
    editor.active_strip = None
    with pytest.raises(Exception, match="there are 2: choose one"):
        strips.find_strip(bpy.context, "")
    with pytest.raises(Exception, match='no sound strip named "third"'):
        strips.find_strip(bpy.context, "third")


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="the sequencer's scene came with 5.0")
def test_scene_of_the_sequencer_is_searched_first(strips, hum: Path) -> None:
    add_sound(hum, name="here")
    edit = bpy.data.scenes.new("Edit")
    there = edit.sequence_editor_create().strips.new_sound("there", str(hum), 1, 1)
    edit.sequence_editor.active_strip = there
    bpy.context.workspace.sequencer_scene = edit
    assert strips.find_strip(bpy.context, "") == (edit, there)
    assert strips.find_strip(bpy.context, "here")[0] == bpy.context.scene


def test_missing_file_is_refused_by_path(strips, hum: Path) -> None:
    strip = add_sound(hum)
    hum.unlink()
    with pytest.raises(
        Exception, match=r"hum\.wav\" of strip \"speech\" does not exist: find it with File"
    ):
        strips.plan_strip(bpy.context.scene, strip)


def test_packed_sound_needs_no_file(strips, hum: Path) -> None:
    strip = add_sound(hum)
    data = hum.read_bytes()
    strip.sound.pack()
    hum.unlink()
    source = strips.plan_strip(bpy.context.scene, strip).source
    assert (source.label, source.content) == ("hum.wav", data)


def test_muted_strip_is_refused(strips, hum: Path) -> None:
    scene, strip = bpy.context.scene, add_sound(hum)
    scene.sequence_editor.channels[strip.channel].mute = True
    with pytest.raises(Exception, match="its channel 1 is muted: unmute it"):
        strips.plan_strip(scene, strip)
    strip.mute = True
    with pytest.raises(Exception, match="it is muted: unmute it"):
        strips.plan_strip(scene, strip)


def test_last_frame_is_that_of_blender(extension: str) -> None:
    timing = importlib.import_module(f"{extension}.blender_audio2face.core.sound.strip_timing")
    assert bpy.types.Scene.bl_rna.properties["frame_end"].hard_max == timing.LAST_FRAME
