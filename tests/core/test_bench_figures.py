"""Medians, ratios, exponents and break-evens of measured figures."""

from pathlib import Path

import numpy as np
import pytest

from tools.bench.break_even import Runtime, break_even, constants, runtime
from tools.bench.figures import Figures, Row, exponent, read_figures, span, write_figures


def rows(stage: str, seconds: float, *walls: float) -> list[Row]:
    return [Row(stage, seconds, {"wall": wall, "cpu": 2 * wall, "memory": 10}) for wall in walls]


@pytest.fixture
def figures() -> Figures:
    return Figures(
        {"Cores": "2"},
        [
            *rows("numpy_start", 0.0, 0.1),
            *rows("torch_start", 0.0, 2.1),
            *rows("numpy", 5.0, 9.0, 1.0, 2.0),
            *rows("numpy", 60.0, 13.0),
            *rows("torch", 5.0, 4.0, 2.0),
            *rows("torch", 60.0, 8.5),
        ],
    )


def test_a_median_is_of_the_repeats(figures: Figures) -> None:
    assert figures.median("numpy", 5.0, "wall") == 2.0
    assert figures.median("torch", 5.0, "cpu") == 6.0
    assert figures.median("cuda", 5.0, "wall") is None
    assert figures.median("torch", 5.0, "card") is None
    assert span(figures.values("numpy", 5.0, "wall")) == (1.0, 9.0)


def test_a_ratio_is_of_the_medians(figures: Figures) -> None:
    assert figures.ratio("numpy", "torch", 5.0, "wall") == pytest.approx(2.0 / 3.0)
    assert figures.ratio("numpy", "cuda", 5.0, "wall") is None
    assert figures.lengths("torch") == [5.0, 60.0]


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_an_exponent_is_the_power_of_the_length(power: float) -> None:
    lengths = np.array([5.0, 60.0, 600.0])
    assert exponent(lengths, 3.0 * lengths**power) == pytest.approx(power)


def test_growth_is_from_the_shortest_length_on() -> None:
    figures = Figures(
        {}, [*rows("bake", 5.0, 50.0), *rows("bake", 60.0, 6.0), *rows("bake", 600.0, 600.0)]
    )
    assert figures.growth("bake", "wall", 60.0) == pytest.approx(2.0)
    assert figures.growth("bake", "wall", 600.0) is None


def test_runtimes_break_even_where_both_take_the_same(figures: Figures) -> None:
    numpy, torch = runtime(figures, "numpy"), runtime(figures, "torch")
    assert numpy == Runtime(0.1, pytest.approx(0.2))
    assert torch == Runtime(2.1, pytest.approx(0.1))
    even = break_even(numpy, torch)
    assert numpy.start + even * numpy.second == pytest.approx(torch.start + even * torch.second)
    assert break_even(torch, numpy) is None
    assert break_even(torch, Runtime(0.0, 0.05)) == 0.0
    assert constants(numpy, Runtime(5.0, 0.001, 1.5)) == {
        "NUMPY_SPEED": 5.0,
        "TORCH_IMPORT_SECONDS": 1.5,
        "GPU_START_SECONDS": 3.5,
        "GPU_SPEED": 1000.0,
    }
    assert runtime(figures, "cuda") is None


def test_figures_come_back_from_a_file(figures: Figures, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    write_figures(path, [figures, Figures()])
    assert read_figures(path) == [figures, Figures()]
