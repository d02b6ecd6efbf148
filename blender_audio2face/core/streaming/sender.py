"""Sends the shown face to another program, from a thread of its own."""

import socket
import threading
from collections import deque
from collections.abc import Sequence

import numpy as np

from ...errors import StreamingError
from .address import Address
from .encoders import Encoder

_STOP_SECONDS = 0.5
_MOST_WAITING = 4
"""Frames; of more, the oldest are replaced before they are sent."""

Shown = tuple[float, tuple[str, ...], np.ndarray]
"""A frame: its seconds, the names of its channels [C] and their values, float32 [C]."""

_senders: "set[Sender]" = set()
"""Those between ``start`` and ``stop``."""


class Sender(threading.Thread):
    """Sends every shown frame to an address, from ``start`` to ``stop``.

    Attributes:
        address: where the frames go.
        sent: number of frames sent.
        failed: number of frames that could not be sent.
        error: the first reason for that, in a sentence; None so far.
    """

    def __init__(self, address: Address, encode: Encoder) -> None:
        """Creates the socket; ``start`` begins to send.

        Raises:
            StreamingError: the system refuses the socket, or the port is 0.
        """
        super().__init__(name="audio2face sender", daemon=True)
        if address.port == 0:
            raise StreamingError(
                "Nothing can be sent to port 0: choose the port of the other program."
            )
        self.address = address
        self.sent = self.failed = 0
        self.error: str | None = None
        self._encode = encode
        self._waiting: deque[Shown] = deque(maxlen=_MOST_WAITING)
        self._changed = threading.Condition()
        self._stopping = False
        try:
            self._socket = socket.socket(address.family, socket.SOCK_DGRAM)
        except OSError as error:
            raise StreamingError(f"Nothing can be sent to {address}: {error.strerror}.") from error
        self._socket.setblocking(False)

    def start(self) -> None:
        _senders.add(self)
        super().start()

    def send(self, seconds: float, names: Sequence[str], values: np.ndarray) -> None:
        """Queues a frame and returns at once.

        Args:
            seconds: of the frame, on a monotonic clock.
            names: C channel names; head angles are in radians.
            values: [C]; copied.
        """
        frame = (float(seconds), tuple(names), np.array(values, np.float32))
        with self._changed:
            self._waiting.append(frame)
            self._changed.notify()

    def run(self) -> None:
        with self._socket:
            while (frame := self._next()) is not None:
                self._send(frame)

    def stop(self) -> None:
        """Ends the thread, within half a second."""
        _senders.discard(self)
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self.is_alive():
            self.join(_STOP_SECONDS)
        else:
            self._socket.close()

    def _next(self) -> Shown | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            return None if self._stopping else self._waiting.popleft()

    def _send(self, frame: Shown) -> None:
        try:
            for datagram in self._encode(*frame):
                self._socket.sendto(datagram, self.address)
        except StreamingError as error:
            self._fail(str(error))
        except OSError as error:
            self._fail(f"Sending to {self.address} fails: {error.strerror or error}.")
        else:
            self.sent += 1

    def _fail(self, sentence: str) -> None:
        self.failed += 1
        self.error = self.error or sentence


def senders() -> tuple[Sender, ...]:
    """The running senders."""
    return tuple(_senders)


def send_frame(seconds: float, names: Sequence[str], values: np.ndarray) -> None:
    """Gives a frame that the viewport shows to every running sender; see ``Sender.send``."""
    for sender in senders():
        sender.send(seconds, names, values)
