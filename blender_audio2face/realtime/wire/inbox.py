"""The newest face of each subject that another program sends."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ..frames import Frame
from .face_values import COLUMNS, columns_of
from .live_link_packet import Packet

LATE = "overtaken by a newer one"
"""Why a packet that was read is not shown."""

_MOST_SUBJECTS = 16
_SILENT = 2.0
"""Seconds after which another subject may be shown where none is named."""
_REORDERED = 0.5
"""Seconds: packets overtake each other by less; a clock that jumps back further began anew."""


@dataclass(frozen=True, eq=False)
class ReceivedFrame(Frame):
    """A face, with the moment of its arrival on the inbox's clock.

    Attributes:
        subject: whose it is.
    """

    subject: str


@dataclass
class _Subject:
    frame: ReceivedFrame | None = None
    sent: float = float("-inf")
    heard: float = 0.0
    face: bool = False


@dataclass(frozen=True)
class Presence:
    """A subject: its name, seconds since its last packet, and whether that had a face."""

    subject: str
    silent: float
    face: bool


class Inbox:
    """Takes packets in one thread and gives the newest frame in another; bounded."""

    names: tuple[str, ...] = COLUMNS

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._subjects: dict[tuple[str, str], _Subject] = {}

    def push(self, packet: Packet, dropped: Counter[str]) -> None:
        """Keeps a packet's face unless a newer one is there; then it is counted as LATE.

        A packet without a face leaves the last one as it was.
        """
        now = self._clock()
        with self._lock:
            one = self._subject(packet, now)
            if one.sent - _REORDERED < packet.seconds < one.sent:
                dropped[LATE] += 1
                return
            one.heard, one.face = now, packet.values is not None
            if packet.values is not None:
                one.sent = packet.seconds
                one.frame = ReceivedFrame(now, columns_of(packet.values), packet.subject)

    def due(self, now: float, subject: str = "") -> ReceivedFrame | None:
        """The newest frame of a subject; None before there is one.

        Without a name it is the subject that was heard first of those that are not silent, so
        that two of them do not take turns on one face.
        """
        with self._lock:
            fitting = [
                one
                for (_, name), one in self._subjects.items()
                if one.frame is not None and (not subject or name == subject)
            ]
            loud = [one for one in fitting if now - one.heard < _SILENT]
            chosen = loud[0] if loud else max(fitting, key=lambda one: one.heard, default=None)
            return chosen.frame if chosen is not None else None

    def present(self, now: float) -> tuple[Presence, ...]:
        """The subjects there are, the first heard first."""
        with self._lock:
            return tuple(
                Presence(name, now - one.heard, one.face)
                for (_, name), one in self._subjects.items()
            )

    def _subject(self, packet: Packet, now: float) -> _Subject:
        key = (packet.device, packet.subject)
        if key not in self._subjects:
            if len(self._subjects) >= _MOST_SUBJECTS:
                quietest = min(self._subjects, key=lambda one: self._subjects[one].heard)
                del self._subjects[quietest]
            self._subjects[key] = _Subject(heard=now)
        return self._subjects[key]
