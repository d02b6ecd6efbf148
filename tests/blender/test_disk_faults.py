"""What is written to a disk that is full or read-only: a sentence, and what was there before."""

import importlib
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.blender.blender_runner import blender_executable
from tests.blender.realtime.live import face, live, message, modules, speak
from tests.blender.scenes import make_face, tone, write_wav
from tests.disks import contents, needs_disks, on_disk

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
def test_a_bake_that_cannot_be_saved_leaves_the_shot(shot: Path, tmp_path: Path, condition) -> None:
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


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """Within it no file of this process can become larger."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_mapping_that_cannot_be_saved_leaves_the_one_before(tmp_path: Path) -> None:
    make_face("Head", ("jawOpen", "mouthClose"))
    bpy.ops.audio2face.speaker_add()
    (tmp_path / "mapping.json").write_text("from before")
    with files_end_at(20), pytest.raises(RuntimeError, match="cannot be written") as refused:
        bpy.ops.audio2face.mapping_save(filepath=str(tmp_path / "mapping.json"))
    assert str(refused.value).count("\n") == 1
    assert contents(tmp_path) == {"mapping.json": b"from before"}


def test_a_take_that_cannot_be_written_leaves_no_file(extension: str, tmp_path: Path) -> None:
    recording = importlib.import_module(f"{extension}.blender_audio2face.realtime.recording")
    errors = importlib.import_module(f"{extension}.blender_audio2face.errors")
    (tmp_path / "Face_001.wav").write_bytes(b"from before")
    with files_end_at(1000), pytest.raises(errors.RecordingError, match="cannot be written to"):
        recording.write_wav(tmp_path, "Face", np.zeros(16000, np.float32))
    assert contents(tmp_path) == {"Face_001.wav": b"from before"}


def test_a_recording_that_fills_the_disk_ends_with_what_there_was(
    live, modules, tmp_path: Path
) -> None:
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
    assert message().startswith("The recording cannot be written to the temporary folder (")
    assert modules.running() is None
    assert not folder.exists()


def test_an_output_that_is_a_folder(
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
