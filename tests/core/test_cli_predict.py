"""``predict`` as a farm uses it: exit codes, JSON, progress, and doing nothing twice."""

import json
import os
import signal
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from model.__main__ import main
from model.command import predict as predict_module
from model.command.finished import record_path
from model.curves import Curves
from tests.core.hum import write_hum


class FakeRuntime:
    """Takes the network's place; counts how often it is asked."""

    name, device, remark = "fake", "cpu", None
    runs = 0

    def predict_blocks(self, blocks: Iterable[np.ndarray], seconds: float, on_progress) -> Curves:
        type(self).runs += 1
        samples = np.concatenate(list(blocks))
        assert seconds == len(samples) / 16000
        for part in (0.0, 0.5, 0.5, 0.25, 1.0):
            on_progress(part)
        rows = len(samples) // 160
        return Curves(("jawOpen",), 100.0, np.full((rows, 1), 0.5, np.float32))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeRuntime]:
    FakeRuntime.runs = 0
    monkeypatch.setattr(predict_module, "choose_runtime", lambda *_: FakeRuntime())
    return FakeRuntime


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    return write_hum(tmp_path / "hum.wav")


def run(*arguments: object) -> int:
    return main(["predict", *map(str, arguments)])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_json_is_one_line_with_all_there_is_to_know(fake, hum, tmp_path, capsys) -> None:
    out = tmp_path / "out.csv"
    assert run(hum, out, "--json", "--format", "livelink") == 0
    printed = capsys.readouterr()
    assert printed.out.count("\n") == 1
    result = json.loads(printed.out)
    assert result["format"] == "audio2face-result"
    assert (result["command"], result["status"], result["exit_code"]) == ("predict", "done", 0)
    assert (result["rows"], result["fps"], result["output"]) == (30, 60.0, str(out))
    assert printed.err == ""


def test_a_second_run_does_nothing(fake, hum, tmp_path, capsys) -> None:
    out = tmp_path / "out.npz"
    assert run(hum, out) == 0
    before = out.stat().st_mtime_ns
    assert run(hum, out, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == "unchanged"
    assert (fake.runs, out.stat().st_mtime_ns) == (1, before)
    assert run(hum, out, "--force") == 0
    assert run(hum, out, "--fps", 25) == 0
    assert fake.runs == 3


def test_another_sound_or_network_is_another_job(fake, hum, tmp_path) -> None:
    out = tmp_path / "out.csv"
    weights = tmp_path / "w.npz"
    weights.write_bytes(b"one")
    run(hum, out)
    run(hum, out, "--weights", weights)
    weights.write_bytes(b"two")
    run(hum, out, "--weights", weights)
    write_hum(hum, pitch=300.0)
    run(hum, out, "--weights", weights)
    assert fake.runs == 4


def test_what_was_changed_by_hand_is_not_replaced_unasked(fake, hum, tmp_path, capsys) -> None:
    out = tmp_path / "out.csv"
    run(hum, out)
    out.write_text("mine")
    assert run(hum, out) == 1
    assert "--force" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert run(hum, out, "--force") == 0
    assert out.read_text() != "mine"


def test_a_job_killed_before_its_file_was_renamed_runs_again(
    fake, hum, tmp_path, monkeypatch
) -> None:
    out = tmp_path / "out.csv"
    run(hum, out, "--fps", 10)
    old = out.read_bytes()

    def killed(self: Path, target: Path) -> None:
        if target.name == out.name:
            raise OSError("killed")
        os.rename(self, target)  # noqa: PTH104 - Path.replace is what this stands in for

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", killed)
        assert run(hum, out) == 3
    assert out.read_bytes() == old
    assert files(tmp_path) == ["hum.wav", "out.csv", record_path(out).name]
    assert run(hum, out) == 0
    assert out.read_bytes() != old


def test_a_stopped_job_leaves_the_old_file_and_nothing_else(
    fake, hum, tmp_path, monkeypatch, capsys
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")

    def stopped(path: Path, *_) -> None:
        path.write_text("half")
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(predict_module, "write", stopped)
    assert run(hum, out) == 128 + signal.SIGTERM
    assert "SIGTERM" in capsys.readouterr().err
    assert out.read_text() == "old"
    assert files(tmp_path) == ["hum.wav", "out.csv"]


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        ("plain", ["progress: 0%", "progress: 50%", "progress: 100%"]),
        ("openjd", ["openjd_progress: 0", "openjd_progress: 50", "openjd_progress: 100"]),
    ],
)
def test_progress_goes_up_in_lines(fake, hum, tmp_path, capsys, form, lines) -> None:
    run(hum, tmp_path / "out.csv", "--progress", form)
    assert capsys.readouterr().err.splitlines() == lines


def test_no_escape_codes(fake, hum, tmp_path, capsys) -> None:
    run(hum, tmp_path / "out.csv", "--progress", "plain", "--log-level", "debug")
    run(tmp_path / "none.wav", tmp_path / "out.csv", "--log-level", "debug")
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err


def test_refusals_have_codes_and_json(fake, hum, tmp_path, capsys) -> None:
    assert run(tmp_path / "none.wav", tmp_path / "o.csv", "--json") == 1
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert (result["status"], result["exit_code"]) == ("error", 1)
    assert printed.err == f"error: {result['error']}\n"
    assert run(hum, hum) == 1
    assert run(hum, tmp_path) == 3
    assert files(tmp_path) == ["hum.wav"]


def test_a_fault_of_the_program_is_told_with_its_traceback(
    fake, hum, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setattr(predict_module, "at_frames", lambda *_: 1 / 0)
    assert run(hum, tmp_path / "o.csv") == 4
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("ERROR: Traceback")
    assert lines[-1].startswith("error: Unexpected ZeroDivisionError")


def test_a_link_is_followed_and_the_mode_kept(fake, hum, tmp_path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    assert run(hum, link) == 0
    assert link.is_symlink()
    assert real.read_text() != "old"
    assert real.stat().st_mode & 0o777 == 0o640
