"""Blender installs both zips and bakes with them, and nothing is written into the extension."""

import hashlib
import importlib
import json
import math
import os
import struct
import wave
from pathlib import Path

import addon_utils
import bpy
import pytest

from tests.support.extension import MODULE, built_zip
from tests.support.fresh_blender import run_script
from tests.support.scenes import add_sound, make_face, needs_sound, tone, write_wav

SCRIPT = Path(__file__).with_name("bake_in_fresh_blender.py")


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


def imported_by(code: str, folder: Path) -> set[str]:
    """The add-on's modules that a Blender has imported which runs the code."""
    script = folder / "enable.py"
    script.write_text(code, "utf-8")
    completed = run_script(script)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    prefix = f"{MODULE}.blender_audio2face."
    names = completed.stdout.split()
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


@pytest.fixture(scope="module")
def rooms(extension: str, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The add-on's modules imported by registering it, where WHEN_USED cannot be imported."""
    return imported_by(ENABLE, tmp_path_factory.mktemp("startup"))


def test_registering_needs_no_other_packages(rooms: set[str]) -> None:
    assert {"registration", "ui.operators.bake", "ui.panels.bake"} <= rooms


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
    command = importlib.import_module(f"{extension}.blender_audio2face.cli.blender_command")
    assert command.run(["bake", "--force"]) == 0
    assert command.run(["predict", str(tmp_path / "speech.wav"), str(tmp_path / "c.csv")]) == 0
    bpy.ops.audio2face.clear(speaker="Face")
    assert state(own_folder) == before
    assert {path.name.split(".")[0] for path in tmp_path.iterdir()} <= {
        "speech", "mapping", "shot", "c",
    }  # fmt: skip
