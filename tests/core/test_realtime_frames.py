"""Frames waiting to be shown."""

import threading

import numpy as np
import pytest
from a2f.blender_audio2face.realtime.frames import Frame, FrameStore
from a2f.model.channels import ARKIT_52

JAW, CLOSE = ARKIT_52.index("jawOpen"), ARKIT_52.index("mouthClose")


def frame(seconds: float, opening: float) -> Frame:
    values = np.zeros(52, np.float32)
    values[JAW] = 0.5
    values[CLOSE] = 0.5 - opening
    return Frame(seconds, values)


def store_that_shows(opening: float | None) -> FrameStore:
    """None for one that shows nothing yet."""
    store = FrameStore(ARKIT_52)
    if opening is not None:
        store.push([frame(0.0, opening)])
        store.due(0.0)
    return store


def gap(shown: Frame | None) -> float:
    return float(shown.values[JAW] - shown.values[CLOSE])


def test_a_frame_is_due_after_the_delay_and_stays_until_the_next() -> None:
    store = FrameStore(ARKIT_52, delay=0.25)
    store.push([frame(1.0, 0.2), frame(1.01, 0.3)])
    assert store.due(1.249) is None
    assert store.due(1.2501).seconds == 1.0
    assert store.due(1.255).seconds == 1.0
    assert store.due(9.0).seconds == 1.01
    assert store.due(9.0).seconds == 1.01


def test_what_is_cleared_is_not_shown() -> None:
    store = FrameStore(ARKIT_52)
    store.push([frame(1.0, 0.2), frame(2.0, 0.3)])
    assert store.due(1.0).seconds == 1.0
    store.clear()
    assert store.due(9.0) is None


def test_a_closure_that_is_passed_over_lands_on_the_next_frame_shown() -> None:
    store = FrameStore(ARKIT_52)
    store.push([frame(0.00, 0.3), frame(0.01, 0.3), frame(0.02, 0.0), frame(0.03, 0.3)])
    assert gap(store.due(0.0)) > 0.2
    landed = store.due(0.035)
    assert landed.seconds == 0.03
    assert gap(landed) < 0.01
    store.push([frame(0.04, 0.3)])
    assert gap(store.due(0.05)) > 0.2


@pytest.mark.parametrize(
    ("shown", "passed"),
    [
        (None, [0.0, 0.3]),
        (0.3, [0.0, 0.3]),
        (0.3, [0.0, 0.0, 0.3]),
        (0.3, [0.3, 0.3, 0.0, 0.3, 0.3]),
        (0.0, [0.3, 0.0, 0.3]),
        (0.0, [0.0, 0.3, 0.0, 0.3]),
    ],
)
def test_a_closure_that_no_frame_showed_lands(shown: float | None, passed: list[float]) -> None:
    store = store_that_shows(shown)
    frames = [frame(0.01 * (1 + i), opening) for i, opening in enumerate(passed)]
    for one in frames:
        one.values[ARKIT_52.index("browInnerUp")] = one.seconds
    store.push(frames)
    landed = store.due(1.0)
    assert gap(landed) < 0.01
    assert landed.values[ARKIT_52.index("browInnerUp")] == np.float32(landed.seconds)
    assert landed.seconds == frames[-1].seconds


@pytest.mark.parametrize("passed", [[0.0, 0.3], [0.0, 0.0, 0.3], [0.0, 0.3, 0.3, 0.3]])
def test_a_closure_that_was_shown_does_not_last_longer(passed: list[float]) -> None:
    store = store_that_shows(0.0)
    store.push(frame(0.01 * (1 + i), opening) for i, opening in enumerate(passed))
    assert gap(store.due(1.0)) > 0.2


def test_lips_that_are_shut_are_shown_as_they_are() -> None:
    store = FrameStore(ARKIT_52)
    store.push([frame(0.0, 0.3), frame(0.01, 0.0), frame(0.02, 0.03)])
    assert gap(store.due(1.0)) > 0.02


def test_a_closure_long_past_does_not_land() -> None:
    store = FrameStore(ARKIT_52)
    store.push([frame(0.0, 0.0), *(frame(0.01 * i, 0.3) for i in range(1, 20))])
    assert gap(store.due(1.0)) > 0.2


def test_a_clock_that_went_back_starts_anew() -> None:
    store = FrameStore(ARKIT_52)
    store.push([frame(100.0, 0.3), frame(100.01, 0.3)])
    store.push([frame(1.0, 0.3)])
    assert store.due(2.0).seconds == 1.0
    store.push([frame(3.0, 0.3), frame(3.02, 0.3), frame(3.01, 0.3)])
    assert store.due(3.005).seconds == 1.0
    assert store.due(3.015).seconds == 3.01


def test_of_two_frames_of_one_instant_the_later_counts() -> None:
    store = FrameStore(ARKIT_52)
    store.push([frame(1.0, 0.0), frame(1.0, 0.3)])
    assert gap(store.due(1.0)) > 0.2


def test_names_without_a_mouth_are_shown_as_they_are() -> None:
    store = FrameStore(("headPitch",))
    store.push([Frame(0.0, np.ones(1, np.float32)), Frame(0.1, np.zeros(1, np.float32))])
    assert store.due(1.0).values[0] == 0.0


def test_it_is_bounded_and_threads_may_share_it() -> None:
    store = FrameStore(ARKIT_52)

    def push() -> None:
        store.push(frame(0.01 * i, 0.3) for i in range(5000))

    thread = threading.Thread(target=push)
    thread.start()
    seen = [store.due(0.01 * i) for i in range(5000)]
    thread.join()
    assert len(store._waiting) <= 1024
    times = [one.seconds for one in seen if one is not None]
    assert times == sorted(times)
