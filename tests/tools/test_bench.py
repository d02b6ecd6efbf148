"""The bench: its clocks, its sounds, its report, and every stage once on short sounds. Nothing here
asserts speed."""

import json
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.extension import built_zip
from tools.bench.__main__ import main
from tools.bench.measure import RATE, Clock, StageError, measured, measured_command, write_clip
from tools.bench.report import BEGIN, END, MAIN_THREAD, Figures, table, with_table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the bench reads Linux's /proc")

MEGABYTE = 2**20


def test_memory_counts_the_peak_of_the_work_alone() -> None:
    np.ones(200 * MEGABYTE, np.uint8)
    before = np.ones(100 * MEGABYTE, np.uint8)
    cost = measured(lambda: np.ones(50 * MEGABYTE, np.uint8).sum())
    assert before.all()
    assert 45 * MEGABYTE < cost["memory"] < 80 * MEGABYTE
    assert min(cost["wall"], cost["cpu"]) > 0


def test_command_runs_on_as_many_cores_as_allowed(tmp_path: Path) -> None:
    code = "import os; assert len(os.sched_getaffinity(0)) == 1; sum(range(10**6))"
    cost = measured_command([sys.executable, "-c", code], tmp_path, cores=1)
    assert min(cost.values()) > 0
    with pytest.raises(StageError, match="exit"):
        measured_command([sys.executable, "-c", "exit(3)"], tmp_path, cores=1)


def test_clock_counts_a_nested_call_once_and_no_thread() -> None:
    clock = Clock()
    inner = clock.timed(lambda: time.sleep(0.01))
    outer = clock.timed(lambda: [inner(), inner()])
    with clock.counting_as("dial"):
        outer()
    thread = threading.Thread(target=inner)
    thread.start()
    thread.join()
    assert list(clock.calls) == ["dial"]
    assert len(clock.calls["dial"]) == 1
    assert clock.calls["dial"][0] >= 0.02


def test_clip_is_speech_that_never_repeats(tmp_path: Path) -> None:
    first, same, other = (
        write_clip(tmp_path / f"{index}.wav", 20.0, seed) for index, seed in enumerate((1, 1, 2))
    )
    assert first.read_bytes() == same.read_bytes() != other.read_bytes()
    samples, rate = soundfile.read(str(first))
    assert (rate, samples.shape) == (RATE, (20 * RATE, 2))
    energy = (samples[:, 0] ** 2).reshape(-1, RATE // 50).mean(axis=1)
    energy -= energy.mean()
    similar = np.correlate(energy, energy, "full")[len(energy) - 1 :] / (energy @ energy)
    assert similar[50:].max() < 0.6


def test_table_has_spread_ratio_and_verdict() -> None:
    figures = Figures({"cores": "2"}, remarks=["no GPU"])
    memory = {"first bake, memory added, 1 h": 450.0 * MEGABYTE}
    for start in (0.04, 0.03, 0.2):
        figures.add({"import and register": start, "later bake, 1 min": 2.0, **memory})
        figures.add({"import and register": 0.039, "later bake, 1 min": 1.0}, old=True)
    figures.add_ratio("later bake, 1 min", "import and register", at_least=60.0)
    assert table(figures).splitlines() == [
        "|  | median | min | max | old zip | ratio | target |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| import and register | 40.0 ms | 30.0 ms | 200 ms | 39.0 ms | 1.03 | at most 50.0 ms |",
        "| later bake, 1 min | 2.00 s | 2.00 s | 2.00 s | 1.00 s | 2.00 "
        "| **missed**: at most 1.1 × the old |",
        "| first bake, memory added, 1 h | 450 MiB | 450 MiB | 450 MiB |  |  "
        "| **missed**: at most 400 MiB |",
        "| later bake, 1 min / import and register | 50.0 × | 50.0 × | 50.0 × |  |  "
        "| **missed**: at least 60.0 × |",
        "",
        "Not measured: no GPU.",
        "",
        "Measured on: cores 2.",
    ]


def test_table_replaces_only_what_is_between_its_lines() -> None:
    figures = Figures({"cores": "2"})
    page = with_table(f"By hand.\n{BEGIN}\nold\n{END}\nBelow.\n", figures)
    assert page == f"By hand.\n{BEGIN}\n{table(figures)}\n{END}\nBelow.\n"
    with pytest.raises(ValueError, match="no place for the table"):
        with_table("By hand.", figures)


def test_every_stage_gives_a_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = tmp_path / "bin" / "rhubarb"
    peer.parent.mkdir()
    peer.write_text("#!/bin/sh\n")
    peer.chmod(0o755)
    monkeypatch.setenv("PATH", str(peer.parent), prepend=":")
    package = str(built_zip())
    options = ("--quick", "--zip", package, "--compare", package, "--out", str(tmp_path / "out"))
    monkeypatch.setattr(sys, "argv", ["bench", *options])
    main()
    figures = json.loads((tmp_path / "out" / "performance.json").read_text("utf-8"))
    rows = {row["name"]: row for row in figures["rows"]}
    assert all(min(row["values"]) > 0 for row in rows.values())
    assert "later bake, 4 s" in (tmp_path / "out" / "performance.md").read_text("utf-8")
    assert (tmp_path / "out" / "performance.png").read_bytes().startswith(b"\x89PNG")
    compared = {name for name, row in rows.items() if row["old"]}
    assert compared == {name for name in rows if "bake, " in name and MAIN_THREAD not in name} | {
        "import and register"
    }
    for start in (
        "first bake, memory added",
        "network in NumPy",
        "predict on one core",
        "Rhubarb phonetic",
        "52 × 200 keys with `keyframe_insert` / 52 × 200 keys written",
        *(
            f"{MAIN_THREAD}{what}"
            for what in ("dial step", "slider", "mapping edit", "Update", "preview frame")
        ),
        "real time on the main thread, each frame: 99.9th percentile",
    ):
        assert any(name.startswith(start) for name in rows), start
