"""Which of the faces that arrive is shown."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from a2f.blender_audio2face.realtime.wire.inbox import LATE, Inbox
from a2f.blender_audio2face.realtime.wire.live_link_packet import NAMES, Packet

JAW = Inbox.names.index("jawOpen")


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
def inbox(clock: Clock) -> Inbox:
    return Inbox(clock)


def test_the_newest_face_with_its_arrival(inbox: Inbox, clock: Clock) -> None:
    assert inbox.due(clock.now) is None
    inbox.push(face(1, 0.1), Counter())
    clock.now = 100.1
    inbox.push(face(7, 0.7), Counter())
    frame = inbox.due(clock.now)
    assert frame.seconds == 100.1
    assert frame.values[JAW] == pytest.approx(0.7)
    assert frame.values.shape == (len(inbox.names),)


def test_late_packets_are_counted_and_not_shown(inbox: Inbox) -> None:
    dropped = Counter()
    for frame, jaw in ((10, 0.1), (12, 0.3), (11, 0.2), (12, 0.4)):
        inbox.push(face(frame, jaw), dropped)
    assert dropped == {LATE: 1}
    assert inbox.due(100.0).values[JAW] == pytest.approx(0.4)


def test_a_clock_that_begins_anew_is_followed(inbox: Inbox) -> None:
    dropped = Counter()
    inbox.push(face(5_000_000, 0.1), dropped)
    inbox.push(face(3, 0.9), dropped)
    assert dropped == {}
    assert inbox.due(100.0).values[JAW] == pytest.approx(0.9)


def test_a_face_out_of_sight_keeps_its_last_look(inbox: Inbox, clock: Clock) -> None:
    inbox.push(face(1, 0.4), Counter())
    inbox.push(face(2, None), Counter())
    assert inbox.due(clock.now).values[JAW] == pytest.approx(0.4)
    assert [(one.subject, one.face) for one in inbox.present(clock.now)] == [("Amy", False)]


def test_subjects_do_not_take_turns(inbox: Inbox, clock: Clock) -> None:
    inbox.push(face(1, 0.1, "Amy", "a"), Counter())
    inbox.push(face(1, 0.9, "Ben", "b"), Counter())
    assert inbox.due(clock.now).subject == "Amy"
    assert inbox.due(clock.now, "Ben").values[JAW] == pytest.approx(0.9)
    assert inbox.due(clock.now, "Cem") is None
    clock.now += 5.0
    inbox.push(face(2, 0.9, "Ben", "b"), Counter())
    assert inbox.due(clock.now).subject == "Ben"
    assert [one.silent for one in inbox.present(clock.now)] == [5.0, 0.0]


def test_many_subjects_take_no_more_room(inbox: Inbox, clock: Clock) -> None:
    for number in range(1000):
        clock.now += 1.0
        inbox.push(face(number, 0.5, f"subject {number}"), Counter())
    present = inbox.present(clock.now)
    assert len(present) == 16
    assert present[-1].subject == "subject 999"
