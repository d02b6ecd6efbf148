"""The report of given figures: every row is there, and the verdicts follow from the numbers."""

import platform
from pathlib import Path

import pytest

from model.network_config import NetworkConfig
from tools.bench import machine, report
from tools.bench.figures import Figures, Row
from tools.bench.targets import targets

LENGTHS = (5.0, 60.0, 3600.0)
EXTRAS = {
    "cuda": {"card": "NVIDIA H200", "card_memory": 2**30, "tf32": False},
    "write": {"keys": 5200},
    "insert": {"keys": 5200},
}


def figures_of(second: dict[str, float], **others: dict[str, object]) -> Figures:
    """Stages that cost so many seconds for each second of sound."""
    rows = [
        Row(stage, length, {"wall": cost * length, "cpu": cost * length, "memory": 2**20})
        for stage, cost in second.items()
        for length in LENGTHS
    ]
    for row in rows:
        row.values.update(EXTRAS.get(row.stage, {}))
    rows += [Row(stage, 0.0, values) for stage, values in others.items()]
    return Figures({"Cores": "2", "GPU": "NVIDIA H200"}, rows)


FAST = {
    **dict.fromkeys(report.STAGES, 0.001),
    "numpy": 0.0019,
    "bake": 0.02,
}
STARTS = {
    "start": {"wall": 0.5},
    "enable": {"wall": 0.04, "heavy": []},
    "numpy_start": {"wall": 0.1},
    "torch_start": {"wall": 2.0, "torch_import": 1.5},
    "cuda_start": {"wall": 5.0, "torch_import": 1.5},
    "many_write": {"wall": 0.4},
    "many_insert": {"wall": 40.0, "keys": 1_040_000},
}


def full() -> Figures:
    return figures_of(FAST, **STARTS)


def verdicts(figures: Figures, gpu=None) -> dict[str, bool | None]:
    return {one.promise: one.met for one in targets(figures, gpu)}


def met(figures: Figures, words: str) -> bool | None:
    return next(kept for promise, kept in verdicts(figures).items() if words in promise)


def test_the_report_has_every_stage_and_target() -> None:
    figures = full()
    text = report.text([figures], NetworkConfig())
    for label in report.STAGES.values():
        assert text.count(f"| {label} |") >= 3, label
    for promise in verdicts(figures):
        assert f"| {promise} |" in text
    assert "| Cores | 2 |" in text
    assert "| 52 channels × 20 000 keys | 1 040 000 | 400 ms | 40.0 s | 100 × |" in text
    assert "$" not in text


def test_a_bare_machine_has_a_report_too() -> None:
    text = report.text([figures_of({"numpy": 0.02, "decode": 0.001})], NetworkConfig())
    assert "no GPU on this machine" in text
    assert "not measured" in text
    assert "**missed**" not in text


@pytest.mark.parametrize(
    ("words", "stage", "cost", "kept"),
    [
        ("whole bake of 1 min", "bake", 2.4 / 60, True),
        ("whole bake of 1 min", "bake", 2.6 / 60, False),
        ("NumPy at most 2", "numpy", 0.0019, True),
        ("NumPy at most 2", "numpy", 0.0021, False),
    ],
)
def test_a_verdict_follows_from_the_figures(
    words: str, stage: str, cost: float, kept: bool
) -> None:
    assert met(figures_of({**FAST, stage: cost}), words) is kept


@pytest.mark.parametrize(
    ("words", "stage", "values", "kept"),
    [
        ("0.5 s", "many_write", {"wall": 0.6}, False),
        ("50 times", "many_write", {"wall": 0.7}, True),
        ("50 times", "many_write", {"wall": 0.9}, False),
        ("import and register", "enable", {"wall": 0.06, "heavy": []}, False),
        ("only when used", "enable", {"wall": 0.01, "heavy": ["torch"]}, False),
    ],
)
def test_a_verdict_follows_from_what_is_paid_once(
    words: str, stage: str, values: dict[str, object], kept: bool
) -> None:
    assert met(figures_of(FAST, **{**STARTS, stage: values}), words) is kept


def test_growth_and_memory_are_judged() -> None:
    figures = full()
    assert met(figures, "linear") is True
    assert met(figures, "memory") is True
    for row in figures.rows:
        if row.stage == "bake" and row.seconds == 3600.0:
            row.values.update(cpu=2 * row.values["cpu"], memory=500 * 2**20)
    assert met(figures, "linear") is False
    assert met(figures, "memory") is False


@pytest.mark.parametrize(("held", "kept"), [(0.049, True), (0.051, False)])
def test_the_longest_hold_of_any_length_is_judged(held: float, kept: bool) -> None:
    figures = full()
    figures.rows += [
        Row("window", 60.0, {"held": 0.01, "plan": 0.01, "write": 0.002, "gap": 0.02}),
        Row("window", 600.0, {"held": held, "plan": 0.01, "write": held, "gap": 0.1}),
    ]
    assert met(figures, "never held") is kept
    text = report.text([figures], NetworkConfig())
    assert f"| 10 min | 10.0 ms | – | {1e3 * held:.1f} ms | – | – | 100 ms |" in text


def test_a_gpu_elsewhere_is_told_of() -> None:
    here = figures_of({name: cost for name, cost in FAST.items() if name != "cuda"}, **STARTS)
    del here.machine["GPU"]
    text = report.text([here, full()], NetworkConfig())
    assert "on another machine" in text
    assert "`GPU_SPEED = 1000`" in text
    assert "1 000 ×" in text


def test_files_are_written(tmp_path: Path) -> None:
    names = {path.name for path in report.write(tmp_path, [full()])}
    assert names == {"performance.md", "performance.png", "performance.json"}
    assert all((tmp_path / name).stat().st_size > 1000 for name in names)


def test_the_facts_of_a_machine_do_not_name_it() -> None:
    found = machine.facts()
    assert {"Processor", "Cores", "Memory", "Python", "numpy"} <= found.keys()
    told = " ".join(found.values())
    assert "/" not in told.replace("w/", "")
    assert platform.node() not in told
