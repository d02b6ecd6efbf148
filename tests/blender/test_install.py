"""Both zips: what they hold, and that Blender installs them and bakes with what they bring."""

import json
import math
import os
import struct
import tomllib
import wave
import zipfile
from pathlib import Path

import addon_utils
import bpy
import pytest

from tests.blender.extension import ROOT, built_zip
from tests.blender.fresh import needs_module, run_script
from tools.build.extension_zip import SHIPPED, run_blender_tool
from tools.build.manifest import FILENAME, wheel_names

needs_sound = pytest.mark.skipif(
    not bpy.app.build_options.audaspace, reason="this bpy is built without sound"
)
SCRIPT = Path(__file__).with_name("bake_in_fresh_blender.py")


def names_in(archive: Path) -> set[str]:
    with zipfile.ZipFile(archive) as contents:
        return set(contents.namelist())


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    """One second of a hummed vowel, 44.1 kHz stereo: it has to be resampled and averaged."""
    rate, pitch = 44_100, 120
    samples = []
    for i in range(rate):
        loudness = math.sin(math.pi * 4 * i / rate) ** 2
        harmonics = sum(math.sin(math.tau * pitch * k * i / rate) / k for k in range(1, 9))
        samples += [round(8000 * loudness * harmonics)] * 2
    path = tmp_path / "hum.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


def bake_in_fresh_blender(archive: Path, wav: Path, packages: str, resources: Path) -> dict:
    resources.mkdir()
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(resources)}
    completed = run_script(SCRIPT, str(archive), str(wav), packages, env=environment)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return json.loads(next(line for line in completed.stdout.splitlines() if line[:1] == "{"))


def test_zip_holds_what_runs_and_nothing_else() -> None:
    names = names_in(built_zip())
    assert {name.split("/")[0] for name in names} == {*SHIPPED, FILENAME, "wheels"}
    assert {Path(name).name for name in names if name.startswith("wheels/")} == set(
        wheel_names(ROOT / FILENAME)
    )
    assert [name for name in names if "__pycache__" in name] == []
    assert [name for name in names if name.endswith(".npz")] != []


def test_zip_without_wheels_lacks_only_them() -> None:
    full = {name for name in names_in(built_zip()) if not name.startswith("wheels/")}
    assert names_in(built_zip("-nowheels")) == full
    with zipfile.ZipFile(built_zip("-nowheels")) as contents:
        assert "wheels" not in tomllib.loads(contents.read(FILENAME).decode())


@needs_module
def test_the_root_builds_the_same_zip(tmp_path: Path) -> None:
    """`blender --command extension build` in the repository's root, as Blender's manual says."""
    run_blender_tool("build", f"--source-dir={ROOT}", f"--output-filepath={tmp_path / 'root.zip'}")
    assert names_in(tmp_path / "root.zip") == names_in(built_zip())


def test_zip_is_installed_and_enabled(extension: str) -> None:
    assert extension in bpy.context.preferences.addons
    assert bpy.ops.audio2face.bake.get_rna_type().name == "Bake Speech"


def test_disable_and_enable_leave_nothing_behind(extension: str) -> None:
    addon_utils.disable(extension)
    try:
        assert not hasattr(bpy.types.Scene, "audio2face")
        assert not hasattr(bpy.types, "AUDIO2FACE_OT_bake")
    finally:
        addon_utils.enable(extension)
    assert hasattr(bpy.types.Scene, "audio2face")


@needs_sound
def test_bundled_wheels_decode_and_bake(hum: Path, tmp_path: Path) -> None:
    resources = tmp_path / "resources"
    outcome = bake_in_fresh_blender(built_zip(), hum, "bundled", resources)
    for name in ("soundfile", "soxr", "pythonosc"):
        assert Path(outcome["decoders"][name]).is_relative_to(resources)
    assert outcome["result"] == ["FINISHED"]
    assert max(outcome["jaw"]) - min(outcome["jaw"]) > 0.01


@needs_sound
def test_zip_without_wheels_bakes_without_sound_packages(hum: Path, tmp_path: Path) -> None:
    archive = built_zip("-nowheels")
    outcome = bake_in_fresh_blender(archive, hum, "none", tmp_path / "resources")
    assert outcome["decoders"] == {"soundfile": None, "soxr": None, "pythonosc": None}
    assert outcome["result"] == ["FINISHED"]
    assert max(outcome["jaw"]) - min(outcome["jaw"]) > 0.01
