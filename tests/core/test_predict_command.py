"""``python -m model predict`` as a user runs it."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np

from model.audio_file import read_audio
from model.channels import ARKIT_52
from model.runtime import choose_runtime
from model.sampling import sample_at

ROOT = Path(__file__).parents[2]
SPEECH = ROOT / "tests" / "data" / "surprise.flac"


def run(*arguments: object, code: str = "") -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "model"]
    return subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_csv_holds_the_curves(tmp_path: Path) -> None:
    for fps in (100, 23.976):
        result = run("predict", SPEECH, tmp_path / "out.csv", "--fps", fps)
        assert result.returncode == 0, result.stderr
        with (tmp_path / "out.csv").open() as file:
            header, *rows = csv.reader(file)
        assert header == ["t", *ARKIT_52]
        table = np.array(rows, float)
        curves = choose_runtime("numpy").predict(read_audio(SPEECH))
        assert len(table) == np.ceil(len(curves.values) * fps / 100)
        assert np.allclose(table[:, 1:], sample_at(curves, table[:, 0]), atol=2e-4)


def test_needs_neither_torch_nor_bpy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['bpy'] = None\n"
        "from model.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    result = run("predict", SPEECH, tmp_path / "out.csv", code=code)
    assert result.returncode == 0, result.stderr


def test_refusals_are_one_line(tmp_path: Path) -> None:
    missing = run("predict", tmp_path / "none.wav", tmp_path / "out.csv")
    assert missing.returncode == 1
    assert missing.stderr.startswith("error: ")
    assert missing.stderr.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()
    assert run("predict", SPEECH, tmp_path / "no" / "folder.csv").returncode == 3
    assert run("predict", SPEECH, tmp_path / "o.csv", "--fps", "0").returncode == 2
