"""Frames that wait until they are due."""

import threading

import numpy as np
import pytest
from a2f.blender_audio2face.core.realtime.frame_queue import Frame, FrameQueue
from a2f.model.channels import ARKIT_52

JAW, CLOSE = ARKIT_52.index("jawOpen"), ARKIT_52.index("mouthClose")


def frame(seconds: float, opening: float) -> Frame:
    values = np.zeros(52, np.float32)
    values[JAW] = 0.5
    values[CLOSE] = 0.5 - opening
    return Frame(seconds, values)


def queue_that_shows(opening: float | None) -> FrameQueue:
    """None for one that shows nothing yet."""
    queue = FrameQueue(ARKIT_52)
    if opening is not None:
        queue.push([frame(0.0, opening)])
        queue.due(0.0)
    return queue


def gap(shown: Frame | None) -> float:
    return float(shown.values[JAW] - shown.values[CLOSE])


def test_frame_is_due_after_delay_and_stays() -> None:
    queue = FrameQueue(ARKIT_52, delay=0.25)
    queue.push([frame(1.0, 0.2), frame(1.01, 0.3)])
    assert queue.due(1.249) is None
    assert queue.due(1.2501).seconds == 1.0
    assert queue.due(1.255).seconds == 1.0
    assert queue.due(9.0).seconds == 1.01
    assert queue.due(9.0).seconds == 1.01


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
def test_unshown_closure_lands(shown: float | None, passed: list[float]) -> None:
    queue = queue_that_shows(shown)
    frames = [frame(0.01 * (1 + i), opening) for i, opening in enumerate(passed)]
    for each in frames:
        each.values[ARKIT_52.index("browInnerUp")] = each.seconds
    queue.push(frames)
    landed = queue.due(1.0)
    assert gap(landed) < 0.01
    assert landed.values[ARKIT_52.index("browInnerUp")] == np.float32(landed.seconds)
    assert landed.seconds == frames[-1].seconds


@pytest.mark.parametrize(
    ("shown", "passed"),
    [
        (0.0, [0.0, 0.3]),  # the shown closure lasts no longer
        (0.0, [0.0, 0.0, 0.3]),
        (0.0, [0.0, 0.3, 0.3, 0.3]),
        (None, [0.0, *[0.3] * 19]),  # too old
        (0.3, [0.0, 0.03]),  # the last frame is closed, if less
    ],
)
def test_other_closure_leaves_last_frame(shown: float | None, passed: list[float]) -> None:
    queue = queue_that_shows(shown)
    queue.push(frame(0.01 * (1 + i), opening) for i, opening in enumerate(passed))
    assert gap(queue.due(1.0)) == pytest.approx(passed[-1], abs=1e-6)


def test_clock_that_goes_back_empties_queue() -> None:
    queue = FrameQueue(ARKIT_52)
    queue.push([frame(100.0, 0.3), frame(100.01, 0.3)])
    queue.push([frame(1.0, 0.3)])
    assert queue.due(2.0).seconds == 1.0
    queue.push([frame(3.0, 0.3), frame(3.02, 0.3), frame(3.01, 0.3)])
    assert queue.due(3.005).seconds == 1.0
    assert queue.due(3.015).seconds == 3.01


def test_later_of_two_frames_of_one_instant_counts() -> None:
    queue = FrameQueue(ARKIT_52)
    queue.push([frame(1.0, 0.0), frame(1.0, 0.3)])
    assert gap(queue.due(1.0)) > 0.2


def test_channels_without_mouth_are_unchanged() -> None:
    queue = FrameQueue(("headPitch",))
    queue.push([Frame(0.0, np.ones(1, np.float32)), Frame(0.1, np.zeros(1, np.float32))])
    assert queue.due(1.0).values[0] == 0.0


def test_queue_is_bounded_and_thread_safe() -> None:
    queue = FrameQueue(ARKIT_52)

    def push() -> None:
        queue.push(frame(0.01 * i, 0.3) for i in range(5000))

    thread = threading.Thread(target=push)
    thread.start()
    seen = [queue.due(0.01 * i) for i in range(5000)]
    thread.join()
    assert len(queue._waiting) <= 1024
    times = [shown.seconds for shown in seen if shown is not None]
    assert times == sorted(times)
