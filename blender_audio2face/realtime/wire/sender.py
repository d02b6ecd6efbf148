"""Sends the shown face to another program, from a thread of its own. Imports no bpy."""

import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from .address import Address
from .errors import WireError
from .threads import WireThread

Encoder = Callable[[float, Sequence[str], np.ndarray], list[bytes]]
"""Datagrams of a frame: its seconds, the names of its columns [C] and their values [C]."""

_STOP_SECONDS = 0.5
_MOST_WAITING = 4


class Sender(WireThread):
    """An address that gets each shown frame, until ``stop``; see ``running``.

    Attributes:
        address: where the frames go.
        sent: frames that went out whole.
        skipped: frames that newer ones replaced before they could be sent.
        failed: frames of which a datagram was refused.
        error: the first reason for that, in one sentence; None so far.
    """

    def __init__(self, address: Address, encode: Encoder) -> None:
        """Makes the socket; ``start`` begins to send.

        Raises:
            WireError: the system has no socket for it, or nothing can be sent to port 0.
        """
        super().__init__("sender")
        if address.port == 0:
            raise WireError("Nothing can be sent to port 0: choose the port of the other program.")
        self.address = address
        self.sent = self.skipped = self.failed = 0
        self.error: str | None = None
        self._encode = encode
        self._waiting: deque[tuple[float, tuple[str, ...], np.ndarray]] = deque()
        self._changed = threading.Condition()
        self._ending = False
        try:
            self._socket = socket.socket(address.family, socket.SOCK_DGRAM)
        except OSError as error:
            raise WireError(f"Nothing can be sent to {address}: {error.strerror}.") from error
        self._socket.setblocking(False)

    @property
    def stopping(self) -> bool:
        return self._ending

    def send(self, seconds: float, names: Sequence[str], values: np.ndarray) -> None:
        """Hands a frame over and returns at once; of too many that wait, the oldest is skipped.

        Args:
            seconds: of the frame, on a clock that only goes on.
            names: C names: channels, and head angles in radians.
            values: [C]; copied.
        """
        frame = (float(seconds), tuple(names), np.array(values, np.float32))
        with self._changed:
            if len(self._waiting) >= _MOST_WAITING:
                self._waiting.popleft()
                self.skipped += 1
            self._waiting.append(frame)
            self._changed.notify()

    def run(self) -> None:
        with self._socket:
            while (frame := self._next()) is not None:
                self._send(frame)

    def stop(self) -> None:
        """Ends the thread, within half a second."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self.is_alive():
            self.join(_STOP_SECONDS)
        else:
            self._socket.close()

    def _next(self) -> tuple[float, tuple[str, ...], np.ndarray] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending)
            return None if self._ending else self._waiting.popleft()

    def _send(self, frame: tuple[float, tuple[str, ...], np.ndarray]) -> None:
        try:
            for datagram in self._encode(*frame):
                self._socket.sendto(datagram, self.address.place)
        except WireError as error:
            self._fail(str(error))
        except OSError as error:
            self._fail(f"Sending to {self.address} fails: {error.strerror or error}.")
        else:
            self.sent += 1

    def _fail(self, sentence: str) -> None:
        self.failed += 1
        self.error = self.error or sentence


def running() -> list[Sender]:
    """The senders at work."""
    return [t for t in threading.enumerate() if isinstance(t, Sender) and not t.stopping]


def show(seconds: float, names: Sequence[str], values: np.ndarray) -> None:
    """Gives a frame that the viewport shows to every sender; see ``Sender.send``."""
    for sender in running():
        sender.send(seconds, names, values)
