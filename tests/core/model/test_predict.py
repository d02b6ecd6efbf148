"""``predict``: its curves, its two processes, exit codes, JSON, progress, and finished jobs."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from model.__main__ import main
from model.audio_file import read_audio
from model.channels import ARKIT_52
from model.command import predict as predict_module
from model.command import two_processes
from model.command.job_record import record_path
from model.curves import Curves
from model.network_config import NetworkConfig
from model.numpy_network import NumpyRuntime
from model.runtime import choose_runtime
from model.sampling import sample_at
from model.weights_file import DEFAULT_WEIGHTS, load_weights, save_weights
from tests.support.hum import write_hum
from tests.support.networks import FakeRuntime, random_network

ROOT = Path(__file__).parents[3]
SPEECH = ROOT / "tests" / "data" / "surprise.flac"


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


def test_json_result_is_one_complete_line(fake, hum, tmp_path, capsys) -> None:
    out = tmp_path / "out.csv"
    assert run(hum, out, "--json", "--format", "livelink") == 0
    printed = capsys.readouterr()
    assert printed.out.count("\n") == 1
    result = json.loads(printed.out)
    assert result["format"] == "audio2face-result"
    assert (result["command"], result["status"], result["exit_code"]) == ("predict", "done", 0)
    assert (result["rows"], result["fps"], result["output"]) == (30, 60.0, str(out))
    assert printed.err == ""


def test_second_run_does_nothing_unless_forced(fake, hum, tmp_path, capsys) -> None:
    out = tmp_path / "out.npz"
    assert run(hum, out) == 0
    before = out.stat().st_mtime_ns
    assert run(hum, out, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == "unchanged"
    assert (fake.runs, out.stat().st_mtime_ns) == (1, before)
    assert run(hum, out, "--force") == 0
    assert run(hum, out, "--fps", 25) == 0
    assert fake.runs == 3


def test_other_sound_or_weights_are_another_job(fake, hum, tmp_path) -> None:
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


def test_output_changed_by_hand_needs_force(fake, hum, tmp_path, capsys) -> None:
    out = tmp_path / "out.csv"
    run(hum, out)
    out.write_text("mine")
    assert run(hum, out) == 1
    assert "--force" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert run(hum, out, "--force") == 0
    assert out.read_text() != "mine"


def test_job_killed_before_its_rename_runs_again(fake, hum, tmp_path, monkeypatch) -> None:
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


def test_stopped_job_leaves_the_old_file(fake, hum, tmp_path, monkeypatch, capsys) -> None:
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
def test_progress_ascends_in_lines(fake, hum, tmp_path, capsys, form, lines) -> None:
    run(hum, tmp_path / "out.csv", "--progress", form)
    assert capsys.readouterr().err.splitlines() == lines


def test_output_has_no_escape_codes(fake, hum, tmp_path, capsys) -> None:
    run(hum, tmp_path / "out.csv", "--progress", "plain", "--log-level", "debug")
    run(tmp_path / "none.wav", tmp_path / "out.csv", "--log-level", "debug")
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err


def test_refusals_have_exit_codes_and_json(fake, hum, tmp_path, capsys) -> None:
    assert run(tmp_path / "none.wav", tmp_path / "o.csv", "--json") == 1
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert (result["status"], result["exit_code"]) == ("error", 1)
    assert printed.err == f"error: {result['error']}\n"
    assert run(hum, hum) == 1
    assert run(hum, tmp_path) == 3
    assert run(hum, tmp_path / "no" / "folder.csv") == 3
    assert run(hum, tmp_path / "o.csv", "--fps", "0") == 2
    assert files(tmp_path) == ["hum.wav"]


def test_unexpected_error_prints_its_traceback(fake, hum, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(predict_module, "at_frames", lambda *_: 1 / 0)
    assert run(hum, tmp_path / "o.csv") == 4
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("ERROR: Traceback")
    assert lines[-1].startswith("error: Unexpected ZeroDivisionError")


def test_link_is_followed_and_its_mode_kept(fake, hum, tmp_path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    assert run(hum, link) == 0
    assert link.is_symlink()
    assert real.read_text() != "old"
    assert real.stat().st_mode & 0o777 == 0o640


def run_python(*arguments: object, code: str = "") -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "model"]
    return subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_csv_equals_the_curves(tmp_path: Path) -> None:
    for fps in (100, 23.976):
        result = run_python("predict", SPEECH, tmp_path / "out.csv", "--fps", fps)
        assert result.returncode == 0, result.stderr
        with (tmp_path / "out.csv").open() as file:
            header, *rows = csv.reader(file)
        assert header == ["t", *ARKIT_52]
        table = np.array(rows, float)
        curves = choose_runtime("numpy").predict(read_audio(SPEECH))
        assert len(table) == np.ceil(len(curves.values) * fps / 100)
        assert np.allclose(table[:, 1:], sample_at(curves, table[:, 0]), atol=2e-4)


def test_predict_needs_neither_torch_nor_bpy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['bpy'] = None\n"
        "from model.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    result = run_python("predict", SPEECH, tmp_path / "out.csv", code=code)
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def small_network(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, NumpyRuntime]:
    config, arrays = random_network()
    path = tmp_path_factory.mktemp("network") / "small.npz"
    save_weights(path, config, arrays)
    return path, NumpyRuntime(config, arrays)


@pytest.mark.parametrize("count", [0, 1, 161, 64_000, 200_001])
def test_two_processes_give_the_same_curves_bit_for_bit(small_network, count: int) -> None:
    weights, runtime = small_network
    samples = np.random.default_rng(count).normal(0.0, 0.1, count).astype(np.float32)
    blocks = np.array_split(samples, 7)
    seen: list[float] = []
    curves = two_processes.predict_blocks(
        runtime.config, weights, blocks, count / 16000, seen.append
    )
    assert np.array_equal(curves.values, runtime.predict(samples).values)
    assert curves.names == runtime.config.channels
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_two_processes_with_shipped_weights_give_the_same_curves() -> None:
    config, arrays = load_weights()
    samples = np.tile(read_audio(SPEECH), 3)
    curves = two_processes.predict_blocks(config, DEFAULT_WEIGHTS, [samples], 12.0, float)
    assert np.array_equal(curves.values, NumpyRuntime(config, arrays).predict(samples).values)


def test_two_processes_pass_on_what_the_sound_raises(small_network) -> None:
    weights, runtime = small_network

    def unreadable() -> Iterator[np.ndarray]:
        yield np.zeros(100_000, np.float32)
        raise OSError("input/output error")

    with pytest.raises(OSError, match="input/output error"):
        two_processes.predict_blocks(runtime.config, weights, unreadable(), 9.0, float)


@pytest.mark.parametrize("program", ["python", "python3", "blender"])
def test_processes_that_fail_raise_process_error(
    small_network, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Python that is not there, one that ends at once, and a program that is no Python."""
    weights, runtime = small_network
    (tmp_path / "python3").symlink_to("/bin/false")
    (tmp_path / "blender").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(tmp_path / program))
    blocks = [np.zeros(100_000, np.float32)] * 9
    with pytest.raises(two_processes.ProcessError):
        two_processes.predict_blocks(runtime.config, weights, blocks, 56.0, float)


@pytest.mark.parametrize("fails", [False, True])
def test_long_sound_runs_in_two_processes_or_else_in_one(
    hum, tmp_path, small_network, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, _ = small_network
    runs = []

    def in_two(config: NetworkConfig, *arguments: object) -> Curves:
        runs.append(config)
        if fails:
            raise two_processes.ProcessError
        return two_processes_predict(config, *arguments)

    two_processes_predict = two_processes.predict_blocks
    monkeypatch.setattr(predict_module, "_LONG_SECONDS", 0.1)
    monkeypatch.setattr(predict_module, "_cores", lambda: 2)
    monkeypatch.setattr(two_processes, "predict_blocks", in_two)
    assert run(hum, tmp_path / "two.csv", "--weights", weights) == 0
    monkeypatch.setattr(predict_module, "_cores", lambda: 1)
    assert run(hum, tmp_path / "one.csv", "--weights", weights) == 0
    assert len(runs) == 1
    assert (tmp_path / "two.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()
