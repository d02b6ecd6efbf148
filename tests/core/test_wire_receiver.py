"""The port that packets come in by, over this computer's own loopback."""

import socket
import struct
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from a2f.blender_audio2face.realtime.wire import receiver as module
from a2f.blender_audio2face.realtime.wire.address import Address
from a2f.blender_audio2face.realtime.wire.errors import WireError
from a2f.blender_audio2face.realtime.wire.inbox import LATE
from a2f.blender_audio2face.realtime.wire.live_link_packet import (
    CUT_OFF,
    OTHER_VERSION,
    TOO_LONG,
    Packet,
    encode,
)
from a2f.blender_audio2face.realtime.wire.receiver import Receiver, running

HERE = Address("127.0.0.1", 0)


def wait_for(true: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.005)


def face(frame: int, value: float = 0.5) -> bytes:
    return encode(Packet("phone", "Amy", frame, values=np.full(61, value, np.float32)))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver(HERE)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def send(receiver: Receiver) -> Iterator[Callable[[bytes], None]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        yield lambda data: out.sendto(data, receiver.address.place)


def test_faces_arrive(receiver: Receiver, send) -> None:
    send(face(1, 0.25))
    wait_for(lambda: receiver.received)
    frame = receiver.inbox.due(time.monotonic(), "Amy")
    assert frame.values[0] == pytest.approx(0.25)
    assert receiver.dropped == {}


def test_what_is_malformed_is_counted_by_reason(receiver: Receiver, send) -> None:
    for data in (b"", b"\x05" + face(1)[1:], face(1)[:50], bytes(5000), b"\x06" * 3000):
        send(data)
    send(face(7))
    send(face(5))
    wait_for(lambda: receiver.out_of_order)
    dropped = dict(receiver.dropped)
    assert dropped == {CUT_OFF: 2, OTHER_VERSION: 1, TOO_LONG: 2, LATE: 1}
    assert receiver.received == 2
    assert receiver.error is None


def test_any_bytes_leave_it_alive(receiver: Receiver, send) -> None:
    random = np.random.default_rng(5)
    for count, size in enumerate(random.integers(0, 1400, 20).tolist(), start=1):
        send(b"\x06" + struct.pack(">i", size) + random.bytes(size))
        wait_for(lambda count=count: receiver.dropped.total() + receiver.received == count)
    send(face(1))
    wait_for(lambda: receiver.inbox.present(0.0) and receiver.inbox.due(0.0, "Amy"))


def test_stopping_ends_the_thread_and_frees_the_port() -> None:
    first = Receiver(HERE)
    first.start()
    assert first in running()
    first.stop()
    assert not first.is_alive()
    assert first not in running()
    second = Receiver(first.address)
    assert second.address == first.address
    second.stop()  # never started


def test_a_taken_port_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(HERE.place)
        port = other.getsockname()[1]
        with pytest.raises(WireError, match=f"Port {port} is taken by another program: close it"):
            Receiver(Address("127.0.0.1", port))


def test_an_address_of_another_computer_is_told() -> None:
    with pytest.raises(WireError, match=r"Nothing can be received on 192\.0\.2\.1, port"):
        Receiver(Address("192.0.2.1", 0))


def test_a_flood_is_read_at_a_bounded_pace(receiver: Receiver, send) -> None:
    begin = time.monotonic()
    data = face(1)
    wait_for(lambda: [send(data) for _ in range(200)] and receiver.floods >= 2)
    read = receiver.received
    slices = (time.monotonic() - begin) / module._SLICE
    assert read <= (slices + 2) * module._MOST_IN_A_SLICE
    send(face(2, 0.75))
    wait_for(lambda: [send(face(2, 0.75)), receiver.inbox.due(0.0).values[0] == 0.75][1])


def test_a_socket_that_breaks_ends_it_with_a_sentence(receiver: Receiver) -> None:
    receiver._socket.close()
    receiver.join(30.0)
    assert "broke off" in receiver.error
    assert receiver not in running()
