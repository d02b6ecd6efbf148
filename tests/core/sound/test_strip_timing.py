"""Which frames are keyed for a strip, and the same placement among other frames."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.keys.frame_ranges import Part, requested_ranges
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming


def strip(left: int, right: int, fps: float = 24.0, warp=None) -> StripTiming:
    return StripTiming(fps, left, 3.0, 0.1, left, right, warp)


@pytest.mark.parametrize(
    ("left", "rest"), [(-8, -11), (-1, -4), (0, None), (1, 0), (2, 0), (3, 0), (4, 1), (25, 22)]
)
def test_strip_that_begins_at_0_or_later_has_no_key_before_0(left: int, rest: int | None) -> None:
    timing = strip(left, left + 24)
    before = timing.frames[timing.frames < left]
    assert before.tolist() == ([] if rest is None else [rest])
    assert len(timing.times) == len(timing.weights) == len(timing.frames)
    assert timing.weights[len(before)] == 1.0
    assert timing.weights[: len(before)].tolist() == [0.0] * len(before)
    ranges = requested_ranges("a", timing)
    assert [each.start for each in ranges if each.part is Part.LEAD_IN] == before.tolist()
    assert min(each.start for each in ranges) == timing.frames[0]


@pytest.mark.parametrize(("shift", "stretch"), [(0.0, 0.5), (0.0, 2.0), (-200.0, 0.96), (7.5, 1.0)])
@pytest.mark.parametrize("is_retimed", [False, True])
def test_mapped_placement_plays_the_same_at_each_instant(
    shift: float, stretch: float, is_retimed: bool
) -> None:
    warp = tuple(np.linspace(0.2, 5.0, 97).tolist()) if is_retimed else None
    timing = strip(10, 106, warp=warp)
    mapped = timing.mapped(shift, stretch)
    frames = np.arange(10, 106, 0.25)
    before = [timing.source_time(frame) for frame in frames]
    after = [mapped.source_time((frame + shift) * stretch) for frame in frames]
    assert after == pytest.approx(before, abs=0.03 if is_retimed else 1e-9)
    assert mapped.left_handle <= (10 + shift) * stretch < mapped.left_handle + 1
    assert mapped.right_handle - 1 < (106 + shift) * stretch <= mapped.right_handle
