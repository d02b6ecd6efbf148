"""From 100 Hz to frames: interpolation, and closures that no frame may lose."""

import numpy as np
import pytest

from model.channels import ARKIT_52
from model.curves import Curves
from model.opening import lip_opening
from model.sampling import SEALED, sample_at


def curves_with_closures(at: list[float], seconds: float = 4.0, width: float = 0.02) -> Curves:
    """An open mouth that shuts for ``width`` seconds at the given times."""
    time = np.arange(round(seconds * 100)) / 100
    values = np.zeros((len(time), 52), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = 0.4
    close = np.zeros(len(time))
    for when in at:
        close = np.maximum(close, np.clip(1.0 - (np.abs(time - when) - width / 2) / 0.02, 0, 1))
    values[:, ARKIT_52.index("mouthClose")] = 0.4 * close
    return Curves(ARKIT_52, 100.0, values)


def test_interpolates_between_rows() -> None:
    curves = Curves(("a",), 100.0, np.array([[0.0], [1.0], [0.5]], np.float32))
    assert sample_at(curves, [0.0, 0.005, 0.015, 9.0])[:, 0] == pytest.approx([0, 0.5, 0.75, 0.5])


@pytest.mark.parametrize("fps", [12, 24, 25, 29.97, 60])
def test_every_closure_is_seen(fps: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        at = np.sort(rng.uniform(0.2, 3.8, 6))
        at = at[np.concatenate(([True], np.diff(at) > 0.2))]
        curves = curves_with_closures(list(at))
        times = np.arange(0, 4, 1 / fps)
        opening = lip_opening(ARKIT_52, sample_at(curves, times))
        for when in at:
            near = np.abs(times - when) <= 0.5 / fps + 0.02
            assert opening[near].min() < SEALED


def test_a_closure_that_a_frame_shows_is_left_alone() -> None:
    curves = curves_with_closures([1.0], width=0.2)
    times = np.arange(0, 4, 1 / 24)
    sampled = sample_at(curves, times)
    opening = lip_opening(ARKIT_52, sampled)
    assert np.flatnonzero(opening < SEALED) == pytest.approx(
        np.flatnonzero(np.abs(times - 1.0) < 0.11)
    )


def test_a_closure_is_not_taken_for_its_neighbour() -> None:
    curves = curves_with_closures([0.1, 0.19], width=0.0)
    times = np.arange(0, 4, 1 / 12)
    opening = lip_opening(ARKIT_52, sample_at(curves, times))
    assert np.flatnonzero(opening < SEALED).tolist() == [1, 2]


@pytest.mark.parametrize("fps", [12, 24, 29.97])
def test_every_blink_is_seen(fps: float) -> None:
    values = np.zeros((400, 52), np.float32)
    lids = [ARKIT_52.index("eyeBlinkLeft"), ARKIT_52.index("eyeBlinkRight")]
    at = np.arange(20, 380, 37)
    for row in at:
        values[row - 2 : row + 3, lids] = np.array([0.2, 0.5, 1.0, 0.5, 0.2])[:, None]
    times = np.arange(0, 4, 1 / fps)
    sampled = sample_at(Curves(ARKIT_52, 100.0, values), times)[:, lids[0]]
    for row in at:
        assert sampled[np.argmin(np.abs(times - row / 100))] >= 0.9


def test_empty() -> None:
    empty = Curves(("a",), 100.0, np.zeros((0, 1), np.float32))
    assert sample_at(empty, [0.0, 1.0]).shape == (2, 1)
    assert sample_at(curves_with_closures([1.0]), []).shape == (0, 52)
