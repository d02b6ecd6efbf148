"""The button that brings a sound file into the sequencer."""

import importlib
from pathlib import Path

import bpy
import pytest

from tests.support.scenes import needs_sound, tone, write_wav

pytestmark = needs_sound


@pytest.fixture
def sequencer_api(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.scene.sequencer_api")


def test_added_sounds_follow_each_other(tmp_path: Path, sequencer_api) -> None:
    scene = bpy.context.scene
    scene.frame_current, scene.frame_end = 11, 20
    hum = write_wav(tmp_path / "hum.wav", tone(1.0), 16000)
    assert bpy.ops.audio2face.sound_add(filepath=str(hum)) == {"FINISHED"}
    assert bpy.ops.audio2face.sound_add(filepath=str(hum)) == {"FINISHED"}
    strips = sequencer_api.sound_strips(scene)
    first, second = sorted(
        (sequencer_api.strip_timing(scene, strip) for strip in strips),
        key=lambda timing: timing.left_handle,
    )
    assert first.left_handle == 11
    assert second.left_handle == first.right_handle
    assert len({strip.channel for strip in strips}) == 2
    assert sequencer_api.active_sound_strip(scene).channel == 2
    assert scene.frame_end == second.right_handle - 1


def test_missing_sound_file_is_refused(tmp_path: Path, sequencer_api) -> None:
    with pytest.raises(RuntimeError, match=r"The sound file .* does not exist"):
        bpy.ops.audio2face.sound_add(filepath=str(tmp_path / "gone.wav"))
    assert sequencer_api.sound_strips(bpy.context.scene) == []
