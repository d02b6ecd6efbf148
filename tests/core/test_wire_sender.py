"""Shown faces on their way out, over this computer's own loopback."""

import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from a2f.blender_audio2face.realtime.wire import sender as module
from a2f.blender_audio2face.realtime.wire.address import Address
from a2f.blender_audio2face.realtime.wire.encoders import PORTS, encoder, live_link
from a2f.blender_audio2face.realtime.wire.errors import WireError
from a2f.blender_audio2face.realtime.wire.live_link_packet import NAMES, decode
from a2f.blender_audio2face.realtime.wire.sender import Sender, running, show
from a2f.model.errors import A2FError


@pytest.fixture
def port() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(30.0)
        yield made


@pytest.fixture
def address(port: socket.socket) -> Address:
    return Address(*port.getsockname())


def test_a_shown_frame_becomes_a_packet(port, address: Address) -> None:
    sender = Sender(address, live_link("Amy", 30.0))
    sender.start()
    try:
        assert sender in running()
        show(2.5, ("jawOpen", "headYaw"), np.array([0.75, np.pi / 4]))
        packet = decode(port.recv(2000))
    finally:
        sender.stop()
    assert (packet.subject, packet.rate, packet.frame) == ("Amy", 30, 75)
    assert packet.values[NAMES.index("JawOpen")] == 0.75
    assert packet.values[NAMES.index("HeadYaw")] == pytest.approx(0.25)
    assert np.count_nonzero(packet.values) == 2
    assert (sender.sent, sender.failed, sender.error) == (1, 0, None)
    assert not sender.is_alive()
    assert sender not in running()


def test_a_subject_keeps_its_device() -> None:
    frame = (0.0, ("jawOpen",), np.ones(1))
    one, again, other = (
        decode(live_link(name, 60.0)(*frame)[0]).device for name in ("Amy", "Amy", "Ben")
    )
    assert one == again != other
    assert len(one) == 36


def test_a_timecode_begins_anew_each_day() -> None:
    (data,) = live_link("Amy", 60.0)(1_700_000_000.5, ("jawOpen",), np.ones(1))
    packet = decode(data)
    assert packet.seconds == pytest.approx(1_700_000_000.5 % 86400, abs=1e-3)


def test_the_caller_never_waits(address: Address) -> None:
    go_on, entered = threading.Event(), threading.Event()

    def slow(*_) -> list[bytes]:
        entered.set()
        go_on.wait(60.0)
        return [b"x"]

    sender = Sender(address, slow)
    sender.start()
    sender.send(0.0, ("jawOpen",), np.ones(1))
    assert entered.wait(30.0)
    for second in range(1, 100):
        sender.send(second, ("jawOpen",), np.ones(1))
    assert sender.skipped == 99 - module._MOST_WAITING
    go_on.set()
    sender.stop()
    assert not sender.is_alive()


def test_values_are_copied(port, address: Address) -> None:
    sender = Sender(address, live_link("Amy", 30.0))
    values = np.array([0.5], np.float32)
    sender.send(0.0, ("jawOpen",), values)
    values[0] = 1.0
    sender.start()
    assert decode(port.recv(2000)).values.max() == 0.5
    sender.stop()


def test_failures_are_counted_and_told_once(address: Address) -> None:
    def refused(seconds: float, *_) -> list[bytes]:
        if seconds < 1:
            raise WireError("That cannot be sent.")
        return [bytes(70_000)]

    sender = Sender(address, refused)
    sender.start()
    for second in (0, 1, 2):
        sender.send(second, (), np.zeros(0))
        end = time.monotonic() + 30.0
        while sender.failed <= second and time.monotonic() < end:
            time.sleep(0.002)
    assert sender.failed == 3
    assert sender.error == "That cannot be sent."
    assert sender.is_alive()
    sender.stop()


def test_what_cannot_be_is_refused_at_once() -> None:
    with pytest.raises(WireError, match="port 0"):
        Sender(Address("127.0.0.1", 0), live_link("Amy", 30.0))
    with pytest.raises(A2FError, match="no way to send"):
        encoder("MIDI", "Amy", 30.0, "/")
    assert encoder("LIVE_LINK", "Amy", 30.0, "") is not None
    assert PORTS["LIVE_LINK"] == 11111
