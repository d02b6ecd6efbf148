"""Outputs on a disk that is full or read-only: an exit code, one sentence, and the old file."""

import json
import sys
from pathlib import Path

import pytest

from tests.support.disks import contents, needs_disks, on_disk

ROOT = Path(__file__).parents[2]
SPEECH = ROOT / "tests" / "data" / "surprise.flac"
CONDITIONS = ({"size": 64 << 10}, {"read_only": True})
MODEL = (sys.executable, "-m", "model")

pytestmark = needs_disks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """On a disk of 64 KiB half of it is taken."""
    made = tmp_path / "disk"
    made.mkdir()
    (made / "other.bin").write_bytes(b"x" * (32 << 10))
    return made


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_predict_on_a_full_disk_keeps_the_old_file(folder: Path, condition: dict) -> None:
    (folder / "out.csv").write_text("from before")
    before = contents(folder)
    result = on_disk(
        folder, (*MODEL, "predict", SPEECH, folder / "out.csv", "--json"), cwd=ROOT, **condition
    )
    assert result.returncode == 3, result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith(f'error: "{folder / "out.csv"}" cannot be written (')
    assert json.loads(result.stdout)["exit_code"] == 3
    assert contents(folder) == before


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_batch_on_a_full_disk_reports_its_rows(
    folder: Path, tmp_path: Path, condition: dict
) -> None:
    before = contents(folder)
    manifest = tmp_path / "lines.json"
    manifest.write_text(json.dumps([{"audio": str(SPEECH), "output": str(folder / "out.csv")}]))
    result = on_disk(folder, (*MODEL, "batch", manifest, "--json"), cwd=ROOT, **condition)
    assert result.returncode == 3, result.stderr
    (failure,) = json.loads(result.stdout)["failures"]
    assert "cannot be written" in failure["error"]
    assert contents(folder) == before


@pytest.mark.parametrize("condition", ({"size": 40 << 10}, {"read_only": True}), ids=str)
def test_batch_without_room_for_results_ends(folder: Path, tmp_path: Path, condition: dict) -> None:
    results = folder / "results.jsonl"
    results.write_text("x" * 4095 + "\n")
    manifest = tmp_path / "lines.json"
    rows = [{"name": "n" * 3000, "audio": str(SPEECH), "output": f"{n}.csv"} for n in range(2)]
    manifest.write_text(json.dumps(rows))
    result = on_disk(
        folder,
        (*MODEL, "batch", manifest, "--jobs", 0, "--results", results),
        cwd=ROOT,
        **condition,
    )
    assert result.returncode == 3, result.stderr
    error = result.stderr.splitlines()[-1]
    assert error.startswith(f'error: The results "{results}" cannot be written (')
    assert results.read_text().startswith("x" * 4095 + "\n")


def test_predict_into_a_folder_is_refused(folder: Path) -> None:
    (folder / "out.csv").mkdir()
    before = contents(folder)
    result = on_disk(folder, (*MODEL, "predict", SPEECH, folder / "out.csv"), cwd=ROOT)
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1
    assert "it is a folder" in result.stderr
    assert contents(folder) == before
