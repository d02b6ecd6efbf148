"""Receiving and sending over the loopback, and the addresses that are allowed."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest
from a2f.blender_audio2face.core.streaming import receiver as receiver_module
from a2f.blender_audio2face.core.streaming.address import Address, parse_address
from a2f.blender_audio2face.core.streaming.encoders import encoder
from a2f.blender_audio2face.core.streaming.latest_frames import LATE
from a2f.blender_audio2face.core.streaming.live_link import (
    CUT_OFF,
    NAMES,
    OTHER_VERSION,
    TOO_LONG,
    Packet,
    decode,
    encode,
)
from a2f.blender_audio2face.core.streaming.receiver import Receiver
from a2f.blender_audio2face.core.streaming.sender import Sender, send_frame, senders
from a2f.blender_audio2face.errors import StreamingError

HERE = Address("127.0.0.1", 0)


def wait_for(true: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
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
        yield lambda data: out.sendto(data, receiver.address)


def test_face_arrives(receiver: Receiver, send) -> None:
    send(face(1, 0.25))
    wait_for(lambda: receiver.received)
    frame = receiver.frames.due(time.monotonic(), "Amy")
    assert frame.values[0] == pytest.approx(0.25)
    assert receiver.dropped == {}


def test_malformed_packets_are_counted_by_reason(receiver: Receiver, send) -> None:
    for data in (b"", b"\x05" + face(1)[1:], face(1)[:50], bytes(5000), b"\x06" * 3000):
        send(data)
    send(face(7))
    send(face(5))
    wait_for(lambda: receiver.dropped[LATE])
    dropped = dict(receiver.dropped)
    assert dropped == {CUT_OFF: 2, OTHER_VERSION: 1, TOO_LONG: 2, LATE: 1}
    assert receiver.received == 2
    assert receiver.error is None


def test_stop_ends_thread_and_frees_port() -> None:
    first = Receiver(HERE)
    first.start()
    first.stop()
    assert not first.is_alive()
    second = Receiver(first.address)
    assert second.address == first.address
    second.stop()  # never started


def test_used_port_raises() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(HERE)
        port = other.getsockname()[1]
        with pytest.raises(
            StreamingError, match=f"Port {port} is used by another program: close it"
        ):
            Receiver(Address("127.0.0.1", port))


def test_flood_is_read_at_bounded_pace(receiver: Receiver, send) -> None:
    begin = time.monotonic()
    data = face(1)
    wait_for(lambda: [send(data) for _ in range(200)] and receiver.floods >= 2)
    read = receiver.received
    slices = (time.monotonic() - begin) / receiver_module._SLICE
    assert read <= (slices + 2) * receiver_module._MOST_IN_A_SLICE
    send(face(2, 0.75))
    wait_for(lambda: [send(face(2, 0.75)), receiver.frames.due(0.0).values[0] == 0.75][1])


def test_broken_socket_ends_receiver(receiver: Receiver) -> None:
    receiver._socket.close()
    receiver.join(30.0)
    assert "failed (" in receiver.error
    assert not receiver.is_alive()


@pytest.fixture
def port() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(30.0)
        yield made


@pytest.fixture
def address(port: socket.socket) -> Address:
    return Address(*port.getsockname())


def test_shown_frame_becomes_packet(port, address: Address) -> None:
    sender = Sender(address, encoder("LIVE_LINK", "Amy", 30.0))
    sender.start()
    try:
        assert sender in senders()
        send_frame(2.5, ("jawOpen", "headYaw"), np.array([0.75, np.pi / 4]))
        packet = decode(port.recv(2000))
    finally:
        sender.stop()
    assert (packet.subject, packet.rate, packet.frame) == ("Amy", 30, 75)
    assert packet.values[NAMES.index("JawOpen")] == 0.75
    assert packet.values[NAMES.index("HeadYaw")] == pytest.approx(0.25)
    assert np.count_nonzero(packet.values) == 2
    assert (sender.sent, sender.failed, sender.error) == (1, 0, None)
    assert not sender.is_alive()
    assert sender not in senders()


def test_subject_keeps_its_device() -> None:
    frame = (0.0, ("jawOpen",), np.ones(1))
    first, again, other = (
        decode(encoder("LIVE_LINK", name, 60.0)(*frame)[0]).device for name in ("Amy", "Amy", "Ben")
    )
    assert first == again != other
    assert len(first) == 36


def test_timecode_has_the_rate_and_restarts_each_day() -> None:
    (data,) = encoder("LIVE_LINK", "Amy", 24 / 1.001)(864_010.51, ("jawOpen",), np.ones(1))
    packet = decode(data)
    assert packet.rate == Fraction(24000, 1001)
    assert packet.frame == 251
    assert packet.seconds == pytest.approx(10.51, abs=1e-3)


def test_caller_never_waits(address: Address) -> None:
    go_on, entered, sent = threading.Event(), threading.Event(), []

    def slow(second: float, *_) -> list[bytes]:
        entered.set()
        go_on.wait(60.0)
        sent.append(second)
        return [b"x"]

    sender = Sender(address, slow)
    sender.start()
    sender.send(0.0, ("jawOpen",), np.ones(1))
    assert entered.wait(30.0)
    for second in range(1, 100):
        sender.send(second, ("jawOpen",), np.ones(1))
    go_on.set()
    wait_for(lambda: sender.sent == 5)
    sender.stop()
    assert sent == [0, 96, 97, 98, 99]
    assert not sender.is_alive()


def test_sent_values_are_copied(port, address: Address) -> None:
    sender = Sender(address, encoder("LIVE_LINK", "Amy", 30.0))
    values = np.array([0.5], np.float32)
    sender.send(0.0, ("jawOpen",), values)
    values[0] = 1.0
    sender.start()
    assert decode(port.recv(2000)).values.max() == 0.5
    sender.stop()


def test_failures_are_counted_and_first_is_kept(address: Address) -> None:
    def refused(seconds: float, *_) -> list[bytes]:
        if seconds < 1:
            raise StreamingError("That cannot be sent.")
        return [bytes(70_000)]

    sender = Sender(address, refused)
    sender.start()
    for second in (0, 1, 2):
        sender.send(second, (), np.zeros(0))
        wait_for(lambda second=second: sender.failed == second + 1)
    assert sender.error == "That cannot be sent."
    assert sender.is_alive()
    sender.stop()


def test_port_zero_is_refused() -> None:
    with pytest.raises(StreamingError, match="port 0"):
        Sender(Address("127.0.0.1", 0), encoder("LIVE_LINK", "Amy", 30.0))


@pytest.mark.parametrize("host", ["", " localhost ", "127.0.0.1", "127.8.0.1", "::1"])
def test_this_computer_needs_no_online_access(host: str) -> None:
    address = parse_address(host, 11111, online=False)
    assert address.port == 11111
    assert address.family == (socket.AF_INET6 if ":" in address.host else socket.AF_INET)


@pytest.mark.parametrize("host", ["192.168.1.20", "0.0.0.0", "::", "8.8.8.8", "fe80::1"])
def test_other_address_needs_online_access(host: str) -> None:
    with pytest.raises(StreamingError, match=r"Allow Online Access in Blender's preferences"):
        parse_address(host, 11111, online=False)
    assert parse_address(host, 11111, online=True).host == host


@pytest.mark.parametrize("host", ["example.org", "192.168.1", "127.0.0.1:11111", "1.2.3.4.5"])
def test_host_name_is_refused_without_lookup(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("asked the network"))
    with pytest.raises(StreamingError, match="is not an address: type numbers"):
        parse_address(host, 11111, online=True)


@pytest.mark.parametrize("port", [-1, 65536])
def test_port_beyond_16_bits_is_refused(port: int) -> None:
    with pytest.raises(StreamingError, match="is not a port"):
        parse_address("", port, online=True)
