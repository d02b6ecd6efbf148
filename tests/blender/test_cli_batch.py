"""``batch``: rows of a manifest on real files, in this process."""

import importlib
import json
from pathlib import Path

import bpy
import pytest

from tests.blender.scenes import keys_of, make_face, tone, write_wav

KEYS = ("jawOpen", "browInnerUp")


@pytest.fixture
def cli(extension: str, capsys):
    """Runs a command: (exit code, JSON result, stderr)."""
    module = importlib.import_module(f"{extension}.blender_audio2face.cli.blender_command")

    def run(*arguments: object) -> tuple[int, dict, str]:
        capsys.readouterr()
        code = module.run([*map(str, arguments), "--json"])
        printed = capsys.readouterr()
        lines = [line for line in printed.out.splitlines() if line.startswith("{")]
        return code, json.loads(lines[-1]) if lines else {}, printed.err

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two faces in a .blend, and three sounds."""
    for name in ("Anna", "Bert"):
        make_face(name, KEYS)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    for name, seconds in (("a", 0.3), ("b", 0.4), ("c", 0.5)):
        write_wav(tmp_path / f"{name}.wav", tone(seconds), 16000)
    return tmp_path


def manifest(folder: Path, *rows: dict) -> Path:
    path = folder / "shots.json"
    path.write_text(json.dumps(list(rows)), encoding="utf-8")
    return path


def lines_of(path: Path) -> list[dict]:
    results = path.with_name(path.name + ".results.jsonl")
    return [json.loads(line) for line in results.read_text("utf-8").splitlines()]


def keys_in(path: Path, face: str) -> list[tuple[float, float]]:
    bpy.ops.wm.open_mainfile(filepath=str(path))
    anim = bpy.data.objects[face].data.shape_keys.animation_data
    return keys_of(anim.action, "jawOpen") if anim is not None and anim.action is not None else []


def line(audio: str, face: str = "Anna", **cells: object) -> dict:
    return {"blend": "shot.blend", "audio": audio, "objects": [face], **cells}


def test_rows_of_one_file_are_baked_in_order_and_saved_once(cli, loud_jaw, folder) -> None:
    path = manifest(
        folder, line("a.wav"), line("b.wav", frame_start=30), line("c.wav", face="Bert")
    )
    code, result, error = cli("batch", path)
    assert (code, result["done"], result["failed"]) == (0, 3, 0), error
    assert (folder / "shot.blend1").is_file()
    frames = [frame for frame, _ in keys_in(folder / "shot.blend", "Anna")]
    assert min(frames) < 10
    assert max(frames) > 30
    assert keys_in(folder / "shot.blend", "Bert")
    assert [one["status"] for one in lines_of(path)] == ["done"] * 3


def test_a_second_run_does_nothing_even_without_its_results(cli, loud_jaw, folder) -> None:
    path = manifest(
        folder,
        line("a.wav", dials={"jaw": 0.5}),
        line("b.wav", frame_start=30),
        line("c.wav", "Bert"),
    )
    assert cli("batch", path)[0] == 0
    before = (folder / "shot.blend").stat().st_mtime_ns
    written = len(lines_of(path))
    code, result, _ = cli("batch", path)
    assert (code, result["status"], result["unchanged"]) == (0, "unchanged", 3)
    assert len(lines_of(path)) == written
    path.with_name(path.name + ".results.jsonl").unlink()
    code, result, _ = cli("batch", path)
    assert (code, result["status"], result["unchanged"]) == (0, "unchanged", 3)
    assert (folder / "shot.blend").stat().st_mtime_ns == before
