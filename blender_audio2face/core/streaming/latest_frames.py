"""The newest face of each subject that another program sends."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ..realtime.frame_queue import Frame
from .live_link import COLUMNS, Packet, channels_of

LATE = "overtaken by a newer one"
"""Reason for not showing a well-formed packet."""

_MOST_SUBJECTS = 16
_SILENT = 2.0
"""Seconds after which another subject may be shown if none is named."""
_REORDERED = 0.5
"""Seconds: packets overtake each other by less; a clock that jumps back further was restarted."""


@dataclass
class Subject:
    """A face that is sent.

    Attributes:
        name: the sender's for it.
        arrived: the clock at its last packet.
        has_face: whether that had a face.
        frame: the newest face; its ``seconds`` are the time of arrival.
        sent: time of that face on the sender's clock.
    """

    name: str
    arrived: float
    has_face: bool = False
    frame: Frame | None = None
    sent: float = float("-inf")


class LatestFrames:
    """Takes packets in one thread and gives the newest frame in another; bounded in size."""

    names: tuple[str, ...] = COLUMNS

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` tells the time of arrival in seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._subjects: dict[tuple[str, str], Subject] = {}

    def push(self, packet: Packet, dropped: Counter[str]) -> None:
        """Keeps a packet's face unless a newer one arrived before; then it is counted as LATE.

        A packet without a face leaves the last one as it was.
        """
        now = self._clock()
        with self._lock:
            subject = self._subject(packet, now)
            if subject.sent - _REORDERED < packet.seconds < subject.sent:
                dropped[LATE] += 1
                return
            subject.arrived, subject.has_face = now, packet.values is not None
            if packet.values is not None:
                subject.sent = packet.seconds
                subject.frame = Frame(now, channels_of(packet.values))

    def due(self, now: float, name: str = "") -> Frame | None:
        """The newest frame of a subject; None before there is one.

        Without a name it is the first subject, in order of arrival, that is not silent, so that two
        of them do not take turns on one face.
        """
        with self._lock:
            fitting = [
                subject
                for subject in self._subjects.values()
                if subject.frame is not None and (not name or subject.name == name)
            ]
            for subject in fitting:
                if now - subject.arrived < _SILENT:
                    return subject.frame
            return max(fitting, key=lambda subject: subject.arrived).frame if fitting else None

    def subjects(self) -> tuple[Subject, ...]:
        """The subjects so far, in order of arrival."""
        with self._lock:
            return tuple(self._subjects.values())

    def _subject(self, packet: Packet, now: float) -> Subject:
        key = (packet.device, packet.subject)
        if key not in self._subjects:
            if len(self._subjects) >= _MOST_SUBJECTS:
                quietest = min(self._subjects, key=lambda key: self._subjects[key].arrived)
                del self._subjects[quietest]
            self._subjects[key] = Subject(packet.subject, now)
        return self._subjects[key]
