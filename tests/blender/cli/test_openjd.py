"""The job template of Open Job Description, checked and run by the reference implementation."""

import csv
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import bpy
import pytest

from tests.support.blender_runner import ROOT, blender_executable
from tests.support.scenes import make_face, saved_jaw_keys, tone, write_wav

pytest.importorskip("openjd.cli", reason="openjd-cli is not installed")

TEMPLATE = ROOT / "docs" / "farm" / "openjd" / "template.yaml"
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


def openjd_words(blender: Path, show: Path, last_row: int, *more: str) -> list[str]:
    words = [sys.executable, "-m", "openjd", "run", str(TEMPLATE), *more]
    parameters = {"Folder": show, "Manifest": MANIFEST, "LastRow": last_row, "Blender": blender}
    for name, value in parameters.items():
        words += ["-p", f"{name}={value}"]
    return words


def openjd_run(*arguments: object) -> subprocess.CompletedProcess[str]:
    words = openjd_words(*arguments)
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
    return {
        f"{path.stem}: {face}"
        for path in show.glob("*.blend")
        for face in ("Anna", "Bert")
        if saved_jaw_keys(path, face)
    }


def contents(show: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in show.iterdir() if path.is_file()}


def test_template_is_valid_with_chunks_as_the_only_extension() -> None:
    words = [sys.executable, "-m", "openjd", "check", str(TEMPLATE)]
    done = subprocess.run(
        [*words, "--extensions", "TASK_CHUNKING"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_job_bakes_a_manifest_and_a_retry_changes_nothing(blender: Path, show: Path) -> None:
    chunks = ("-p", "RowsPerTask=3", "-p", "Processes=0")
    done = openjd_run(blender, show, 5, *chunks)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Chunks run: 3" in done.stdout  # a check, and rows 1-3 and 4-5
    progress = [int(text) for text in re.findall(r"openjd_progress: (\d+)$", done.stdout, re.M)]
    assert progress.count(100) == 2
    assert len(set(progress)) > 5
    assert "openjd_fail" not in done.stdout
    assert statuses(show) == dict.fromkeys(range(1, 6), "done")
    assert faces_with_keys(show) == {"a: Anna", "b: Anna", "b: Bert"}
    assert {"curves.csv", "curves.npz"} <= contents(show).keys()

    before = contents(show)
    again = openjd_run(blender, show, 5, *chunks, "--step", "Bake", "-tp", "Rows=1-3")
    assert again.returncode == 0, again.stdout + again.stderr
    assert contents(show) == before


def test_refused_row_ends_the_job_before_it_bakes(blender: Path, show: Path) -> None:
    write_manifest(show, ROWS[0], {**ROWS[1], "audio": "sounds/no.wav"})
    before = contents(show)
    done = openjd_run(blender, show, 2)
    assert done.returncode != 0
    assert re.search(r"openjd_fail: 2 rows: 1 to do, 0 unchanged, 1 refused", done.stdout)
    assert "no.wav" in done.stdout
    assert "Running step 'Bake'" not in done.stdout
    assert contents(show) == before


def test_canceled_job_leaves_every_file_as_it_was(blender: Path, show: Path) -> None:
    write_wav(show / "sounds" / "1.wav", tone(60.0), 16000)
    before = contents(show)
    with subprocess.Popen(
        openjd_words(blender, show, 1, "--step", "Bake"), stdout=subprocess.PIPE, text=True
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
