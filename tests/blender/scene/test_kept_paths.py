"""Paths that speakers and scenes keep do what Blender's own paths do."""

import os
import shutil
from pathlib import Path

import bpy
import pytest

from tests.support.extension import ROOT, addon_module
from tests.support.scenes import make_face, write_hum

WINDOWS = os.name == "nt"


@pytest.fixture
def shot(loud_jaw, tmp_path: Path) -> Path:
    """A saved .blend beside a folder with a sound and a network, which its speaker has baked."""
    (tmp_path / "audio").mkdir()
    (tmp_path / "deeper" / "still").mkdir(parents=True)
    write_hum(tmp_path / "audio" / "line.wav", 1.0)
    shutil.copy(next((ROOT / "model" / "weights").glob("*.npz")), tmp_path / "audio" / "actor.npz")
    path = tmp_path / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    make_face("Anna", ("jawOpen", "browInnerUp"))
    bpy.ops.audio2face.speaker_add(name="Anna", source="FILE", file="//audio/line.wav")
    bpy.context.scene.audio2face.weights = "//audio/actor.npz"
    bpy.ops.audio2face.bake(speaker="Anna")
    bpy.ops.wm.save_mainfile()
    return path


def kept() -> dict[str, str]:
    settings = bpy.context.scene.audio2face
    anna = settings.speakers["Anna"]
    return {"file": anna.file, "take": anna.takes[0].file, "weights": settings.weights}


def found() -> bool:
    """Whether all that is kept leads to files, for a bake and for an update."""
    bpy.ops.audio2face.bake(speaker="Anna")
    bpy.ops.audio2face.update(speaker="Anna")
    chosen = addon_module("scene.weights_path").chosen_weights
    return chosen(bpy.context.scene.audio2face.weights).is_file()


def all_start_with(start: str) -> bool:
    return all(path.startswith(start) for path in kept().values())


def test_file_saved_elsewhere_keeps_its_paths(shot: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(shot.parent / "deeper" / "still" / "v2.blend"))
    assert all_start_with("//../../audio/")
    assert found()
    bpy.ops.wm.save_as_mainfile(filepath=str(shot.parent / "copy.blend"), copy=True)
    assert all_start_with("//../../audio/")
    bpy.ops.wm.open_mainfile(filepath=str(shot.parent / "copy.blend"))
    assert all_start_with("//audio/")
    assert found()


def test_paths_become_absolute_and_relative_with_blenders_own(shot: Path) -> None:
    bpy.ops.file.make_paths_absolute()
    assert all_start_with(str(shot.parent / "audio"))
    assert found()
    bpy.ops.file.make_paths_relative()
    assert all_start_with("//audio/")
    assert found()


def test_missing_files_are_found(shot: Path) -> None:
    (shot.parent / "audio").rename(shot.parent / "moved")
    with pytest.raises(RuntimeError, match="does not exist"):
        bpy.ops.audio2face.bake(speaker="Anna")
    bpy.ops.file.find_missing_files(directory=str(shot.parent / "moved"))
    assert all_start_with("//moved/")
    assert found()


@pytest.mark.skipif(WINDOWS, reason="these are its own paths")
def test_paths_of_windows_are_read_elsewhere(shot: Path) -> None:
    settings = bpy.context.scene.audio2face
    anna = settings.speakers["Anna"]
    settings.weights, anna.file = "//audio\\actor.npz", "//audio\\..\\audio\\line.wav"
    anna.takes[0].file = "//audio\\line.wav"
    assert found()
    bpy.ops.audio2face.bake(speaker="Anna", file="//audio\\line.wav")
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    assert found()
    api = addon_module("api")
    assert len(api.predict("//audio\\line.wav").values) > 0


def test_packed_voice_and_network_need_no_file(shot: Path) -> None:
    bpy.ops.file.pack_all()
    for name in ("line.wav", "actor.npz"):
        (shot.parent / "audio" / name).unlink()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    assert found()
    bpy.ops.audio2face.bake(speaker="Anna", runtime="numpy")
    assert 'Network: "actor.npz"' in bpy.context.scene.audio2face.report


def test_other_choice_leaves_no_datablock(shot: Path) -> None:
    before = set(bpy.data.sounds.keys())
    anna = bpy.context.scene.audio2face.speakers["Anna"]
    for path in ("//audio/other.wav", "/nowhere/b.wav", "", "//audio/line.wav"):
        anna.file = path
        assert anna.file == path
    assert set(bpy.data.sounds.keys()) == before
    for path in ("", "//audio/actor.npz"):
        bpy.context.scene.audio2face.weights = path
        assert bpy.context.scene.audio2face.weights == path


def test_cleared_and_removed_speakers_leave_no_datablock(shot: Path) -> None:
    settings = bpy.context.scene.audio2face
    settings.speakers["Anna"].file = settings.weights = ""
    assert bpy.data.sounds.keys() == ["line.wav"]  # of what was baked
    bpy.ops.audio2face.clear()
    assert not bpy.data.sounds
    bpy.ops.audio2face.bake(speaker="Anna", file="//audio/line.wav")
    assert bpy.data.sounds
    bpy.ops.audio2face.speaker_remove()
    assert not bpy.data.sounds


def test_path_that_an_earlier_release_stored_is_read(shot: Path) -> None:
    anna = bpy.context.scene.audio2face.speakers["Anna"]
    anna.file = ""
    stored = anna if bpy.app.version < (5, 0, 0) else anna.bl_system_properties_get(do_create=True)
    stored["file"] = "//audio/line.wav"
    assert anna.file == "//audio/line.wav"
    bpy.ops.audio2face.bake(speaker="Anna")
    anna.file = ""
    assert anna.file == ""


@pytest.mark.skipif(WINDOWS, reason="no pipes")
def test_pipe_is_kept_without_being_opened(shot: Path) -> None:
    os.mkfifo(shot.parent / "pipe.wav")
    scene = bpy.context.scene
    scene.audio2face.speakers["Anna"].file = "//pipe.wav"
    bpy.context.view_layer.update()
    scene.frame_set(5)
    bpy.ops.wm.save_mainfile()
    with pytest.raises(RuntimeError, match="is a pipe"):
        bpy.ops.audio2face.bake(speaker="Anna")
