"""Which frames are baked from which strip."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.keys.frame_ranges import (
    FrameRange,
    Part,
    allowed_ranges,
    covered,
    frames_of,
    lies_in,
    of_strips,
    rebaked,
    requested_ranges,
    runs,
    within,
)
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming

A, B = FrameRange("a", 1, 100), FrameRange("b", 150, 200)


def parts(strip: str, left: int, right: int, fps: float = 24.0) -> tuple[FrameRange, ...]:
    """The ranges a strip requests: at 24 fps 3 frames of lead-in, 8 of release."""
    return requested_ranges(strip, StripTiming(fps, 1, 0, 0.0, left, right))


def record_of(*bakes: tuple[FrameRange, ...]) -> tuple[FrameRange, ...]:
    """The ranges after some strips were baked in turn."""
    record = ()
    for requested in bakes:
        record = rebaked(record, allowed_ranges(record, requested))
    return record


def test_strips_side_by_side_are_both_kept() -> None:
    assert rebaked((B,), (A,)) == (A, B)


def test_baking_again_replaces_the_strips_own_ranges() -> None:
    moved = parts("a", 300, 400)
    assert record_of(parts("a", 1, 100), (B,), moved) == (B, *moved)


def test_overlap_belongs_to_the_later_bake() -> None:
    assert rebaked((A,), (FrameRange("b", 50, 150),)) == (
        FrameRange("a", 1, 50),
        FrameRange("b", 50, 150),
    )
    assert rebaked((A,), (FrameRange("b", 0, 100),)) == (FrameRange("b", 0, 100),)
    middle = FrameRange("b", 40, 60)
    assert rebaked((A,), (middle,)) == (FrameRange("a", 1, 40), middle, FrameRange("a", 60, 100))


def test_speech_is_allowed_whole_over_other_speech() -> None:
    speech = parts("b", 50, 120)[1]
    assert allowed_ranges((A,), (speech,)) == (speech,)


def test_ranges_of_some_strips_are_found() -> None:
    assert of_strips((A, B, FrameRange("a", 300, 400)), {"a"}) == (A, FrameRange("a", 300, 400))


def test_frames_in_ranges_are_found() -> None:
    frames = np.array([0.0, 1.0, 99.5, 100.0, 149.0, 150.0, 199.0, 200.0])
    assert frames[lies_in(frames, (A, B))].tolist() == [1.0, 99.5, 150.0, 199.0]


def test_touching_ranges_are_one_run() -> None:
    assert runs((FrameRange("a", 20, 28), FrameRange("b", 40, 50), FrameRange("a", 10, 20))) == (
        (10, 28),
        (40, 50),
    )
    late = (
        FrameRange("c", 40, 50),
        FrameRange("a", 0, 10),
        FrameRange("b", 45, 60),
        FrameRange("b", 60, 61),
    )
    assert runs(late) == ((0, 10), (40, 61))
    assert runs((*late, FrameRange("d", 42, 44))) == ((0, 10), (40, 61))


def test_lead_in_covers_the_frames_up_to_its_speech() -> None:
    lead_in, *rest = parts("a", 10, 20)
    assert covered((lead_in, B, *rest)) == (FrameRange("a", 7, 10, Part.LEAD_IN), B, *rest)
    beside = parts("a", 10, 20, fps=10.0)
    assert covered(beside) == beside


def test_ranges_are_cut_to_a_preview_range() -> None:
    assert within(parts("a", 10, 20), 12, 22) == (
        FrameRange("a", 12, 20, Part.SPEECH),
        FrameRange("a", 20, 22, Part.RELEASE),
    )
    assert within(parts("a", 10, 20), 20, 60) == (FrameRange("a", 20, 28, Part.RELEASE),)
    assert within(parts("a", 10, 20), 50, 60) == ()


def test_single_strip_has_lead_in_and_release() -> None:
    assert allowed_ranges((), parts("a", 10, 20)) == (
        FrameRange("a", 7, 8, Part.LEAD_IN),
        FrameRange("a", 10, 20, Part.SPEECH),
        FrameRange("a", 20, 28, Part.RELEASE),
    )
    assert frames_of(parts("a", 10, 20)).tolist() == [7, *range(10, 28)]


@pytest.mark.parametrize("gap", range(13))
def test_neighbours_share_the_gap_whichever_is_baked_first(gap: int) -> None:
    first, second = parts("a", 10, 40), parts("b", 40 + gap, 80)
    record = record_of(first, second)
    assert record == record_of(second, first) == record_of(first, second, first)
    owners = {(s.strip, s.part): frames_of((s,)).tolist() for s in record}
    assert owners["a", Part.SPEECH] == list(range(10, 40))
    assert owners["b", Part.SPEECH] == list(range(40 + gap, 80))
    assert owners.get(("a", Part.RELEASE), []) == list(range(40, 40 + min(gap, 8)))
    assert owners.get(("b", Part.LEAD_IN), []) == ([37 + gap] if gap >= 11 else [])


def test_release_ends_at_the_next_strip() -> None:
    assert record_of(parts("b", 22, 24), parts("a", 10, 20)) == (
        FrameRange("a", 7, 8, Part.LEAD_IN),
        FrameRange("a", 10, 20, Part.SPEECH),
        FrameRange("a", 20, 22, Part.RELEASE),
        FrameRange("b", 22, 24, Part.SPEECH),
        FrameRange("b", 24, 32, Part.RELEASE),
    )
