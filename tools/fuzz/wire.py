"""What comes over the network, and where to it may go."""

import struct
from collections import Counter
from fractions import Fraction

import numpy as np
from a2f.blender_audio2face.core.streaming import address, live_link
from a2f.blender_audio2face.core.streaming.encoders import encoder
from a2f.blender_audio2face.core.streaming.latest_frames import LatestFrames
from a2f.blender_audio2face.errors import StreamingError

from .target import Target, expect, expect_finite

_FACE = live_link.Packet(
    "device", "subject", 100, 0.5, Fraction(60), np.linspace(0, 1, 61, dtype=np.float32)
)
_NAMES = ("jawOpen", "mouthClose", "headYaw")
_VALUES = np.array([0.5, np.nan, 3.0], np.float32)


def _packets() -> list[bytes]:
    whole = live_link.encode(_FACE)
    return [whole, whole[:-245], whole[:-261], whole[:-245] + b"\0"]


def _check_packets(data: bytes) -> None:
    """Some packets, one after another, into one frames."""
    frames, dropped, now = LatestFrames(lambda: 1.0), Counter[str](), 1.0
    for part in (data, data + b"\0", data[: len(data) // 2]):
        try:
            packet = live_link.decode(part)
        except live_link.PacketError as error:
            expect(error.reason in live_link.REASONS, error.reason)
            continue
        frames.push(packet, dropped)
        expect_finite(packet.seconds)
        str(frames.present(now))
        frame = frames.due(now)
        if frame is not None:
            expect_finite(frame.values)


def _check_address(data: bytes) -> None:
    """Port, whether Blender is online, host."""
    port = struct.unpack("<i", data[:4].ljust(4, b"\0"))[0]
    host = data[5:].decode("utf-8", "surrogateescape")
    found = address.parse_address(host, port, online=data[4:5] > b"\x7f")
    expect(found.family is not None and 0 <= found.port <= 65535, str(found))


def _check_sent(data: bytes) -> None:
    """What is sent under any name, to addresses that begin in any way."""
    text = data.decode("utf-8", "surrogateescape")
    for kind in ("LIVE_LINK", "VMC", "OSC"):
        for datagram in encoder(kind, text, 30.0)(1.5, _NAMES, _VALUES):
            expect(len(datagram) <= 1400, f"a datagram of {len(datagram)} bytes")


def _addresses() -> list[bytes]:
    return [struct.pack("<iB", 11111, 255) + host for host in (b"127.0.0.1", b"::1", b"10.0.0.1")]


TARGETS = (
    Target("packet", _packets, _check_packets, (), 1300),
    Target("address", _addresses, _check_address, (StreamingError,), 64),
    Target("sent", lambda: [b"/a2f/"], _check_sent, (StreamingError,), 256),
)
