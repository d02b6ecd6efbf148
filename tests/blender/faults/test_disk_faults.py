"""A disk that is full or read-only ends in one sentence, and keeps the files from before."""

import importlib
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.blender.realtime.live import face, live, message, modules, speak
from tests.support.blender_runner import blender_executable
from tests.support.disks import contents, files_end_at, needs_disks, on_disk
from tests.support.scenes import make_face, tone, write_wav

__all__ = ["live", "modules"]


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """A .blend with a face, in a folder with nothing else."""
    make_face("Head", ("jawOpen",))
    path = tmp_path / "disk" / "shot.blend"
    path.parent.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True)
    return path


@needs_disks
@pytest.mark.parametrize("condition", ({}, {"read_only": True}), ids=("full", "read-only"))
def test_full_disk_keeps_the_blend_of_a_bake(shot: Path, tmp_path: Path, condition) -> None:
    wav = write_wav(tmp_path / "hum.wav", tone(0.3), 16000)
    blender = blender_executable(tmp_path)
    before = contents(shot.parent)
    size = shot.stat().st_size * 3 // 2
    command = (blender, "-b", shot, "--command", "audio2face", "bake")
    result = on_disk(
        shot.parent, (*command, "--object", "Head", "--file", wav), **{"size": size, **condition}
    )
    assert result.returncode == 3, result.stdout + result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "Traceback" not in result.stderr
    assert contents(shot.parent) == before


def test_full_disk_keeps_the_saved_mapping(tmp_path: Path) -> None:
    make_face("Head", ("jawOpen", "mouthClose"))
    bpy.ops.audio2face.speaker_add()
    (tmp_path / "mapping.json").write_text("from before")
    with files_end_at(20), pytest.raises(RuntimeError, match="cannot be written") as refused:
        bpy.ops.audio2face.mapping_save(filepath=str(tmp_path / "mapping.json"))
    assert str(refused.value).count("\n") == 1
    assert contents(tmp_path) == {"mapping.json": b"from before"}


def test_full_disk_keeps_the_recorded_sounds(extension: str, tmp_path: Path) -> None:
    recording = importlib.import_module(f"{extension}.blender_audio2face.realtime.recording")
    errors = importlib.import_module(f"{extension}.blender_audio2face.errors")
    (tmp_path / "Face_001.wav").write_bytes(b"from before")
    with files_end_at(1000), pytest.raises(errors.RecordingError, match="cannot be written to"):
        recording.write_wav(tmp_path, "Face", np.zeros(16000, np.float32))
    assert contents(tmp_path) == {"Face_001.wav": b"from before"}


def test_recording_onto_a_full_disk_ends_the_session(live, modules, tmp_path: Path) -> None:
    """The face is given back, and the temporary folder is gone."""
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    session, source = live(face())
    speak(session, source, 0.5)
    session.start_recording(1.0)
    folder = Path(session.engine._analyzer.recorder._folder.name)
    assert folder.is_dir()
    with files_end_at(30_000):
        source.push(tone(5.0))  # more than a file holds back
        session.engine._thread.join(20.0)
        assert not session.engine._thread.is_alive()
        assert session.tick() is None
    assert message().startswith("The take cannot be written to the temporary folder (")
    assert modules.running() is None
    assert not folder.exists()


def test_output_that_is_a_folder_is_refused(
    extension: str, shot: Path, tmp_path: Path, loud_jaw, capsys
) -> None:
    command = importlib.import_module(f"{extension}.blender_audio2face.cli.blender_command")
    wav = write_wav(tmp_path / "hum.wav", tone(0.3), 16000)
    before = contents(shot.parent)
    (tmp_path / "other.blend").mkdir()
    words = ("bake", "--object", "Head", "--file", wav, "-o", tmp_path / "other.blend")
    assert command.run([*map(str, words)]) == 3
    assert capsys.readouterr().err.count("error: ") == 1
    assert contents(shot.parent) == before
