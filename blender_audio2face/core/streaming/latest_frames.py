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


@dataclass(frozen=True, eq=False)
class ReceivedFrame(Frame):
    """A face; its ``seconds`` are the time of arrival.

    Attributes:
        subject: the name of the face.
    """

    subject: str


@dataclass
class _Subject:
    frame: ReceivedFrame | None = None
    sent: float = float("-inf")
    arrived: float = 0.0
    has_face: bool = False


@dataclass(frozen=True)
class Presence:
    """A subject: its name, seconds since its last packet, and whether that had a face."""

    subject: str
    silent: float
    has_face: bool


class LatestFrames:
    """Takes packets in one thread and gives the newest frame in another; bounded in size."""

    names: tuple[str, ...] = COLUMNS

    def __init__(self, clock: Callable[[], float]) -> None:
        """
        Args:
            clock: tells the time of arrival in seconds.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._subjects: dict[tuple[str, str], _Subject] = {}

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
                subject.frame = ReceivedFrame(now, channels_of(packet.values), packet.subject)

    def due(self, now: float, name: str = "") -> ReceivedFrame | None:
        """The newest frame of a subject; None before there is one.

        Without a name it is the first subject, in order of arrival, that is not silent, so that two
        of them do not take turns on one face.
        """
        with self._lock:
            fitting = [
                subject
                for (_, own), subject in self._subjects.items()
                if subject.frame is not None and (not name or own == name)
            ]
            active = [subject for subject in fitting if now - subject.arrived < _SILENT]
            if active:
                return active[0].frame
            latest = max(fitting, key=lambda subject: subject.arrived, default=None)
            return latest.frame if latest is not None else None

    def present(self, now: float) -> tuple[Presence, ...]:
        """The subjects so far, in order of arrival."""
        with self._lock:
            return tuple(
                Presence(name, now - subject.arrived, subject.has_face)
                for (_, name), subject in self._subjects.items()
            )

    def _subject(self, packet: Packet, now: float) -> _Subject:
        key = (packet.device, packet.subject)
        if key not in self._subjects:
            if len(self._subjects) >= _MOST_SUBJECTS:
                quietest = min(self._subjects, key=lambda key: self._subjects[key].arrived)
                del self._subjects[quietest]
            self._subjects[key] = _Subject(arrived=now)
        return self._subjects[key]
