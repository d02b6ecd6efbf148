"""The table of a captured actor: figures that are known, and refusals."""

from pathlib import Path

import numpy as np
import pytest

from model.channels import ARKIT_52
from tools.data.cache import Recording, load, write_corpus
from tools.evaluate.actor import actor_table, agreement, main

JAW, PUCKER, FUNNEL = (ARKIT_52.index(n) for n in ("jawOpen", "mouthPucker", "mouthFunnel"))


@pytest.fixture
def captured() -> np.ndarray:
    """Two seconds of a moving jaw and of lips that round; nothing else is known."""
    rows = np.full((200, 52), np.nan, np.float32)
    time = np.arange(200) / 100
    rows[:, JAW] = 0.3 + 0.3 * np.sin(20 * time)
    rows[:, [PUCKER, FUNNEL]] = (0.2 + 0.2 * np.cos(9 * time))[:, None]
    rows[50:60] = np.nan
    return rows


def test_figures_of_a_network_that_does_half_as_much(captured: np.ndarray) -> None:
    opening, rounding, *_, brows, error, reach = agreement([captured], [np.nan_to_num(captured)])
    assert (opening, rounding, error, reach) == pytest.approx((1, 1, 0, 1), abs=1e-5)
    assert np.isnan(brows)
    half = np.nan_to_num(captured)
    half[:, JAW] *= 0.5
    half[:, PUCKER] = -half[:, FUNNEL]
    opening, rounding, *_, error, reach = agreement([captured], [half])
    assert opening == pytest.approx(1, abs=1e-5)
    assert reach == pytest.approx(0.5, abs=1e-4)
    known = np.isfinite(captured[:, JAW])
    wrong = 0.5 * captured[known, JAW] + 2 * captured[known, PUCKER]
    assert error == pytest.approx(wrong.mean() / 3, rel=1e-3)


def test_takes_are_told_apart(captured: np.ndarray, tmp_path: Path) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 32000).astype(np.float32)
    recordings = [
        Recording(name, sound, "anna", "en", None, None, "test", curves=captured)
        for name in ("one-000", "one-001", "two")
    ]
    write_corpus(tmp_path / "anna", recordings)
    table = actor_table(load(tmp_path, ["anna"]), {"bundled": None})
    assert [row[:2] for row in table.rows] == [
        ("one", "bundled"), ("two", "bundled"), ("all", "bundled")
    ]  # fmt: skip
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_refusals_are_one_sentence(captured: np.ndarray, tmp_path: Path, capsys) -> None:
    sound = np.zeros(32000, np.float32)
    write_corpus(
        tmp_path / "anna", [Recording("a", sound, "a", "en", None, None, "train", curves=captured)]
    )
    assert main(["anna", "--cache", str(tmp_path)]) == 1
    assert main(["berta", "--cache", str(tmp_path)]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert "no captured curves held out" in errors[0]
    assert "berta" in errors[1]
