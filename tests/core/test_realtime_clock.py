"""When each sample of the stream was heard, whatever comes late, jittered or not at all."""

import numpy as np
import pytest
from a2f.blender_audio2face.realtime.clock import Placement, Timeline

RATE, SIZE = 48000, 960


def run(blocks: int, seconds_of, missing=()) -> tuple[Timeline, int, int]:
    """A timeline after some blocks; with samples of silence and samples skipped."""
    timeline, silence, skipped = Timeline(RATE), 0, 0
    for index in range(blocks):
        if index in missing:
            continue
        placement = timeline.place(SIZE, seconds_of(index))
        timeline.advance(placement.silence + SIZE - placement.skip)
        silence, skipped = silence + placement.silence, skipped + placement.skip
    return timeline, silence, skipped


def test_a_steady_source_is_simply_counted() -> None:
    timeline, silence, skipped = run(50, lambda i: 7.0 + i * 0.02)
    assert (silence, skipped) == (0, 0)
    assert timeline.heard_at(0) == pytest.approx(7.0)
    assert timeline.heard_at(24000) == pytest.approx(7.5)
    assert timeline.expected == pytest.approx(8.0)


def test_missing_blocks_are_filled() -> None:
    timeline, silence, skipped = run(50, lambda i: i * 0.02, missing={7, 20, 21})
    assert (silence, skipped) == (3 * SIZE, 0)
    assert timeline.heard_at(40 * SIZE) == pytest.approx(0.8)


def test_a_block_that_is_late_has_lost_its_place() -> None:
    timeline, _, _ = run(10, lambda i: i * 0.02)
    assert timeline.place(SIZE, 0.1) == Placement(0, SIZE)
    assert timeline.place(SIZE, 0.185) == Placement(0, 720)


def test_jitter_neither_moves_the_clock_nor_makes_gaps() -> None:
    rng = np.random.default_rng(1)
    off = rng.uniform(-0.009, 0.009, 3000)
    timeline, silence, skipped = run(3000, lambda i: i * 0.02 + off[i])
    assert (silence, skipped) == (0, 0)
    assert timeline.expected == pytest.approx(60.0, abs=0.003)


@pytest.mark.parametrize("error", [-3e-4, 1e-4])
def test_a_sound_card_that_is_too_fast_or_slow_is_followed(error: float) -> None:
    timeline, silence, skipped = run(20000, lambda i: i * 0.02 * (1 + error))
    assert (silence, skipped) == (0, 0)
    assert timeline.expected == pytest.approx(400 * (1 + error), abs=0.001)


@pytest.mark.parametrize(
    ("size", "within", "beyond"),
    [(96, 0.005, 0.0055), (960, 0.01, 0.0105), (9600, 0.04, 0.041), (48000, 0.04, 0.041)],
)
def test_how_early_or_late_a_block_may_be_follows_its_length(
    size: int, within: float, beyond: float
) -> None:
    for late in (within, -within):
        timeline = Timeline(RATE)
        timeline.place(size, 0.0)
        assert timeline.place(size, late) == Placement(0, 0)
    assert timeline.place(size, beyond).silence > 0
    assert timeline.place(size, -beyond).skip > 0


def test_up_to_two_seconds_are_a_gap() -> None:
    for late, expected in ((2.0, Placement(2 * RATE, 0)), (-2.0, Placement(0, SIZE))):
        timeline = Timeline(RATE)
        timeline.place(SIZE, 0.0)
        assert timeline.place(SIZE, late) == expected


def test_each_sample_keeps_the_clock_it_was_heard_by() -> None:
    timeline, _, _ = run(200, lambda i: i * 0.02 + (1000.0 if i >= 2 else 0.0))
    assert timeline.heard_at(0) == pytest.approx(0.0)
    assert timeline.heard_at(1.5 * SIZE) == pytest.approx(0.03)
    assert timeline.heard_at(2 * SIZE) == pytest.approx(1000.04)
    assert timeline.heard_at(100.5 * SIZE) == pytest.approx(1002.01)


def test_samples_too_old_to_be_remembered_are_as_long_as_later_ones() -> None:
    timeline, _, _ = run(600, lambda i: i * 0.02 + 1000.0 * ((i >= 2) + (i >= 500)))
    assert timeline.heard_at(0) == pytest.approx(1000.0)


@pytest.mark.parametrize("seconds", [500.0, 2.3, -1.9, -500.0])
def test_a_clock_that_jumps_is_believed(seconds: float) -> None:
    timeline, _, _ = run(10, lambda i: i * 0.02)
    assert timeline.place(SIZE, seconds) == Placement(0, 0)
    timeline.advance(SIZE)
    assert timeline.expected == pytest.approx(seconds + 0.02)
