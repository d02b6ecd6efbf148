"""Receives Live Link Face's packets in a thread of its own. Imports no bpy."""

import errno
import socket
import threading
import time
from collections import Counter

from .address import Address
from .errors import DecodeError, WireError
from .inbox import LATE, Inbox
from .live_link_packet import MAX_BYTES, TOO_LONG, decode
from .threads import WireThread

_WAIT = 0.1
"""Seconds after which the thread looks whether it is to stop."""
_STOP_SECONDS = 0.5
_SLICE = 0.05
_MOST_IN_A_SLICE = 100
"""Packets read in each slice of time: 2,000 a second, thirty phones; a flood waits outside."""
_SYSTEM_BUFFER = 65536
_WINDOWS_TOO_LONG = 10040
_WINDOWS_RESET = 10054
"""What Windows says of an earlier packet, not of this socket."""


class Receiver(WireThread):
    """A bound port, from its making until ``stop``; see ``running``.

    Attributes:
        inbox: the newest faces.
        address: what it is bound to.
        received: packets that were read and understood.
        dropped: the others, counted by reason.
        floods: how often more came in than is read.
        error: why it ended by itself, in one sentence; None otherwise.
    """

    def __init__(self, address: Address) -> None:
        """Binds the port; ``start`` begins to read.

        Raises:
            WireError: the port cannot be had.
        """
        super().__init__("receiver")
        self.inbox = Inbox(time.monotonic)
        self.received = 0
        self.dropped: Counter[str] = Counter()
        self.floods = 0
        self.error: str | None = None
        self._ending = threading.Event()
        self._socket = _bound(address)
        self.address = Address(address.host, self._socket.getsockname()[1])

    @property
    def out_of_order(self) -> int:
        """Packets that came after newer ones; they count among the dropped."""
        return self.dropped[LATE]

    @property
    def stopping(self) -> bool:
        return self._ending.is_set()

    def run(self) -> None:
        with self._socket:
            while not self._ending.is_set():
                try:
                    self._read_slice()
                except OSError as error:
                    self.error = f"Receiving on {self.address} broke off ({error}): start it again."
                    return

    def stop(self) -> None:
        """Ends the thread and frees the port, within half a second."""
        self._ending.set()
        if self.is_alive():
            self.join(_STOP_SECONDS)
        else:
            self._socket.close()

    def _read_slice(self) -> None:
        """Reads what comes in a slice of time, and no more than may come in it."""
        end = time.monotonic() + _SLICE
        for _ in range(_MOST_IN_A_SLICE):
            data = self._next()
            if data is not None:
                self._take(data)
            if self._ending.is_set() or time.monotonic() >= end:
                return
        self.floods += 1
        self._ending.wait(end - time.monotonic())

    def _next(self) -> bytes | None:
        """The next datagram, a byte more of it than fits a packet; None when none came."""
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
        except DecodeError as error:
            self.dropped[error.reason] += 1
            return
        self.received += 1
        self.inbox.push(packet, self.dropped)


def running() -> list[Receiver]:
    """The receivers at work."""
    return [t for t in threading.enumerate() if isinstance(t, Receiver) and not t.stopping]


def _bound(address: Address) -> socket.socket:
    made = socket.socket(address.family, socket.SOCK_DGRAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # else another program on Windows may share it
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SYSTEM_BUFFER)
        made.bind(address.place)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise WireError(
                f"Port {address.port} is taken by another program: close it, or choose another "
                "port here and in the program that sends."
            ) from error
        raise WireError(f"Nothing can be received on {address}: {error.strerror}.") from error
    made.settimeout(_WAIT)
    return made
