"""What the documented commands made is known again by the commands, the scripts and the buttons,
also where files have one name."""

import importlib
import json
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import make_face, needs_sound, saved_jaw_keys, tone, write_wav

FIRST, SECOND = 1, 100


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    make_face("Head", ("jawOpen", "browInnerUp"))
    path = tmp_path / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.fixture
def lines(tmp_path: Path) -> list[Path]:
    """Two sound files of one name."""
    made = []
    for folder, seconds in (("s1", 0.5), ("s2", 0.6)):
        (tmp_path / folder).mkdir()
        made.append(write_wav(tmp_path / folder / "dialogue.wav", tone(seconds), 16000))
    return made


@pytest.fixture
def tables(tmp_path: Path) -> list[Path]:
    """Two tables of curves of one name."""
    made = []
    for folder in ("t1", "t2"):
        (tmp_path / folder).mkdir()
        made.append(tmp_path / folder / "take.csv")
        jaw = np.sin(np.linspace(0.0, np.pi, 50))
        rows = [f"{row / 100},{value}" for row, value in enumerate(jaw)]
        made[-1].write_text("\n".join(["t,jawOpen", *rows]) + "\n")
    return made


def begins(path: Path) -> list[bool]:
    """Whether the jaw opens at each of the two lines."""
    keys = saved_jaw_keys(path)
    return [
        any(start <= frame <= start + 12 and value > 0.5 for frame, value in keys)
        for start in (FIRST, SECOND)
    ]


@pytest.fixture
def bake(cli, loud_jaw, shot, lines):
    """Bakes both lines with the command."""
    for line, start in zip(lines, (FIRST, SECOND), strict=True):
        arguments = ("bake", "--object", "Head", "--file", line, "--frame-start", start)
        assert cli(shot, *arguments)[1]["status"] == "done"
    assert begins(shot) == [True, True]


def run_bake_all() -> None:
    assert bpy.ops.audio2face.bake_all(runtime="numpy") == {"FINISHED"}


def run_bake() -> None:
    bpy.context.view_layer.objects.active = bpy.data.objects["Head"]
    bpy.data.objects["Head"].select_set(True)
    assert bpy.ops.audio2face.bake() == {"FINISHED"}


def run_update() -> None:
    assert bpy.ops.audio2face.update(speaker="Head") == {"FINISHED"}


@pytest.mark.parametrize("script", [run_bake_all, run_bake, run_update])
def test_lines_of_one_name_are_baked_again(bake, shot, script) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    script()
    bpy.ops.wm.save_mainfile()
    assert begins(shot) == [True, True]
    assert len(bpy.context.scene.audio2face.speakers["Head"].takes) == 2


def test_lines_of_one_name_are_finished_jobs(cli, bake, shot, lines) -> None:
    for line, start in zip(lines, (FIRST, SECOND), strict=True):
        arguments = ("bake", "--object", "Head", "--file", line, "--frame-start", start)
        assert cli(shot, *arguments)[1]["status"] == "unchanged"
    assert cli(shot, "bake")[1]["status"] == "unchanged"
    (speaker,) = cli(shot, "inspect")[1]["speakers"]
    assert speaker["bake"] == "nothing to do"
    assert [strip["first_frame"] for strip in speaker["strips"]] == [FIRST, SECOND]
    assert cli(shot, "bake", "--dial", "jaw=0.4")[1]["status"] == "done"
    assert begins(shot) == [True, True]
    assert cli(shot, "bake")[1]["status"] == "unchanged"


def test_renamed_speaker_and_face_are_finished_jobs(cli, bake, shot) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    bpy.context.scene.audio2face.speakers["Head"].name = "Ann"
    bpy.data.objects["Head"].name = "Body"
    bpy.ops.wm.save_mainfile()
    assert cli(shot, "bake")[1]["status"] == "unchanged"


def test_batch_of_lines_of_one_name(cli, loud_jaw, shot, lines) -> None:
    rows = [
        {"blend": "shot.blend", "audio": str(line), "objects": ["Head"], "frame_start": start}
        for line, start in zip(lines, (FIRST, SECOND), strict=True)
    ]
    manifest = shot.with_name("shots.json")
    manifest.write_text(json.dumps(rows))
    code, result, error = cli(None, "batch", manifest, "--jobs", 0)
    assert (code, result["done"]) == (0, 2), error
    assert begins(shot) == [True, True]
    manifest.with_name(manifest.name + ".results.jsonl").unlink()
    assert cli(None, "batch", manifest, "--jobs", 0)[1]["unchanged"] == 2
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    run_bake_all()
    bpy.ops.wm.save_mainfile()
    assert begins(shot) == [True, True]


def test_one_sound_twice_in_a_batch(cli, loud_jaw, shot, lines) -> None:
    rows = [
        {"blend": "shot.blend", "audio": str(lines[0]), "objects": ["Head"], "frame_start": start}
        for start in (FIRST, SECOND)
    ]
    manifest = shot.with_name("shots.json")
    manifest.write_text(json.dumps(rows))
    assert cli(None, "batch", manifest, "--jobs", 0)[1]["done"] == 2
    assert begins(shot) == [True, True]
    manifest.with_name(manifest.name + ".results.jsonl").unlink()
    assert cli(None, "batch", manifest, "--jobs", 0)[1]["unchanged"] == 2


@pytest.mark.parametrize("script", [run_bake_all, run_update])
def test_tables_of_one_name_are_two_takes_that_stay(cli, shot, tables, script) -> None:
    jobs = [
        ("apply", table, "--object", "Head", "--frame-start", start)
        for table, start in zip(tables, (FIRST, SECOND), strict=True)
    ]
    assert [cli(shot, *job)[1]["status"] for job in jobs] == ["done"] * 2
    assert begins(shot) == [True, True]
    assert [cli(shot, *job)[1]["status"] for job in jobs] == ["unchanged"] * 2
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    script()
    bpy.ops.wm.save_mainfile()
    assert begins(shot) == [True, True]
    assert cli(shot, "bake")[0] == 0
    assert cli(shot, "bake")[1]["status"] == "unchanged"
    assert begins(shot) == [True, True]
    moved = ("apply", tables[0], "--object", "Head", "--frame-start", 300)
    assert cli(shot, *moved)[0] == 0
    assert begins(shot) == [False, True]


def test_named_tables_replace_each_other(cli, shot, tables) -> None:
    for table, start in zip(tables, (FIRST, SECOND), strict=True):
        cli(shot, "apply", table, "--object", "Head", "--frame-start", start, "--name", "take")
    assert begins(shot) == [False, True]


def test_script_bakes_curves_on_a_baked_shot(bake, shot, extension: str) -> None:
    api = importlib.import_module(f"{extension}.blender_audio2face.api")
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    wave = api.Curves(("jawOpen",), 60.0, np.ones((60, 1), np.float32))
    api.bake(wave, [bpy.data.objects["Head"]], name="wave", frame_start=200)
    bpy.ops.wm.save_mainfile()
    assert begins(shot) == [True, True]


def test_update_and_bake_without_the_sound(cli, bake, shot, lines) -> None:
    for line in lines:
        line.unlink()
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    run_update()
    bpy.ops.wm.save_mainfile()
    assert begins(shot) == [True, True]
    code, _, error = cli(shot, "bake")
    assert code == 1 and "does not exist" in error
    assert begins(shot) == [True, True]


@needs_sound
def test_moved_project_keeps_its_lines(cli, bake, shot, lines, tmp_path) -> None:
    """The folder of the .blend and its sounds has another name: each line replaces itself."""
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in (shot, lines[0].parent, lines[1].parent):
        path.rename(moved / path.name)
    shot = moved / shot.name
    for folder, start in (("s1", FIRST), ("s2", SECOND)):
        line = moved / folder / "dialogue.wav"
        arguments = ("bake", "--object", "Head", "--file", line, "--frame-start", start)
        assert cli(shot, *arguments)[0] == 0
    assert begins(shot) == [True, True]
    assert len(bpy.context.scene.audio2face.speakers["Head"].takes) == 2
