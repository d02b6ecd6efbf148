"""Cutting keys to frame ranges, and blending them into another curve."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.keys.frame_ranges import (
    FrameRange,
    Part,
    allowed_ranges,
    requested_ranges,
)
from a2f.blender_audio2face.core.keys.keyframes import Keys
from a2f.blender_audio2face.core.keys.slicing import blend_from, clip_to_ranges, sampled
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming

BEZIER = Keys(
    np.array([0.0, 4.0, 10.0, 21.0]),
    np.array([0.0, 0.8, 0.1, 0.5], np.float32),
    np.array([0.0, 0.05, -0.1, 0.02], np.float32),
)
LINES = Keys(BEZIER.frames, BEZIER.values, None)


def test_sampled_curve_passes_through_its_keys_with_their_slopes() -> None:
    values, slopes = sampled(BEZIER, BEZIER.frames)
    assert values == pytest.approx(BEZIER.values)
    assert slopes == pytest.approx(BEZIER.slopes)
    near = 1e-6
    ahead, behind = (sampled(BEZIER, np.array([7.0 + d]))[0][0] for d in (near, -near))
    assert (ahead - behind) / (2 * near) == pytest.approx(sampled(BEZIER, np.array([7.0]))[1][0])


def test_sampled_lines_have_the_slope_of_the_next_segment() -> None:
    values, slopes = sampled(LINES, np.array([2.0, 4.0, 21.0]))
    assert values == pytest.approx([0.4, 0.8, 0.5])
    assert slopes == pytest.approx([0.2, -0.7 / 6, 0.4 / 11])


def test_sampled_curve_is_constant_outside_its_keys() -> None:
    for keys in (BEZIER, LINES):
        assert sampled(keys, np.array([-5.0, 40.0]))[0] == pytest.approx([0.0, 0.5])
    values, slopes = sampled(Keys(np.array([4.0]), np.array([0.3]), None), np.array([1.0, 9.0]))
    assert values == pytest.approx([0.3, 0.3])
    assert slopes.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("keys", [BEZIER, LINES])
@pytest.mark.parametrize("start,end", [(0, 22), (2, 15), (5, 8), (4, 11), (-9, 3), (11, 60)])
def test_clipped_curve_keeps_its_shape(keys: Keys, start: int, end: int) -> None:
    cut = clip_to_ranges(keys, (FrameRange("a", start, end),))
    assert np.all((cut.frames >= max(start, 0)) & (cut.frames < min(end, 22)))
    assert np.all(np.diff(cut.frames) > 0)
    frames = np.arange(max(start, 0), min(end, 22))
    assert sampled(cut, frames)[0] == pytest.approx(sampled(keys, frames)[0], abs=1e-6)


@pytest.mark.parametrize("keys", [BEZIER, LINES])
def test_curve_clipped_to_two_ranges_keeps_its_shape(keys: Keys) -> None:
    cut = clip_to_ranges(keys, (FrameRange("a", 0, 2), FrameRange("a", 5, 22)))
    for frames in (np.arange(0, 2), np.arange(5, 22)):
        assert sampled(cut, frames)[0] == pytest.approx(sampled(keys, frames)[0], abs=1e-6)


def test_curve_within_the_ranges_stays_itself() -> None:
    whole = (FrameRange("a", 0, 1, Part.LEAD_IN), FrameRange("a", 3, 22))
    assert clip_to_ranges(BEZIER, whole) is BEZIER


@pytest.mark.parametrize("slopes", [np.zeros(12, np.float32), None])
def test_blended_speech_starts_and_ends_on_the_other_curve(slopes: np.ndarray | None) -> None:
    requested = requested_ranges("a", StripTiming(24.0, 1, 0, 0.0, 10, 13))
    frames = np.array([7, *range(10, 21)], np.float64)
    keys = Keys(frames, np.array([0, *[0.5] * 3, *np.linspace(0.4, 0.1, 8)], np.float32), slopes)
    blended = blend_from(keys, requested, requested, lambda frame: frame / 100)
    assert blended.values[0] == pytest.approx(0.07)
    assert blended.values[-1] == pytest.approx(0.20)
    assert blended.values[1:4] == pytest.approx([0.5] * 3)
    assert np.all(np.diff(blended.values[3:]) < 0)
    assert keys.values[0] == 0


def test_blended_release_has_matching_slopes() -> None:
    requested = requested_ranges("a", StripTiming(24.0, 1, 0, 0.0, 10, 13))
    frames = np.arange(10.0, 21.0)
    slopes = np.full(11, 0.01, np.float32)
    blended = blend_from(
        Keys(frames, np.zeros(11, np.float32), slopes), requested, requested, lambda _: 0.8
    )

    def way(frame: np.ndarray) -> np.ndarray:
        u = np.clip((frame - 12) / 8, 0.0, 1.0)
        return 0.8 * u * u * (3 - 2 * u)

    assert blended.values == pytest.approx(way(frames), abs=1e-6)
    steepness = (way(frames + 1e-4) - way(frames - 1e-4)) / 2e-4
    assert blended.slopes == pytest.approx(0.01 + steepness, abs=1e-4)


def test_release_cut_by_a_neighbour_is_not_blended() -> None:
    requested = requested_ranges("a", StripTiming(24.0, 1, 0, 0.0, 10, 13))
    cut = allowed_ranges((FrameRange("b", 16, 30),), requested)
    keys = Keys(np.arange(10.0, 16.0), np.full(6, 0.5, np.float32), None)
    assert blend_from(keys, requested, cut, lambda _: 9.0).values == pytest.approx([0.5] * 6)
