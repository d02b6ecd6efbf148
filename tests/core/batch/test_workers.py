"""Worker processes of a batch: one that crashes, hangs or is stopped costs its row and no more."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from model.__main__ import main

ROOT = Path(__file__).parents[3]
WORKER = ROOT / "tests" / "core" / "batch" / "misbehaving_worker.py"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the program is a script of a shell")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is started in Blender's place."""
    monkeypatch.setenv("WORKER_IDS", str(tmp_path / "ids"))
    path = tmp_path / "blender"
    path.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(WORKER)])} "$@"\n')
    path.chmod(0o755)
    return path


def manifest(folder: Path, *rows: tuple[str, str]) -> Path:
    """A manifest of (name, output) rows."""
    for _, output in rows:
        (folder / output).touch()
    path = folder / "m.json"
    path.write_text(json.dumps([{"name": name, "blend": output} for name, output in rows]))
    return path


def run(path: Path, program: Path, capsys, *more: str) -> tuple[int, dict, str]:
    code = main(["batch", str(path), "--blender", str(program), "--json", *more])
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    return code, json.loads(lines[-1]) if lines else {}, printed.err


def lines_of(path: Path) -> dict[str, dict]:
    text = path.with_name(path.name + ".results.jsonl").read_text()
    return {line["name"]: line for line in map(json.loads, text.splitlines())}


def ids_of(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "ids").read_text().split()]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_processes_do_many_rows_each(program, tmp_path, capsys) -> None:
    path = manifest(tmp_path, *((f"row {n}", f"{n}.blend") for n in range(6)))
    code, result, _ = run(path, program, capsys)
    assert (code, result["done"]) == (0, 6)
    assert {line["result"]["process"] for line in lines_of(path).values()} == set(ids_of(tmp_path))
    assert len(ids_of(tmp_path)) == 1
    code, result, _ = run(path, program, capsys, "--force", "--jobs", "2")
    assert (code, result["done"], len(ids_of(tmp_path))) == (0, 6, 3)


def test_crash_costs_its_row_alone(program, tmp_path, capsys) -> None:
    path = manifest(
        tmp_path,
        ("a", "1.blend"), ("crash", "1.blend"), ("b", "1.blend"),
        ("refuse", "2.blend"), ("c", "3.blend"),
    )  # fmt: skip
    code, result, error = run(path, program, capsys)
    assert (code, result["done"], result["failed"]) == (4, 3, 2)
    lines = lines_of(path)
    assert (lines["crash"]["exit_code"], lines["refuse"]["exit_code"]) == (4, 1)
    assert "SIGKILL" in lines["crash"]["error"]
    assert "the last words" in lines["crash"]["error"]
    assert (tmp_path / "1.blend").read_text() == "a\nb\n"
    assert "row 2 (crash)" in error
    assert not any(map(is_alive, ids_of(tmp_path)))


def test_crash_in_saving_costs_all_rows_of_the_file(program, tmp_path, capsys) -> None:
    path = manifest(tmp_path, ("a", "1.blend"), ("crash in saving", "1.blend"), ("b", "2.blend"))
    code, result, _ = run(path, program, capsys)
    assert (code, result["done"], result["failed"]) == (4, 1, 2)
    assert "exit code 7" in lines_of(path)["a"]["error"]


def test_slow_row_is_given_up(program, tmp_path, capsys) -> None:
    path = manifest(tmp_path, ("hang", "1.blend"), ("a", "1.blend"), ("b", "2.blend"))
    code, result, _ = run(path, program, capsys, "--timeout", "0.3")
    assert (code, result["done"], result["failed"]) == (4, 2, 1)
    assert "--timeout" in lines_of(path)["hang"]["error"]


def test_progress_covers_all_rows(program, tmp_path, capsys) -> None:
    path = manifest(tmp_path, ("a", "1.blend"), ("b", "1.blend"), ("c", "2.blend"))
    _, _, error = run(path, program, capsys, "--progress", "openjd", "--jobs", "2")
    percents = [int(line.split()[1]) for line in error.splitlines() if "openjd_progress" in line]
    assert percents == sorted(set(percents))
    assert percents[-1] == 100
    assert {33, 66} & set(percents)


@pytest.mark.parametrize(
    ("mood", "sentence"), [("broken start", "Unrecognized command"), ("old", "same release")]
)
def test_unusable_worker_ends_the_batch(
    program, tmp_path, capsys, monkeypatch, mood: str, sentence: str
) -> None:
    monkeypatch.setenv("WORKER_MOOD", mood)
    code, _, error = run(manifest(tmp_path, ("a", "1.blend")), program, capsys)
    assert code == 1
    assert sentence in error
    assert error.count("\n") == 1


def test_missing_program_ends_the_batch(tmp_path, capsys) -> None:
    code, _, error = run(manifest(tmp_path, ("a", "1.blend")), tmp_path / "nothing", capsys)
    assert code == 1
    assert "--blender" in error


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_stopped_batch_stops_its_workers(program, tmp_path, number) -> None:
    path = manifest(tmp_path, ("a", "1.blend"), ("hang", "2.blend"), ("b", "3.blend"))
    words = [sys.executable, "-m", "model", "batch", str(path), "--blender", str(program)]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: (tmp_path / "1.blend").read_text() and len(lines_or_none(path)) == 1)
    process.send_signal(number)
    _, error = process.communicate()
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    wait_for(lambda: not any(map(is_alive, ids_of(tmp_path))))
    assert list(lines_of(path)) == ["a"]
    if number != signal.SIGKILL:
        assert "stay done" in error
    path.write_text(path.read_text().replace("hang", "again"))
    assert main(["batch", str(path), "--blender", str(program)]) == 0
    assert (tmp_path / "1.blend").read_text() == "a\n"


def lines_or_none(path: Path) -> dict[str, dict]:
    try:
        return lines_of(path)
    except FileNotFoundError:
        return {}


def wait_for(happened) -> None:
    end = time.monotonic() + 20.0
    while not happened():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)
