"""Reduction of keys: few keys for the same movement."""

from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.keys.keyframes import (
    Keys,
    closures,
    every_frame,
    groups,
    reduce_keys,
)
from a2f.blender_audio2face.core.keys.reduction import reduced, turning_points
from a2f.blender_audio2face.core.keys.slicing import sampled
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.model.audio_file import read_audio
from a2f.model.channels import MOUTH_GROUP
from a2f.model.runtime import choose_runtime
from a2f.model.sampling import sample_at
from hypothesis import given, settings
from hypothesis import strategies as st

SPEECH = Path(__file__).parents[2] / "data" / "surprise.flac"


@settings(max_examples=50, deadline=None, database=None, derandomize=True)
@given(
    column=st.lists(st.floats(-2.0, 2.0, width=32), max_size=60),
    tolerance=st.sampled_from([0.001, 0.01, 0.1]),
    anchored=st.sets(st.integers(0, 59), max_size=5),
)
def test_error_is_bounded_and_curves_hardly_overshoot(
    column: list[float], tolerance: float, anchored: set[int]
) -> None:
    frames = 3 + np.arange(len(column))
    anchors = np.isin(np.arange(len(column)), list(anchored))
    values = np.array(column, np.float32)
    keys = reduce_keys(frames, {"a": values}, tolerance, anchors)["a"]
    if len(column) == 0:
        assert len(keys.frames) == 0
        return
    assert np.abs(sampled(keys, frames)[0] - values).max() <= tolerance + 1e-6
    assert np.all(np.isin(keys.frames, frames))
    if np.ptp(values) > tolerance:
        assert np.all(np.isin(frames[anchors], keys.frames))
    fine = np.linspace(frames[0], frames[-1], 500)
    between = sampled(keys, fine)[0]
    left = np.clip(np.searchsorted(keys.frames, fine, side="right") - 1, 0, len(keys.frames) - 1)
    right = np.minimum(left + 1, len(keys.frames) - 1)
    low = np.minimum(keys.values[left], keys.values[right])
    high = np.maximum(keys.values[left], keys.values[right])
    beyond = 0.7 * tolerance + 1e-5
    assert np.all((between >= low - beyond) & (between <= high + beyond))


def test_curve_does_not_overshoot_into_a_closure() -> None:
    column = np.float32([0.4, 0.42, 0.38, 0.1, 0.0, 0.0, 0.0, 0.12, 0.3, 0.35])
    frames = np.arange(len(column))
    keys = reduce_keys(frames, {"jawOpen": column}, 0.05, column == 0.0)["jawOpen"]
    assert sampled(keys, np.linspace(3, 7, 200))[0].min() >= 0.0


def test_equal_columns_are_cached_and_different_ones_are_not() -> None:
    frames = np.arange(100)
    column = np.sin(frames / 9).astype(np.float32)
    anchors = np.arange(100) == 13

    def reduced_keys(frames=frames, column=column, tolerance=0.01, anchors=anchors) -> Keys:
        return reduce_keys(frames, {"a": column}, tolerance, anchors)["a"]

    assert reduced_keys() is reduced_keys()
    others = [
        reduced_keys(frames=frames + 1),
        reduced_keys(column=column + np.float32(0.1)),
        reduced_keys(tolerance=0.2),
        reduced_keys(anchors=None),
    ]
    assert all(other is not reduced_keys() for other in others)
    assert others[0].frames[0] == 1.0
    assert others[1].values[0] == pytest.approx(0.1)
    assert len(others[2].frames) < len(reduced_keys().frames)
    assert 13 in reduced_keys().frames


def test_uneven_frames_keep_the_bound() -> None:
    frames = np.array([-3, 0, 1, 2, 5, 9, 20])
    values = np.array([0, 0, 0.3, 0.4, 0.9, 0.2, 0.0], np.float32)
    keys = reduce_keys(frames, {"a": values}, 0.01, None)["a"]
    assert sampled(keys, frames)[0] == pytest.approx(values, abs=0.0101)


def test_still_column_needs_two_keys() -> None:
    still = np.full(500, 0.25, np.float32)
    keys = reduce_keys(np.arange(500), {"a": still}, 0.01, np.ones(500, bool))["a"]
    assert keys.frames.tolist() == [0, 499]


def test_peaks_are_keyed_with_level_handles() -> None:
    frames = np.arange(120)
    column = 0.5 - 0.5 * np.cos(2 * np.pi * frames / 24)
    keys = reduce_keys(frames, {"a": column}, 0.01, None)["a"]
    for peak in range(12, 120, 12):
        (place,) = np.flatnonzero(keys.frames == peak)
        assert keys.slopes[place] == 0.0
    assert len(keys.frames) < 120 / 3


def test_small_wiggles_are_no_turning_points() -> None:
    ramp = np.linspace(0, 1, 100)
    hill = np.concatenate([ramp, 1 - ramp])
    wiggly = hill + 0.01 * np.tile([0, 1], 100)
    columns = np.stack([wiggly[:100], wiggly[50:150], wiggly[100:]])
    turned, rows = np.nonzero(turning_points(columns, 0.05))
    assert turned.tolist() == [1]
    assert rows == pytest.approx([50], abs=2)


def test_evaluated_curve_is_a_bezier_with_handles_at_a_third() -> None:
    keys = Keys(np.array([10.0, 16.0]), np.float32([0.2, 0.8]), np.float32([0.1, -0.05]))
    control = np.array([0.2, 0.2 + 0.1 * 2, 0.8 + 0.05 * 2, 0.8])
    for t in (0.0, 0.25, 0.5, 1.0):
        weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3]
        assert sampled(keys, [10 + 6 * t])[0][0] == pytest.approx(control @ weights, abs=1e-6)
    assert sampled(keys, [0, 99])[0] == pytest.approx([0.2, 0.8])


def test_keys_on_every_frame_are_joined_by_lines() -> None:
    keys = every_frame([1, 2, 4], [0.0, 1.0, 0.0])
    assert keys.slopes is None
    assert sampled(keys, [1.5, 3])[0] == pytest.approx([0.5, 0.5])


def test_closures_are_anchored_at_start_lowest_and_end() -> None:
    opening = np.array([0.3, 0.02, 0.01, 0.0, 0.03, 0.2, 0.2, 0.01])
    values = np.stack([opening, np.zeros(8)], axis=1)
    anchors = closures(("jawOpen", "mouthClose"), values)
    assert np.flatnonzero(anchors).tolist() == [1, 3, 4, 7]
    assert not closures(("browInnerUp",), values[:, :1]).any()


def test_speech_needs_a_quarter_of_the_keys_at_24_fps() -> None:
    curves = shape(choose_runtime("numpy").predict(read_audio(SPEECH)), Dials())
    frames = np.arange(int(len(curves.values) * 0.24))
    at_frames = sample_at(curves, frames / 24)
    columns = dict(zip(curves.names, at_frames.T, strict=True))
    anchors = closures(curves.names, at_frames)
    keys = reduce_keys(frames, columns, anchors=anchors, anchored=MOUTH_GROUP)
    assert sum(len(each.frames) for each in keys.values()) <= at_frames.size / 4
    shown = np.stack([sampled(keys[name], frames)[0] for name in curves.names], axis=1)
    assert np.abs(shown - at_frames).max() <= 0.01


@settings(max_examples=12, deadline=None, database=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), length=st.integers(2, 40), tolerance=st.floats(0.01, 0.3))
def test_columns_reduced_together_equal_each_alone(
    seed: int, length: int, tolerance: float
) -> None:
    rng = np.random.default_rng(seed)
    columns = np.stack([np.round(rng.random(length), digits) for digits in (0, 1, 2, 3, 9)])
    frames = np.cumsum(rng.integers(1, 4, length)).astype(np.float64)
    anchors = rng.random(columns.shape) < 0.2
    together = reduced(frames, columns, tolerance, anchors)
    for index, (rows, slopes) in enumerate(together):
        own = slice(index, index + 1)
        ((rows_alone, slopes_alone),) = reduced(frames, columns[own], tolerance, anchors[own])
        assert np.array_equal(rows, rows_alone)
        assert np.array_equal(slopes, slopes_alone)


def test_anchors_apply_to_the_mouth_only() -> None:
    frames, column = np.arange(200), np.linspace(0, 1, 200)
    columns = {"jawOpen": column, "browInnerUp": column, "still": np.zeros(200)}
    anchors = np.isin(frames, [50, 51, 90])
    keys = reduce_keys(frames, columns, 0.01, anchors, {"jawOpen", "still"})
    assert list(keys) == list(columns)
    assert keys["jawOpen"].frames.tolist() == [0, 50, 51, 90, 199]
    assert keys["browInnerUp"].frames.tolist() == keys["still"].frames.tolist() == [0, 199]


@pytest.mark.parametrize("length", [0, 1, 1440, 1_000_000])
def test_groups_hold_every_name_once(length: int) -> None:
    names = tuple(range(52))
    made = list(groups(names, length))
    assert tuple(name for group in made for name in group) == names
    assert max(len(group) for group in made) * length <= max(length, 100_000)
