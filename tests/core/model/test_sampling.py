"""From 100 Hz to frames: interpolation, and closures that no frame may lose."""

from itertools import groupby

import numpy as np
import pytest

from model.channels import ARKIT_52, MOUTH_GROUP
from model.curves import Curves
from model.lip_seal import lip_opening
from model.sampling import LIDS, LIDS_SHUT, SEALED, nearest, sample_at

OPENERS = tuple(
    f"mouth{lip}{side}" for lip in ("LowerDown", "UpperUp") for side in ("Left", "Right")
)


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


def test_sample_at_interpolates_and_holds_the_ends() -> None:
    curves = Curves(("a",), 100.0, np.array([[0.0], [1.0], [0.5]], np.float32))
    assert sample_at(curves, [0.0, 0.005, 0.015, 9.0])[:, 0] == pytest.approx([0, 0.5, 0.75, 0.5])


@pytest.mark.parametrize("fps", [12, 24, 25, 29.97, 60])
def test_every_closure_has_a_frame(fps: float) -> None:
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


@pytest.mark.parametrize("fps", [12, 24, 29.97])
def test_every_blink_has_a_frame(fps: float) -> None:
    values = np.zeros((400, 52), np.float32)
    lids = [ARKIT_52.index("eyeBlinkLeft"), ARKIT_52.index("eyeBlinkRight")]
    at = np.arange(20, 380, 37)
    for row in at:
        values[row - 2 : row + 3, lids] = np.array([0.2, 0.5, 1.0, 0.5, 0.2])[:, None]
    times = np.arange(0, 4, 1 / fps)
    sampled = sample_at(Curves(ARKIT_52, 100.0, values), times)[:, lids[0]]
    for row in at:
        assert sampled[np.argmin(np.abs(times - row / 100))] >= 0.9


@pytest.mark.parametrize(
    ("times", "shut"),
    [
        ([1.004], [True]),
        ([1.006], [False]),
        ([0.985, 1.025], [True, False]),
        ([0.94, 0.975, 1.015], [False, False, True]),
        ([0.9, 0.93, 0.97], [False, False, False]),
        ([1.03, 1.06], [False, False]),
    ],
)
def test_closure_lands_within_half_a_frame(times: list[float], shut: list[bool]) -> None:
    sampled = sample_at(curves_with_closures([1.0], width=0.0), times)
    assert (lip_opening(ARKIT_52, sampled) < SEALED).tolist() == shut


def restless(seed: int) -> Curves:
    """Lips and lids that shut and open at random, for a row or many."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.0, 0.3, (300, 52)).astype(np.float32)
    wander = np.convolve(rng.normal(size=304), [0.2, 0.3, 0.3, 0.2], "valid")[:300]
    values[:, ARKIT_52.index("jawOpen")] = np.maximum(0.06 + 0.1 * wander, 0.0)
    values[:, ARKIT_52.index("mouthClose")] = 0.0
    values[:, [ARKIT_52.index(name) for name in OPENERS]] = 0.0
    for lid in LIDS:
        values[:, ARKIT_52.index(lid)] = np.clip(1.2 - 3 * rng.random(300), 0.0, 0.8)
    return Curves(ARKIT_52, 100.0, values)


def sampled_one_by_one(curves: Curves, times: np.ndarray) -> np.ndarray:
    """What sample_at says it does, closure for closure and frame for frame."""
    rows = np.arange(len(curves.values)) / curves.rate
    made = np.stack([np.interp(times, rows, column) for column in curves.values.T], axis=1)
    reach = 0.5 * np.median(np.diff(times)) + 1e-9
    widest = max(curves.column(lid).max() for lid in LIDS)

    def lids(values: np.ndarray) -> np.ndarray:
        return 1.0 - values[:, [ARKIT_52.index(lid) for lid in LIDS]].max(axis=1) / widest

    def lips(values: np.ndarray) -> np.ndarray:
        return lip_opening(ARKIT_52, values)

    for opening, bound, group in ((lips, SEALED, MOUTH_GROUP), (lids, LIDS_SHUT, LIDS)):
        gaps = opening(curves.values)
        columns = [ARKIT_52.index(name) for name in group]
        for shut, run in groupby(range(len(gaps)), key=lambda row: bool(gaps[row] < bound)):
            if not shut:
                continue
            closure = list(run)
            near = [
                frame
                for frame, time in enumerate(times)
                if rows[closure[0]] - reach <= time <= rows[closure[-1]] + reach
            ]
            if any(opening(made[[frame]])[0] < bound for frame in near):
                continue
            deepest = min(closure, key=lambda row: gaps[row])
            frame = min(range(len(times)), key=lambda one: abs(times[one] - rows[deepest]))
            if frame in near:
                made[frame, columns] = curves.values[deepest, columns]
    return made


@pytest.mark.parametrize("fps", [9, 12, 24, 25, 29.97, 60])
@pytest.mark.parametrize("seed", range(4))
def test_sample_at_equals_a_plain_implementation(fps: float, seed: int) -> None:
    curves = restless(seed)
    times = np.arange(-0.1, 3.1, 1 / fps)
    expected = sampled_one_by_one(curves, times)
    assert np.abs(sample_at(curves, times) - expected).max() < 1e-5
    uneven = np.sort(np.random.default_rng(seed).uniform(0.0, 2.8, round(2.8 * fps)))
    assert np.abs(sample_at(curves, uneven) - sampled_one_by_one(curves, uneven)).max() < 1e-5


@pytest.mark.parametrize(
    ("when", "index"), [(-9.0, 0), (0.5, 0), (0.6, 1), (1.75, 1), (1.8, 2), (2.5, 2), (9.0, 2)]
)
def test_nearest_prefers_the_earlier_of_two(when: float, index: int) -> None:
    assert nearest(np.array([0.0, 1.0, 2.5]), when) == index
    assert nearest(np.array([0.0, 1.0]), when) == min(index, 1)
    assert nearest(np.array([1.0]), when) == 0


def test_sample_at_without_rows_or_times() -> None:
    empty = Curves(("a",), 100.0, np.zeros((0, 1), np.float32))
    assert sample_at(empty, [0.0, 1.0]).shape == (2, 1)
    assert sample_at(curves_with_closures([1.0]), []).shape == (0, 52)
