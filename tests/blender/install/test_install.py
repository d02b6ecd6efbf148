"""Blender installs both zips and bakes with them, and nothing is written into the extension."""

import hashlib
import importlib
import json
import os
import wave
from pathlib import Path

import addon_utils
import bpy
import numpy as np
import pytest

from tests.support.extension import MODULE, addon_module, built_zip
from tests.support.fresh_blender import run_script
from tests.support.scenes import add_sound, make_face, needs_sound, tone, write_wav

SCRIPT = Path(__file__).with_name("bake_in_fresh_blender.py")


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    """One second of a hummed vowel, 44.1 kHz stereo: it has to be resampled and averaged."""
    rate = 44_100
    times = np.arange(rate) / rate
    vowel = sum(np.sin(2 * np.pi * 120 * number * times) / number for number in range(1, 9))
    samples = np.round(8000 * np.sin(4 * np.pi * times) ** 2 * vowel).astype("<i2")
    path = tmp_path / "hum.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(samples, 2).tobytes())
    return path


def bake_in_fresh_blender(archive: Path, wav: Path, packages: str, resources: Path) -> dict:
    resources.mkdir()
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(resources)}
    completed = run_script(SCRIPT, str(archive), str(wav), packages, env=environment)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return json.loads(next(line for line in completed.stdout.splitlines() if line[:1] == "{"))


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
@pytest.mark.parametrize(("suffix", "packages"), [("", "bundled"), ("-nowheels", "none")])
def test_zip_bakes_with_its_own_packages_or_none(
    hum: Path, tmp_path: Path, suffix: str, packages: str
) -> None:
    resources = tmp_path / "resources"
    outcome = bake_in_fresh_blender(built_zip(suffix), hum, packages, resources)
    assert set(outcome["decoders"]) == {"soundfile", "soxr", "pythonosc"}
    for path in outcome["decoders"].values():
        assert path is None if suffix else Path(path).is_relative_to(resources)
    assert outcome["result"] == ["FINISHED"]
    assert max(outcome["jaw"]) - min(outcome["jaw"]) > 0.01


WHEN_USED = ("torch", "soundfile", "soxr", "aud")

ENABLE = f"""
import sys
import bpy
for name in {WHEN_USED}:
    sys.modules[name] = None
import addon_utils
assert addon_utils.enable({MODULE!r}) is not None
print(*sys.modules)
"""


def test_registering_needs_no_other_packages(tmp_path: Path) -> None:
    (tmp_path / "enable.py").write_text(ENABLE, "utf-8")
    completed = run_script(tmp_path / "enable.py")
    assert completed.returncode == 0, completed.stdout + completed.stderr
    modules = completed.stdout.split()
    assert f"{MODULE}.blender_audio2face.ui.operators.bake" in modules
    for name in ("bake.pipeline", "core.compose", "scene.face_plan", "cli.commands"):
        # Blender starts four times as quickly without
        assert f"{MODULE}.blender_audio2face.{name}" not in modules


@pytest.fixture
def own_folder(extension: str) -> Path:
    return Path(importlib.import_module(extension).__file__).parent


def state(folder: Path) -> dict[str, str]:
    """Digests of all files but the bytecode that Python keeps."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@needs_sound
def test_nothing_is_written_into_the_extension(
    own_folder: Path, extension: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = state(own_folder)
    assert len(before) > 150
    make_face("Face", ("jawOpen", "mouthClose", "browInnerUp"))
    add_sound(write_wav(tmp_path / "speech.wav", tone(0.5), 16000))
    bpy.ops.audio2face.bake()
    bpy.context.scene.audio2face.speakers[0].dials.jaw = 0.5
    bpy.ops.audio2face.mapping_save(filepath=str(tmp_path / "mapping.json"))
    bpy.ops.audio2face.add_demo_head()
    bpy.ops.audio2face.bake_all()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    command = addon_module("cli.blender_command")
    assert command.run(["bake", "--force"]) == 0
    assert command.run(["predict", str(tmp_path / "speech.wav"), str(tmp_path / "c.csv")]) == 0
    bpy.ops.audio2face.clear(speaker="Face")
    assert state(own_folder) == before
    assert {path.name.split(".")[0] for path in tmp_path.iterdir()} <= {
        "speech", "mapping", "shot", "c",
    }  # fmt: skip
