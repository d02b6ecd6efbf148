"""``batch``: rows of a manifest on real files, in this process."""

import json
from pathlib import Path

import bpy
import pytest

from tests.support.fresh_blender import needs_module
from tests.support.scenes import add_sound, make_face, needs_sound, saved_jaw_keys, tone, write_wav

KEYS = ("jawOpen", "browInnerUp")


@pytest.fixture
def batch(cli, loud_jaw):
    """Does the rows of a manifest: (exit code, JSON result, stderr)."""
    return lambda path, *options: cli(None, "batch", path, *options)


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


def line(audio: str, face: str = "Anna", **cells: object) -> dict:
    return {"blend": "shot.blend", "audio": audio, "objects": [face], **cells}


def test_rows_of_one_file_are_saved_once(batch, folder) -> None:
    path = manifest(
        folder, line("a.wav"), line("b.wav", frame_start=30), line("c.wav", face="Bert")
    )
    code, result, error = batch(path)
    assert (code, result["done"], result["failed"]) == (0, 3, 0), error
    assert (folder / "shot.blend1").is_file()
    frames = [frame for frame, _ in saved_jaw_keys(folder / "shot.blend", "Anna")]
    assert min(frames) < 10
    assert max(frames) > 30
    assert saved_jaw_keys(folder / "shot.blend", "Bert")
    assert [row["status"] for row in lines_of(path)] == ["done"] * 3


def test_second_run_does_nothing_even_without_results(batch, folder) -> None:
    path = manifest(
        folder,
        line("a.wav", dials={"jaw": 0.5}),
        line("b.wav", frame_start=30),
        line("c.wav", "Bert"),
    )
    assert batch(path)[0] == 0
    before = (folder / "shot.blend").stat().st_mtime_ns
    written = len(lines_of(path))
    code, result, _ = batch(path)
    assert (code, result["status"], result["unchanged"]) == (0, "unchanged", 3)
    assert len(lines_of(path)) == written
    path.with_name(path.name + ".results.jsonl").unlink()
    code, result, _ = batch(path)
    assert (code, result["status"], result["unchanged"]) == (0, "unchanged", 3)
    assert (folder / "shot.blend").stat().st_mtime_ns == before


@needs_module  # an application has other Blenders do the rows, without loud_jaw
def test_settings_of_later_rows_hold_for_their_own_keys(batch, folder) -> None:
    path = manifest(
        folder,
        line("a.wav", dials={"jaw": 0.9}),
        line("b.wav", frame_start=30, dials={"jaw": 0.3}),
        line("c.wav", frame_start=60),
    )
    assert batch(path)[0] == 0
    keys = saved_jaw_keys(folder / "shot.blend", "Anna")
    highest = [max(v for f, v in keys if low <= f < low + 14) for low in (1, 30, 60)]
    assert highest == [pytest.approx(jaw, abs=0.05) for jaw in (1.0, 0.6, 1.0)]
    assert bpy.context.scene.audio2face.speakers["Anna"].dials.jaw == pytest.approx(0.9)
    path.with_name(path.name + ".results.jsonl").unlink()
    assert batch(path)[1]["unchanged"] == 3


def test_failing_row_leaves_others_of_its_file(batch, folder) -> None:
    (folder / "text.wav").write_text("no samples")
    path = manifest(folder, line("a.wav"), line("text.wav"), line("b.wav", face="Nobody"))
    code, result, error = batch(path)
    assert (code, result["done"], result["failed"]) == (1, 1, 2)
    assert [failure["row"] for failure in result["failures"]] == [2, 3]
    assert "row 2" in error
    assert saved_jaw_keys(folder / "shot.blend", "Anna")
    assert batch(path)[1]["unchanged"] == 1


def test_changed_input_is_baked_again(batch, folder) -> None:
    path = manifest(folder, line("a.wav", output="out.blend"))
    statuses = [batch(path)[1]["status"]]
    write_wav(folder / "a.wav", tone(0.25), 16000)
    statuses.append(batch(path)[1]["status"])
    bpy.ops.wm.open_mainfile(filepath=str(folder / "shot.blend"))
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.wm.save_mainfile()
    statuses.append(batch(path)[1]["status"])
    statuses.append(batch(path, "--force")[1]["status"])
    assert statuses == ["done"] * 4
    assert batch(path)[1]["status"] == "unchanged"
    path.with_name(path.name + ".results.jsonl").unlink()
    assert batch(path)[1]["status"] == "unchanged"
    bpy.ops.wm.open_mainfile(filepath=str(folder / "out.blend"))
    assert "Cube" in bpy.data.objects
    bpy.ops.wm.save_mainfile()
    code, result, _ = batch(path)
    assert (code, result["failed"]) == (1, 1)
    assert "--force" in result["failures"][0]["error"]


def test_file_belongs_to_the_task_with_its_first_row(batch, folder) -> None:
    path = manifest(folder, line("a.wav"), {"audio": "b.wav", "output": "b.npz"}, line("c.wav"))
    code, result, error = batch(path, "--rows", "2-3", "--runtime", "numpy")
    assert (code, result["rows"], result["elsewhere"]) == (0, 1, {"3": 1}), error
    assert not saved_jaw_keys(folder / "shot.blend", "Anna")
    code, result, _ = batch(path, "--rows", "1")
    assert (code, result["rows"]) == (0, 2)
    assert batch(path, "--rows", "1-4")[0] == 1


def test_unreadable_blend_costs_its_rows(batch, folder) -> None:
    (folder / "text.blend").write_text("no blend")
    path = manifest(folder, line("a.wav", blend="text.blend"), line("b.wav"))
    code, result, _ = batch(path)
    assert (code, result["done"], result["failed"]) == (1, 1, 1)
    assert "cannot be opened" in result["failures"][0]["error"]


@needs_sound
def test_strip_with_changed_sound_is_baked_again(batch, folder) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(folder / "shot.blend"))
    add_sound(folder / "a.wav")
    bpy.ops.wm.save_mainfile()
    path = manifest(folder, {"blend": "shot.blend", "objects": "Anna", "strip": "speech"})
    assert batch(path)[1]["status"] == "done"
    assert batch(path)[1]["status"] == "unchanged"
    write_wav(folder / "a.wav", 0.5 * tone(0.3), 16000)
    assert batch(path)[1]["status"] == "done"
