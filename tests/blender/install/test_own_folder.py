"""Nothing is ever written into the extension's folder, which belongs to Blender."""

import hashlib
import importlib
from pathlib import Path

import bpy
import pytest

from tests.support.scenes import add_sound, make_face, needs_sound, tone, write_wav


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
def test_nothing_is_written_into_it(
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
