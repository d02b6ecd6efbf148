"""Open Job Description and Flamenco: what a farm would run is run, and bakes a manifest.

`openjd run` is the reference implementation's own. Flamenco's Manager and Worker are stood in for
(tests/flamenco.py); the commands that its job type makes are run as they are.
"""

import csv
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import bpy
import pytest

from tests.blender.blender_runner import ROOT, blender_executable
from tests.blender.scenes import keys_of, make_face, tone, write_wav

pytest.importorskip("openjd.cli", reason="openjd-cli is not installed")
pytest.importorskip("quickjs")

from tests.flamenco import command_line, compile_job  # needs quickjs

TEMPLATE = ROOT / "tools" / "farm" / "openjd" / "template.yaml"
MANIFEST = "line list.csv"
ROWS = (
    {"blend": "a.blend", "objects": "Anna", "audio": "sounds/1.wav"},
    {"blend": "b.blend", "objects": "Anna", "audio": "sounds/1.wav"},
    {"audio": "sounds/1.wav", "output": "curves.csv"},
    {"blend": "b.blend", "objects": "Bert", "audio": "sounds/2.wav"},
    {"audio": "sounds/2.wav", "output": "curves.npz"},
)
"""Rows 2 and 4 write the same file: one task has to do both."""


@pytest.fixture
def blender(extension: str, tmp_path: Path) -> Path:
    return blender_executable(tmp_path)


@pytest.fixture
def show(extension: str, tmp_path: Path) -> Path:
    """A folder with a manifest, and all that its rows name."""
    folder = tmp_path / "the show"
    (folder / "sounds").mkdir(parents=True)
    for name in ("Anna", "Bert"):
        make_face(name, ("jawOpen", "mouthClose"))
    for name in ("a", "b"):
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / f"{name}.blend"), copy=True)
    for name, seconds in (("1", 0.2), ("2", 0.3)):
        write_wav(folder / "sounds" / f"{name}.wav", tone(seconds), 16000)
    write_manifest(folder, *ROWS)
    return folder


def write_manifest(folder: Path, *rows: dict[str, str]) -> None:
    with (folder / MANIFEST).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("blend", "objects", "audio", "output"))
        writer.writeheader()
        writer.writerows(rows)


def openjd_command(blender: Path, show: Path, last_row: int, *more: str) -> list[str]:
    words = [sys.executable, "-m", "openjd", "run", str(TEMPLATE), *more]
    parameters = {"Folder": show, "Manifest": MANIFEST, "LastRow": last_row, "Blender": blender}
    for name, value in parameters.items():
        words += ["-p", f"{name}={value}"]
    return words


def openjd_run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return run(openjd_command(*arguments))


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)


def statuses(show: Path) -> dict[int, str]:
    """(row: status) of the last line of each row, in all results."""
    found = {}
    for path in sorted(show.glob("*.results.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            result = json.loads(line)
            found[result["row"]] = result["status"]
    return found


def faces_with_keys(show: Path) -> set[str]:
    found = set()
    for path in sorted(show.glob("*.blend")):
        bpy.ops.wm.open_mainfile(filepath=str(path))
        for face in ("Anna", "Bert"):
            anim = bpy.data.objects[face].data.shape_keys.animation_data
            if anim is not None and keys_of(anim.action, "jawOpen"):
                found.add(f"{path.stem}: {face}")
    return found


def contents(show: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in show.iterdir() if path.is_file()}


def assert_all_is_baked(show: Path) -> None:
    assert statuses(show) == dict.fromkeys(range(1, 6), "done")
    assert faces_with_keys(show) == {"a: Anna", "b: Anna", "b: Bert"}
    assert {"curves.csv", "curves.npz"} <= contents(show).keys()


def test_openjd_bakes_a_manifest_and_a_retry_does_nothing(blender: Path, show: Path) -> None:
    chunks = ("-p", "RowsPerTask=3", "-p", "Processes=0")
    done = openjd_run(blender, show, 5, *chunks)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Chunks run: 3" in done.stdout  # a check, and rows 1-3 and 4-5
    progress = [int(one) for one in re.findall(r"openjd_progress: (\d+)$", done.stdout, re.M)]
    assert progress.count(100) == 2
    assert len(set(progress)) > 5
    assert "openjd_fail" not in done.stdout
    assert_all_is_baked(show)

    before = contents(show)
    again = openjd_run(blender, show, 5, *chunks, "--step", "Bake", "-tp", "Rows=1-3")
    assert again.returncode == 0, again.stdout + again.stderr
    assert contents(show) == before


def test_openjd_fails_early_or_bakes_the_rest(blender: Path, show: Path) -> None:
    write_manifest(show, ROWS[0], {**ROWS[1], "audio": "sounds/no.wav"})
    before = contents(show)
    done = openjd_run(blender, show, 2)
    assert done.returncode != 0
    assert re.search(r"openjd_fail: 2 rows: 1 to do, 0 unchanged, 1 refused", done.stdout)
    assert "no.wav" in done.stdout
    assert "Running step 'Bake'" not in done.stdout
    assert contents(show) == before

    done = openjd_run(blender, show, 2, "--step", "Bake", "-p", "Processes=0")
    assert done.returncode != 0
    assert "openjd_fail: 2 rows: 1 done, 0 unchanged, 1 failed" in done.stdout
    assert statuses(show) == {1: "done", 2: "error"}
    assert faces_with_keys(show) == {"a: Anna"}


def test_openjd_cancels_without_half_a_file(blender: Path, show: Path) -> None:
    write_wav(show / "sounds" / "1.wav", tone(60.0), 16000)
    before = contents(show)
    with subprocess.Popen(
        openjd_command(blender, show, 1, "--step", "Bake"), stdout=subprocess.PIPE, text=True
    ) as session:
        output = ""
        for line in session.stdout:
            output += line
            if re.search(r"openjd_progress: [1-9]", line):
                session.send_signal(signal.SIGTERM)
                break
        output += session.stdout.read()
    assert session.returncode != 0
    assert "Stopped by SIGTERM" in output
    assert contents(show) == before


def test_flamenco_s_commands_bake_a_manifest(blender: Path, show: Path) -> None:
    settings = {"rows": "1-5", "chunk_size": 3, "processes": 0}
    tasks = compile_job({"manifest": str(show / MANIFEST), **settings})
    assert [task.name for task in tasks] == ["check", "rows 1-3", "rows 4,5"]
    variables = {"blender": str(blender), "blenderArgs": "-b -y"}
    ended: set[str] = set()
    for task in tasks:
        assert ended >= set(task.dependencies)
        for command in task.commands:
            done = run(command_line(command, variables))
            assert done.returncode == 0, done.stdout + done.stderr
        ended.add(task.name)
    assert_all_is_baked(show)
