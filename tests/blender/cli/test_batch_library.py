"""A library of dialogue, 40 clips on two faces in each of 20 shots: `batch` is killed in the
middle, run again, and run once more."""

import csv
import json
import shutil
import signal
import subprocess
import time
import wave
from collections import Counter
from pathlib import Path

import bpy
import numpy as np
import pytest

from model.audio_file import read_audio
from tests.blender.blender_runner import blender_executable
from tests.blender.extension import ROOT
from tests.blender.scenes import keys_of, make_face, write_wav

SPEECH = ROOT / "tests" / "data" / "surprise.flac"
CLIPS = 40
FACES = ("Anna", "Bert")
BROKEN = {
    "missing": {"audio": "sounds/none.wav"},
    "text": {"audio": "sounds/text.wav"},
    "empty": {"audio": "sounds/empty.wav"},
    "nobody": {"objects": "Nobody"},
    "twice": {"output": "shots/0.blend"},
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The manifest; sounds and shots lie beside it."""
    (tmp_path / "sounds").mkdir()
    (tmp_path / "shots").mkdir()
    for number, clip in enumerate(clips()):
        write_wav(tmp_path / "sounds" / f"{number}.wav", clip, 16000)
    (tmp_path / "sounds" / "text.wav").write_text("These are no samples.\n" * 100)
    with wave.open(str(tmp_path / "sounds" / "empty.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
    for face in FACES:
        make_face(face, ("jawOpen", "mouthClose", "mouthFunnel"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    rows = []
    for number in range(CLIPS):
        shot = f"shots/{number // len(FACES)}.blend"
        if number % len(FACES) == 0:
            shutil.copy(tmp_path / "shot.blend", tmp_path / shot)
        face = FACES[number % len(FACES)]
        rows.append(row(f"line {number}", f"sounds/{number}.wav", shot, face))
    for name, cells in BROKEN.items():
        shutil.copy(tmp_path / "shot.blend", tmp_path / "shots" / f"{name}.blend")
        broken = row(name, "sounds/0.wav", f"shots/{name}.blend", FACES[0])
        rows.insert(len(rows) // 2, {**broken, **cells})
    path = tmp_path / "library.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(name: str, audio: str, shot: str, face: str) -> dict[str, str]:
    return {"name": name, "blend": shot, "objects": face, "audio": audio, "output": ""}


def clips() -> list[np.ndarray]:
    """Pieces of a sentence, cut between its sounds, 0.3 to 0.8 s long."""
    speech = read_audio(SPEECH)
    phones = json.loads(SPEECH.with_suffix(".json").read_text("utf-8"))["phones"]
    bounds = [start for _, start, _ in phones]
    pieces = [(a, b) for a in bounds for b in bounds if 0.3 <= b - a <= 0.8]
    chosen = [pieces[number * len(pieces) // CLIPS] for number in range(CLIPS)]
    return [speech[round(a * 16000) : round(b * 16000)] for a, b in chosen]


def start(blender: Path, manifest: Path, jobs: int) -> subprocess.Popen[str]:
    words = [blender, "-b", "--command", "audio2face", "batch", manifest, "--jobs", jobs, "--json"]
    return subprocess.Popen(
        [str(word) for word in words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=manifest.parent,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, dict]:
    out, err = process.communicate()
    results = [line for line in out.splitlines() if line.startswith("{")]
    assert results, err
    return process.returncode, json.loads(results[-1])


def lines_of(manifest: Path) -> list[dict]:
    path = manifest.with_name(manifest.name + ".results.jsonl")
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.split("\n")[:-1]]


def processes_of(blender: Path) -> list[int]:
    """Ids of the processes that a program started, as far as Linux tells."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if str(blender).encode() in words:
            found.append(int(path.parent.name))
    return found


def jaw_moves(shot: Path) -> list[bool]:
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    found = []
    for face in FACES:
        anim = bpy.data.objects[face].data.shape_keys.animation_data
        found.append(anim is not None and len(keys_of(anim.action, "jawOpen")) > 1)
    return found


def test_killed_batch_is_resumed_and_then_finds_nothing_to_do(
    cli, library: Path, tmp_path: Path
) -> None:
    blender = blender_executable(tmp_path)
    first = start(blender, library, jobs=2)
    while len(lines_of(library)) < CLIPS // 4:
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    patience = time.monotonic() + 30.0
    while processes_of(blender):
        assert time.monotonic() < patience, "a worker outlived its batch"
        time.sleep(0.05)
    before = Counter(line["status"] for line in lines_of(library))
    assert 0 < before["done"] < CLIPS
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "shots").glob("*.blend")}
    kept = {Path(line["output"]) for line in lines_of(library) if line["status"] == "done"}

    code, result = finish(start(blender, library, jobs=1))
    assert code == 1
    assert result["failed"] == len(BROKEN)
    assert {failure["name"] for failure in result["failures"]} == set(BROKEN)
    assert result["done"] + result["unchanged"] == CLIPS
    assert result["unchanged"] >= before["done"]
    assert result["done"] > 0
    assert all(path.stat().st_mtime_ns == times[path] for path in kept)
    for number in (0, 17, CLIPS // 2 - 1):
        assert jaw_moves(tmp_path / "shots" / f"{number}.blend") == [True, True]
    reasons = {failure["name"]: failure["error"] for failure in result["failures"]}
    assert "does not exist" in reasons["missing"]
    assert "Nobody" in reasons["nobody"]
    assert all("\n" not in reason for reason in reasons.values())

    code, result, _ = cli(None, "batch", library)
    assert (code, result["done"], result["unchanged"]) == (1, 0, CLIPS)
    assert not [path for path in (tmp_path / "shots").iterdir() if path.name.startswith(".")]
