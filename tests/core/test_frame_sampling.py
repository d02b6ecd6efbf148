"""Frames of rows that come in pieces: those of sample_at, with a fixed delay."""

import numpy as np
import pytest

from model.channels import ARKIT_52
from model.curves import Curves
from model.frame_sampling import FrameSampler
from model.sampling import SEALED, sample_at

JAW, CLOSE = ARKIT_52.index("jawOpen"), ARKIT_52.index("mouthClose")
LIDS = [ARKIT_52.index("eyeBlinkLeft"), ARKIT_52.index("eyeBlinkRight")]


def talking(seed: int, count: int = 1500) -> Curves:
    """Random rows with many short closures, some long ones, and a few blinks."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.0, 0.3, (count, 52)).astype(np.float32)
    values[:, JAW] = rng.uniform(0.3, 0.6, count)
    values[:, CLOSE] = 0.0
    row = 0
    while row < count:
        length = int(rng.choice([1, 1, 2, 3, 5, 30]))
        jaw = values[row : row + length, JAW]
        values[row : row + length, CLOSE] = jaw - rng.uniform(0, 0.5 * SEALED, len(jaw))
        values[row : row + length, 10:40] *= 0.01
        values[row : row + length, JAW] = jaw
        row += length + int(rng.choice([1, 2, 4, 9, 25]))
    values[:, LIDS] = 0.0
    for number, row in enumerate(rng.integers(0, count, 12)):
        values[row : row + 2, LIDS if number % 3 else LIDS[:1]] = 1.0
    return Curves(ARKIT_52, 100.0, values)


@pytest.mark.parametrize("fps", [12.0, 23.976, 24.0, 25.0, 30.0, 59.94, 60.0, 100.0])
@pytest.mark.parametrize("seed", range(4))
def test_pieces_give_what_the_whole_gives(fps: float, seed: int) -> None:
    curves = talking(seed, 1500 + seed)
    sampler = FrameSampler(ARKIT_52, fps)
    cuts = np.cumsum(np.random.default_rng(seed).choice([0, 1, 2, 7, 10, 60], 1000))
    pieces = np.split(curves.values, cuts[cuts < len(curves.values)])
    frames = np.concatenate([*(sampler.push(piece) for piece in pieces), sampler.finish()])
    times = np.arange(len(frames)) / fps
    assert len(frames) == int((len(curves.values) - 1) / 100 * fps + 1e-9) + 1
    assert np.abs(frames - sample_at(curves, times)).max() < 1e-5


@pytest.mark.parametrize("widest", [0.5, 0.8])
def test_lids_are_shut_where_they_reach_their_own_widest_blink(widest: float) -> None:
    curves = talking(5)
    curves.values[:, LIDS] *= widest
    sampler = FrameSampler(ARKIT_52, 12.0, widest_blink=widest)
    frames = np.concatenate([sampler.push(curves.values), sampler.finish()])
    wanted = sample_at(curves, np.arange(len(frames)) / 12.0)
    assert np.abs(frames - wanted).max() < 1e-5
    assert (wanted[:, LIDS[0]] == np.float32(widest)).sum() > 5


def test_all_frames_that_are_certain_come_at_once() -> None:
    curves = Curves(("headPitch",), 100.0, np.zeros((1000, 1), np.float32))
    assert len(FrameSampler(curves.names, 100.0).push(curves.values)) == 1000
    assert len(FrameSampler(curves.names, 25.0).push(curves.values)) == 250


@pytest.mark.parametrize(
    ("fps", "stated"), [(24.0, 0.05), (25.0, 0.04), (30.0, 0.04), (60.0, 0.0233), (100.0, 0.01)]
)
def test_each_frame_comes_within_the_delay(fps: float, stated: float) -> None:
    curves = talking(7)
    sampler = FrameSampler(ARKIT_52, fps)
    assert sampler.delay == pytest.approx(stated, abs=1e-4)
    given = 0
    for index, row in enumerate(curves.values):
        given += len(sampler.push(row[None]))
        assert index / 100 - given / fps <= sampler.delay + 1e-9
    assert len(sampler._window.rows) < 20


def test_a_closure_between_frames_lands_where_plain_sampling_loses_it() -> None:
    values = np.zeros((100, 52), np.float32)
    values[:, JAW] = 0.5
    values[52, CLOSE] = 0.5
    sampler = FrameSampler(ARKIT_52, 24.0)
    frames = np.concatenate([sampler.push(values), sampler.finish()])
    gaps = frames[:, JAW] - frames[:, CLOSE]
    assert np.flatnonzero(gaps < SEALED).tolist() == [12]


def test_names_without_a_mouth_are_interpolated() -> None:
    sampler = FrameSampler(("headPitch",), 40.0)
    rows = np.arange(50, dtype=np.float32)[:, None]
    frames = np.concatenate([sampler.push(rows), sampler.finish()])
    assert np.allclose(frames[:, 0], 2.5 * np.arange(20), atol=1e-4)
    assert len(FrameSampler(ARKIT_52, 24.0).finish()) == 0
