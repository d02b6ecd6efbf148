"""Receives Live Link Face's packets in a thread of its own."""

import errno
import socket
import threading
import time
from collections import Counter

from ...errors import StreamingError
from .address import Address
from .latest_frames import LatestFrames
from .live_link import MAX_BYTES, TOO_LONG, PacketError, decode

_WAIT = 0.1
"""Seconds after which the thread checks whether it was stopped."""
_STOP_SECONDS = 0.5
_SLICE = 0.05
_MOST_IN_A_SLICE = 100
"""Packets read in each slice of time: 2,000 per second, as thirty phones send."""
_SYSTEM_BUFFER = 65536
_WINDOWS_TOO_LONG = 10040
_WINDOWS_RESET = 10054
"""Windows's error for an earlier packet that could not be delivered; this socket is fine."""


class Receiver(threading.Thread):
    """Holds a bound port from its creation until ``stop``.

    Attributes:
        frames: the newest faces.
        address: what it is bound to.
        received: number of well-formed packets.
        dropped: number of the others, by reason.
        floods: how often more arrived than is read.
        error: why it ended by itself, in a sentence; None otherwise.
    """

    def __init__(self, address: Address) -> None:
        """Binds the port; ``start`` begins to read.

        Raises:
            StreamingError: the port cannot be bound.
        """
        super().__init__(name="audio2face receiver", daemon=True)
        self.frames = LatestFrames(time.monotonic)
        self.received = 0
        self.dropped: Counter[str] = Counter()
        self.floods = 0
        self.error: str | None = None
        self._stopping = threading.Event()
        self._socket = _bound_socket(address)
        self.address = Address(address.host, self._socket.getsockname()[1])

    def run(self) -> None:
        with self._socket:
            while not self._stopping.is_set():
                try:
                    self._read_slice()
                except OSError as error:
                    self.error = f"Receiving on {self.address} failed ({error}): start it again."
                    return

    def stop(self) -> None:
        """Ends the thread and frees the port, within half a second."""
        self._stopping.set()
        if self.is_alive():
            self.join(_STOP_SECONDS)
        else:
            self._socket.close()

    def _read_slice(self) -> None:
        """Reads the packets of one slice of time, up to the limit."""
        end = time.monotonic() + _SLICE
        for _ in range(_MOST_IN_A_SLICE):
            data = self._next()
            if data is not None:
                self._take(data)
            if self._stopping.is_set() or time.monotonic() >= end:
                return
        self.floods += 1
        self._stopping.wait(end - time.monotonic())

    def _next(self) -> bytes | None:
        """The next datagram, cut a byte above the longest packet; None if none arrived."""
        try:
            return self._socket.recv(MAX_BYTES + 1)
        except TimeoutError:
            return None
        except OSError as error:
            code = getattr(error, "winerror", None)
            if code == _WINDOWS_TOO_LONG:
                self.dropped[TOO_LONG] += 1
                return None
            if code == _WINDOWS_RESET:
                return None
            raise

    def _take(self, data: bytes) -> None:
        try:
            packet = decode(data)
        except PacketError as error:
            self.dropped[error.reason] += 1
            return
        self.received += 1
        self.frames.push(packet, self.dropped)


def _bound_socket(address: Address) -> socket.socket:
    made = socket.socket(address.family, socket.SOCK_DGRAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # else another program on Windows may share it
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SYSTEM_BUFFER)
        made.bind(address)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise StreamingError(
                f"Port {address.port} is used by another program: close it, or choose another "
                "port here and in the program that sends."
            ) from error
        raise StreamingError(f"Nothing can be received on {address}: {error.strerror}.") from error
    made.settimeout(_WAIT)
    return made
