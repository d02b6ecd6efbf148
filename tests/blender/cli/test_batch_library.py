"""A library of dialogue, 40 clips on two faces in each of 20 shots: `batch` is killed in the
middle, run again, and run once more."""

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import bpy
import pytest

from model.audio_file import read_audio
from tests.support.blender_runner import blender_executable
from tests.support.extension import ROOT
from tests.support.scenes import make_face, saved_jaw_keys, write_wav

CLIPS = 40
FACES = ("Anna", "Bert")
BROKEN = {"text": "sounds/text.wav", "missing": "sounds/none.wav"}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The manifest; sounds and shots lie beside it."""
    for name in ("sounds", "shots"):
        (tmp_path / name).mkdir()
    for face in FACES:
        make_face(face, ("jawOpen", "mouthClose", "mouthFunnel"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    speech = read_audio(ROOT / "tests" / "data" / "surprise.flac")
    rows = []
    for number in range(CLIPS):
        sound, shot = f"sounds/{number}.wav", f"shots/{number // 2}.blend"
        start = number * (len(speech) - 8000) // CLIPS
        write_wav(tmp_path / sound, speech[start : start + 8000], 16000)
        shutil.copy(tmp_path / "shot.blend", tmp_path / shot)
        rows.append(f"line {number};{shot};{FACES[number % 2]};{sound}")
    (tmp_path / "sounds" / "text.wav").write_text("These are no samples.\n" * 100)
    for name, sound in BROKEN.items():
        shutil.copy(tmp_path / "shot.blend", tmp_path / "shots" / f"{name}.blend")
        rows.insert(CLIPS // 2, f"{name};shots/{name}.blend;Anna;{sound}")
    path = tmp_path / "library.csv"
    path.write_text("\n".join(["name;blend;objects;audio", *rows]), encoding="utf-8-sig")
    return path


def start(blender: Path, manifest: Path, jobs: int) -> subprocess.Popen[str]:
    words = [blender, "-b", "--command", "audio2face", "batch", manifest, "--jobs", jobs, "--json"]
    pipe = subprocess.PIPE
    return subprocess.Popen([str(word) for word in words], stdout=pipe, stderr=pipe, text=True)


def done_shots(manifest: Path) -> list[Path]:
    """The output of each line that says that a row is done."""
    path = manifest.with_name(manifest.name + ".results.jsonl")
    text = path.read_text("utf-8") if path.exists() else ""
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    return [Path(line["output"]) for line in lines if line["status"] == "done"]


def processes_of(blender: Path) -> list[Path]:
    """The processes that a program started, as far as Linux shows them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(blender).encode() in path.read_bytes().split(b"\0"):
                found.append(path)
        except OSError:  # it has ended
            continue
    return found


def test_killed_batch_is_resumed_and_then_finds_nothing_to_do(
    cli, library: Path, tmp_path: Path
) -> None:
    blender = blender_executable(tmp_path)
    first = start(blender, library, jobs=2)
    while len(done_shots(library)) < CLIPS // 4:
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    patience = time.monotonic() + 30.0
    while processes_of(blender):
        assert time.monotonic() < patience, "a worker outlived its batch"
        time.sleep(0.05)
    done = done_shots(library)
    assert 0 < len(done) < CLIPS
    times = {shot: shot.stat().st_mtime_ns for shot in done}

    second = start(blender, library, jobs=1)
    out, error = second.communicate()
    result = json.loads(next(line for line in out.splitlines() if line.startswith("{")))
    assert (second.returncode, result["failed"]) == (1, len(BROKEN)), error
    assert {failure["name"] for failure in result["failures"]} == set(BROKEN)
    assert result["unchanged"] >= len(done)
    assert result["done"] == CLIPS - result["unchanged"] > 0
    assert {shot: shot.stat().st_mtime_ns for shot in done} == times
    for number in (0, CLIPS // 2 - 1):
        shot = tmp_path / "shots" / f"{number}.blend"
        assert all(len(saved_jaw_keys(shot, face)) > 1 for face in FACES)

    code, result, _ = cli(None, "batch", library)
    assert (code, result["done"], result["unchanged"]) == (1, 0, CLIPS)
    assert not [path for path in (tmp_path / "shots").iterdir() if path.name.startswith(".")]
