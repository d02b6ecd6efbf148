"""Clocks of live sound: blocks that are late, jittered or missing."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.realtime.stream_clock import ArrivalClock, Placement, StreamClock

RATE, SIZE = 48000, 960


def run(blocks: int, seconds_of, missing=()) -> tuple[StreamClock, int, int]:
    """A clock after some blocks; with samples of silence and samples skipped."""
    clock, silence, skipped = StreamClock(RATE), 0, 0
    for index in range(blocks):
        if index in missing:
            continue
        placement = clock.place(SIZE, seconds_of(index))
        clock.advance(placement.silence + SIZE - placement.skip)
        silence, skipped = silence + placement.silence, skipped + placement.skip
    return clock, silence, skipped


def test_steady_blocks_are_counted() -> None:
    clock, silence, skipped = run(50, lambda i: 7.0 + i * 0.02)
    assert (silence, skipped) == (0, 0)
    assert clock.seconds_at(0) == pytest.approx(7.0)
    assert clock.seconds_at(24000) == pytest.approx(7.5)
    assert clock.expected == pytest.approx(8.0)


def test_missing_blocks_become_silence() -> None:
    clock, silence, skipped = run(50, lambda i: i * 0.02, missing={7, 20, 21})
    assert (silence, skipped) == (3 * SIZE, 0)
    assert clock.seconds_at(40 * SIZE) == pytest.approx(0.8)


def test_late_block_is_skipped() -> None:
    clock, _, _ = run(10, lambda i: i * 0.02)
    assert clock.place(SIZE, 0.1) == Placement(0, SIZE)
    assert clock.place(SIZE, 0.185) == Placement(0, 720)


def test_jitter_makes_no_gaps() -> None:
    rng = np.random.default_rng(1)
    off = rng.uniform(-0.009, 0.009, 3000)
    clock, silence, skipped = run(3000, lambda i: i * 0.02 + off[i])
    assert (silence, skipped) == (0, 0)
    assert clock.expected == pytest.approx(60.0, abs=0.003)


@pytest.mark.parametrize("error", [-3e-4, 1e-4])
def test_drift_of_sound_card_is_followed(error: float) -> None:
    clock, silence, skipped = run(20000, lambda i: i * 0.02 * (1 + error))
    assert (silence, skipped) == (0, 0)
    assert clock.expected == pytest.approx(400 * (1 + error), abs=0.001)


@pytest.mark.parametrize(
    ("size", "within", "beyond"),
    [(96, 0.005, 0.0055), (960, 0.01, 0.0105), (9600, 0.04, 0.041), (48000, 0.04, 0.041)],
)
def test_tolerance_grows_with_block_length(size: int, within: float, beyond: float) -> None:
    for late in (within, -within):
        clock = StreamClock(RATE)
        clock.place(size, 0.0)
        assert clock.place(size, late) == Placement(0, 0)
    assert clock.place(size, beyond).silence > 0
    assert clock.place(size, -beyond).skip > 0


def test_past_samples_keep_their_time() -> None:
    clock, _, _ = run(200, lambda i: i * 0.02 + (1000.0 if i >= 2 else 0.0))
    assert clock.seconds_at(0) == pytest.approx(0.0)
    assert clock.seconds_at(1.5 * SIZE) == pytest.approx(0.03)
    assert clock.seconds_at(2 * SIZE) == pytest.approx(1000.04)
    assert clock.seconds_at(100.5 * SIZE) == pytest.approx(1002.01)


def test_forgotten_samples_are_extrapolated() -> None:
    clock, _, _ = run(600, lambda i: i * 0.02 + 1000.0 * ((i >= 2) + (i >= 500)))
    assert clock.seconds_at(0) == pytest.approx(1000.0)


@pytest.mark.parametrize(
    ("late", "expected"), [(2.0, Placement(2 * RATE, 0)), (-2.0, Placement(0, SIZE))]
)
def test_two_seconds_are_still_a_gap(late: float, expected: Placement) -> None:
    clock = StreamClock(RATE)
    clock.place(SIZE, 0.0)
    assert clock.place(SIZE, late) == expected


@pytest.mark.parametrize("seconds", [500.0, 2.3, -1.9, -500.0])
def test_jump_of_the_clock_is_accepted(seconds: float) -> None:
    clock, _, _ = run(10, lambda i: i * 0.02)
    assert clock.place(SIZE, seconds) == Placement(0, 0)
    clock.advance(SIZE)
    assert clock.expected == pytest.approx(seconds + 0.02)


def test_arrivals_without_measured_times_find_the_clock() -> None:
    clock = ArrivalClock(48000, 0.01)
    rng = np.random.default_rng(0)
    off = []
    for index in range(3000):
        true = 5.0 + index * 0.02 * 1.0001
        arrival = true + 0.03 + rng.exponential(0.02)
        off.append(clock.seconds(960, arrival, None, False) - true)
    assert max(np.abs(off[200:])) < 0.005


def test_impossible_measured_time_is_ignored() -> None:
    clock = ArrivalClock(48000, 0.01)
    assert clock.seconds(960, 10.03, 10.0, False) == 10.0
    assert clock.seconds(960, 10.05, 77.0, False) == pytest.approx(10.02)
    assert clock.seconds(960, 10.07, 10.04, False) == pytest.approx(10.04, abs=1e-4)
    assert clock.seconds(960, 10.57, None, True) == pytest.approx(10.54, abs=1e-4)
