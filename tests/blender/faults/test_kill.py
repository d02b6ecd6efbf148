"""A bake that is killed at any moment leaves the .blend from before, or the whole new one."""

import subprocess
import time
from pathlib import Path

import bpy
import pytest

from tests.support.blender_runner import blender_executable
from tests.support.scenes import action_of, fcurves, make_face, write_hum

KILLS = 6


@pytest.fixture
def shot(extension: str, tmp_path: Path) -> Path:
    """A .blend with a face."""
    make_face("Head", ("jawOpen", "mouthClose", "browInnerUp"))
    path = tmp_path / "shots" / "shot.blend"
    path.parent.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.fixture
def command(shot: Path, tmp_path: Path) -> list[str]:
    """Bakes the face from a sound."""
    wav = write_hum(tmp_path / "hum.wav", 20.0)
    blender = (blender_executable(tmp_path), "-b", shot, "--command", "audio2face")
    return [*map(str, blender), "bake", "--object", "Head", "--file", str(wav)]


def keys_in(shot: Path) -> list[list[float]]:
    """All keys of the face in a .blend, which has to open."""
    assert bpy.ops.wm.open_mainfile(filepath=str(shot)) == {"FINISHED"}
    action = action_of(bpy.data.objects["Head"])
    if action is None:
        assert len(bpy.data.actions) == 0
        return []
    curves = fcurves(action)
    return [[value for point in curve.keyframe_points for value in point.co] for curve in curves]


def run(command: list[str], seconds: float | None = None) -> bool:
    """Whether it ended by itself; it is killed after so many seconds."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        assert process.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def test_killed_bake_leaves_the_old_or_the_new_file(command: list[str], shot: Path) -> None:
    before = shot.read_bytes()
    began = time.monotonic()
    assert run(command)
    seconds = time.monotonic() - began
    whole = keys_in(shot)
    assert len(whole) == 3
    killed = 0
    for number in range(KILLS):
        shot.write_bytes(before)
        killed += not run(command, seconds * (0.4 + 0.6 * number / KILLS))
        assert keys_in(shot) in ([], whole)
    assert killed > 0
    shot.write_bytes(before)
    assert run(command)
    assert keys_in(shot) == whole
