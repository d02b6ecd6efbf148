"""A bake that is killed at any moment leaves the .blend from before, or the whole new one."""

import signal
import subprocess
import time
from pathlib import Path

import bpy
import pytest

from tests.support.blender_runner import blender_executable
from tests.support.scenes import fcurves, make_face, tone, write_wav

KILLS = 8
JOB = ("--object", "Head", "--file")


@pytest.fixture
def command(extension: str, tmp_path: Path) -> list[str]:
    """Bakes a face of a .blend from a sound."""
    make_face("Head", ("jawOpen", "mouthClose", "browInnerUp"))
    shot = tmp_path / "shots" / "shot.blend"
    shot.parent.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(shot))
    wav = write_wav(tmp_path / "hum.wav", tone(20.0), 16000)
    words = (blender_executable(tmp_path), "-b", shot, "--command", "audio2face", "bake")
    return [*map(str, words), *JOB, str(wav)]


def keys_in(shot: Path) -> list[list[float]]:
    """All keys of the face in a .blend, which has to open."""
    assert bpy.ops.wm.open_mainfile(filepath=str(shot)) == {"FINISHED"}
    animation = bpy.data.objects["Head"].data.shape_keys.animation_data
    if animation is None or animation.action is None:
        assert len(bpy.data.actions) == 0
        return []
    curves = fcurves(animation.action)
    return [[value for point in curve.keyframe_points for value in point.co] for curve in curves]


def test_killed_bake_leaves_the_old_or_the_new_file(command: list[str], tmp_path: Path) -> None:
    shot = tmp_path / "shots" / "shot.blend"
    before = shot.read_bytes()
    began = time.monotonic()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    seconds = time.monotonic() - began
    whole = keys_in(shot)
    assert len(whole) == 3
    killed = 0
    for number in range(KILLS):
        shot.write_bytes(before)
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            process.wait(timeout=seconds * (0.4 + 0.6 * number / KILLS))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        assert keys_in(shot) in ([], whole)
    assert killed > 0
    shot.write_bytes(before)
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert keys_in(shot) == whole
