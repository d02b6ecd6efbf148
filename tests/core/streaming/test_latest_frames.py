"""Which of the received faces is shown."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from a2f.blender_audio2face.core.streaming.latest_frames import LATE, LatestFrames
from a2f.blender_audio2face.core.streaming.live_link import NAMES, Packet

JAW = LatestFrames.names.index("jawOpen")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def face(frame: int, jaw: float | None = 0.5, subject: str = "Amy", device: str = "phone"):
    values = None
    if jaw is not None:
        values = np.zeros(61, np.float32)
        values[NAMES.index("JawOpen")] = jaw
    return Packet(device, subject, frame, 0.0, Fraction(60), values)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def frames(clock: Clock) -> LatestFrames:
    return LatestFrames(clock)


def test_newest_face_is_due_with_its_arrival(frames: LatestFrames, clock: Clock) -> None:
    assert frames.due(clock.now) is None
    frames.push(face(1, 0.1), Counter())
    clock.now = 100.1
    frames.push(face(7, 0.7), Counter())
    frame = frames.due(clock.now)
    assert frame.seconds == 100.1
    assert frame.values[JAW] == pytest.approx(0.7)
    assert frame.values.shape == (len(frames.names),)


def test_late_packet_is_counted_not_shown(frames: LatestFrames) -> None:
    dropped = Counter()
    for frame, jaw in ((10, 0.1), (12, 0.3), (11, 0.2), (12, 0.4)):
        frames.push(face(frame, jaw), dropped)
    assert dropped == {LATE: 1}
    assert frames.due(100.0).values[JAW] == pytest.approx(0.4)


def test_restarted_clock_is_followed(frames: LatestFrames) -> None:
    dropped = Counter()
    frames.push(face(5_000_000, 0.1), dropped)
    frames.push(face(3, 0.9), dropped)
    assert dropped == {}
    assert frames.due(100.0).values[JAW] == pytest.approx(0.9)


def test_lost_face_keeps_last_values(frames: LatestFrames, clock: Clock) -> None:
    frames.push(face(1, 0.4), Counter())
    frames.push(face(2, None), Counter())
    assert frames.due(clock.now).values[JAW] == pytest.approx(0.4)
    assert [(s.name, s.has_face) for s in frames.subjects()] == [("Amy", False)]


def test_subjects_do_not_take_turns(frames: LatestFrames, clock: Clock) -> None:
    frames.push(face(1, 0.1, "Amy", "a"), Counter())
    frames.push(face(1, 0.9, "Ben", "b"), Counter())
    assert frames.due(clock.now).values[JAW] == pytest.approx(0.1)
    assert frames.due(clock.now, "Ben").values[JAW] == pytest.approx(0.9)
    assert frames.due(clock.now, "Cem") is None
    clock.now += 5.0
    frames.push(face(2, 0.9, "Ben", "b"), Counter())
    assert frames.due(clock.now).values[JAW] == pytest.approx(0.9)
    assert [clock.now - subject.arrived for subject in frames.subjects()] == [5.0, 0.0]


def test_number_of_subjects_is_bounded(frames: LatestFrames, clock: Clock) -> None:
    for number in range(1000):
        clock.now += 1.0
        frames.push(face(number, 0.5, f"subject {number}"), Counter())
    subjects = frames.subjects()
    assert len(subjects) == 16
    assert subjects[-1].name == "subject 999"
