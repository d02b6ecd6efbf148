"""*Play* plays in sync with the sound, and leaves the scene's settings as they were."""

import importlib
from pathlib import Path

import bpy
import pytest


@pytest.fixture
def scene(extension: str):
    found = bpy.context.scene
    found.sync_mode, found.use_audio = "FRAME_DROP", False
    yield found
    module = importlib.import_module(f"{extension}.blender_audio2face.ui.operators.playback")
    module.restore_settings()
    if bpy.context.screen.is_animation_playing:
        bpy.ops.screen.animation_play()


def settings_of(scene) -> tuple[str, bool]:
    return scene.sync_mode, scene.use_audio


@pytest.mark.parametrize("stop", [bpy.ops.audio2face.play, bpy.ops.screen.animation_cancel])
def test_play_restores_settings_when_it_stops(scene, stop) -> None:
    handlers = bpy.app.handlers.animation_playback_post
    before = list(handlers)
    assert bpy.ops.audio2face.play() == {"FINISHED"}
    assert settings_of(scene) == ("AUDIO_SYNC", True)
    stop()
    assert not bpy.context.screen.is_animation_playing
    assert settings_of(scene) == ("FRAME_DROP", False)
    assert handlers == before


def test_file_saved_during_play_has_original_settings(scene, tmp_path: Path) -> None:
    bpy.ops.audio2face.play()
    path = str(tmp_path / "playing.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    bpy.ops.screen.animation_play()
    bpy.ops.wm.open_mainfile(filepath=path)
    assert settings_of(bpy.context.scene) == ("FRAME_DROP", False)


def test_disabling_the_extension_restores_settings(scene, extension: str) -> None:
    registration = importlib.import_module(f"{extension}.blender_audio2face.registration")
    bpy.ops.audio2face.play()
    registration.unregister()
    try:
        assert settings_of(scene) == ("FRAME_DROP", False)
    finally:
        registration.register()
