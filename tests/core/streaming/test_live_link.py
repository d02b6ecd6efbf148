"""Live Link Face's packet: as Unreal lays it out, malformed packets, and its channels."""

import struct
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from a2f.blender_audio2face.core.streaming.live_link import (
    BAD_COUNT,
    BAD_LENGTH,
    BAD_TEXT,
    COLUMNS,
    CUT_OFF,
    MAX_BYTES,
    NAMES,
    NOT_FINITE,
    OTHER_VERSION,
    REASONS,
    TOO_LONG,
    Packet,
    PacketError,
    channels_of,
    decode,
    encode,
    packet_values_of,
)
from a2f.blender_audio2face.errors import StreamingError
from hypothesis import given, settings
from hypothesis import strategies as st

DEVICE = "DC9E3D5C-3A3A-4A53-9C8A-6E9B8B3E8C11"
VALUES = np.linspace(0, 1, 61, dtype=np.float32)
FACE = Packet(DEVICE, "iPhone", 3207600, 0.25, Fraction(60), VALUES)
few = settings(max_examples=40, deadline=None)


def finite_values(seed: int) -> np.ndarray:
    """61 finite values of any bits: drawing each of them would take Hypothesis long."""
    values = np.random.default_rng(seed).bytes(61 * 4)
    return np.nan_to_num(np.frombuffer(values, np.float32))


names = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
packets = st.builds(
    Packet,
    device=names,
    subject=names,
    frame=st.integers(-(2**31), 2**31 - 1),
    part=st.floats(0, 1, width=32),
    rate=st.builds(Fraction, st.integers(1, 240_000), st.integers(1, 1001)),
    values=st.none() | st.integers(0, 2**32).map(finite_values),
)


def assert_same(first: Packet, second: Packet) -> None:
    assert replace(first, values=None).__dict__ == replace(second, values=None).__dict__
    assert (first.values is None) == (second.values is None)
    if first.values is not None:
        np.testing.assert_array_equal(first.values, second.values)


def test_layout_is_unreals() -> None:
    """Written out by hand, field by field, from the description of the format."""
    by_hand = b"\x06"
    by_hand += b"\x00\x00\x00\x24" + DEVICE.encode()
    by_hand += b"\x00\x00\x00\x06" + b"iPhone"
    by_hand += struct.pack(">i", 3207600) + struct.pack(">f", 0.25)
    by_hand += b"\x00\x00\x00\x3c" + b"\x00\x00\x00\x01"
    by_hand += b"\x3d" + b"".join(struct.pack(">f", value) for value in VALUES)
    assert encode(FACE) == by_hand
    assert_same(decode(by_hand), FACE)


def test_order_is_unreals() -> None:
    assert len(NAMES) == len(set(NAMES)) == 61
    assert NAMES[14:24] == (
        "JawForward", "JawLeft", "JawRight", "JawOpen", "MouthClose",
        "MouthFunnel", "MouthPucker", "MouthLeft", "MouthRight", "MouthSmileLeft",
    )  # fmt: skip
    assert NAMES[51:55] == ("TongueOut", "HeadYaw", "HeadPitch", "HeadRoll")


def test_packet_of_pylivelinkface_is_read() -> None:
    """Its version of four bytes and its ``$`` make the version and the length 36."""
    data = struct.pack("<I", 6) + b"$" + DEVICE.encode() + struct.pack("!i", 3) + b"Amy"
    data += struct.pack("!II", 107, 1056060032) + struct.pack("!II", 30, 0)
    data += struct.pack("!B61f", 61, *VALUES)
    packet = decode(data)
    assert (packet.device, packet.subject, packet.rate) == (DEVICE, "Amy", 30)
    assert packet.seconds == pytest.approx(107.48 / 30, abs=0.01)
    np.testing.assert_array_equal(packet.values, VALUES)


@pytest.mark.parametrize("end", [b"", struct.pack(">ifii", 7, 0, 60, 1)])
@pytest.mark.parametrize("count", [b"", b"\x00"])
def test_packet_without_face_has_no_values(end: bytes, count: bytes) -> None:
    data = b"\x06" + struct.pack(">i", 1) + b"d" + struct.pack(">i", 1) + b"s" + end
    packet = decode(data + (count if end else b""))
    assert packet.values is None
    assert packet.subject == "s"
    assert packet.frame == (7 if end else 0)


def test_strings_of_other_archives_are_read() -> None:
    wide = "Zoë".encode("utf-16-le") + b"\0\0"
    data = b"\x06" + struct.pack(">i", 4) + b"abc\0" + struct.pack(">i", -4) + wide
    packet = decode(data)
    assert (packet.device, packet.subject) == ("abc", "Zoë")


def test_trailing_bytes_are_ignored() -> None:
    assert_same(decode(encode(FACE) + b"later"), FACE)


DATA = encode(FACE)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x05" + DATA[1:], OTHER_VERSION),
        (b"\x06" + struct.pack(">i", 2**31 - 1) + DATA[5:], BAD_LENGTH),
        (b"\x06" + struct.pack(">i", -(2**31)) + DATA[5:], BAD_LENGTH),
        (b"\x06" + struct.pack(">i", 2) + b"\xff\xff", BAD_TEXT),
        (b"\x06" + struct.pack(">i", -1) + b"\x00\xd8", BAD_TEXT),
        (DATA[:-245] + b"\x34" + DATA[-244:], BAD_COUNT),
        (DATA[:-4] + struct.pack(">f", np.nan), NOT_FINITE),
        (DATA[:-4] + struct.pack(">f", -np.inf), NOT_FINITE),
        (DATA + bytes(MAX_BYTES), TOO_LONG),
        (b"", CUT_OFF),
    ],
)
def test_malformed_packet_has_its_reason(data: bytes, reason: str) -> None:
    assert reason in REASONS
    with pytest.raises(PacketError, match=reason):
        decode(data)


def test_truncated_packet_is_cut_off() -> None:
    faceless = {len(DATA) - 244 - 1 - 16, len(DATA) - 244 - 1}
    for size in range(len(DATA)):
        if size in faceless:
            assert decode(DATA[:size]).values is None
            continue
        with pytest.raises(PacketError, match=CUT_OFF):
            decode(DATA[:size])


def test_impossible_time_is_corrected() -> None:
    data = encode(FACE)
    place = len(data) - 245 - 16
    for part, kept in ((np.nan, 0.0), (np.inf, 1.0), (-3.0, 0.0), (1.7, 1.0)):
        changed = struct.pack(">ifii", 5, part, -60, -1)
        packet = decode(data[:place] + changed + data[place + 16 :])
        assert (packet.frame, packet.part, packet.rate) == (5, kept, 60)


@few
@given(packets)
def test_any_packet_survives_round_trip(packet: Packet) -> None:
    assert_same(decode(encode(packet)), packet)


def test_unreadable_packet_is_not_encoded() -> None:
    with pytest.raises(StreamingError, match="choose a shorter one"):
        encode(replace(FACE, subject="ü" * 129))
    with pytest.raises(StreamingError, match="frame number"):
        encode(replace(FACE, frame=2**31))


@pytest.mark.parametrize("name", ["JawLeft", "JawRight", "MouthLeft", "TongueOut", "EyeBlinkLeft"])
def test_value_goes_to_channel_of_its_name(name: str) -> None:
    values = np.zeros(61, np.float32)
    values[NAMES.index(name)] = 0.5
    channels = channels_of(values)
    assert channels.dtype == np.float32
    assert {COLUMNS[place] for place in np.flatnonzero(channels)} == {name[0].lower() + name[1:]}
    assert channels.max() == 0.5


def test_head_angles_are_shares_of_half_a_turn() -> None:
    sent = packet_values_of(("headYaw", "headPitch", "headRoll"), [np.pi / 2, 0.1, 0.2])
    assert sent[NAMES.index("HeadYaw")] == pytest.approx(0.5)
    assert sent[NAMES.index("HeadPitch")] == pytest.approx(0.1 / np.pi)
    assert sent[NAMES.index("HeadRoll")] == pytest.approx(-0.2 / np.pi)


def test_unknown_channels_are_left_out() -> None:
    sent = packet_values_of(("jawOpen", "visemeAA", "mouthClose"), [0.4, 1.0, np.nan])
    assert np.flatnonzero(sent).tolist() == [NAMES.index("JawOpen")]


def test_channels_are_clipped() -> None:
    channels = channels_of(np.full(61, -3e38, np.float32))
    assert set(channels[:52]) == {0.0}
    assert np.all(np.abs(channels[52:]) <= np.float32(np.pi))
    assert channels_of(np.full(61, 3e38, np.float32))[:52].max() == 2.0
