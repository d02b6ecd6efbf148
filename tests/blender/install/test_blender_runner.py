"""The stand-in for Blender's executable behaves as Blender does."""

import json
import subprocess
from pathlib import Path

import bpy
import pytest

from tests.support.blender_runner import blender_executable
from tests.support.fresh_blender import needs_module
from tests.support.scenes import make_face, tone, write_wav


@pytest.fixture
def blender(extension: str, tmp_path: Path) -> Path:
    folder = tmp_path / "a folder of programs"
    folder.mkdir()
    return blender_executable(folder)


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False
    )


def test_command_runs_on_a_file(blender: Path, tmp_path: Path) -> None:
    make_face("Head", ("jawOpen", "mouthClose"))
    shot, wav = tmp_path / "shot.blend", write_wav(tmp_path / "hum.wav", tone(0.3), 16000)
    bpy.ops.wm.save_as_mainfile(filepath=str(shot))
    command = (blender, "-b", shot, "--command", "audio2face", "bake", "--json")
    done = run(*command, "--object", "Head", "--file", wav)
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("{"))
    assert json.loads(line)["output"] == str(shot)
    assert shot.with_suffix(".blend1").is_file()


def test_command_is_unknown_without_the_extension(blender: Path) -> None:
    done = run(blender, "-b", "--factory-startup", "--command", "audio2face", "presets")
    assert done.returncode == 1
    assert "audio2face" in done.stderr


def test_missing_file_is_reported(blender: Path, tmp_path: Path) -> None:
    done = run(blender, "-b", tmp_path / "no.blend", "--command", "audio2face", "bake")
    assert done.returncode == 1
    assert "No .blend is open" in done.stderr


@needs_module
def test_unknown_option_is_refused(blender: Path) -> None:
    assert "--nonsense" in run(blender, "--nonsense").stderr
