"""The UDP packet of Live Link Face, the iPhone app that sends ARKit faces to Unreal Engine, and the
channels that its values are.

Numbers are big-endian. In this order::

    uint8    version, 6
    string   device: an id that stays the same for a device
    string   subject: the name that a person gave it
    int32    frame number        float32  part of a frame
    int32    frame rate, as numerator ...       int32  ... and denominator
    uint8    number of values that follow, 61
    float32  each value, in the order of NAMES

A string is an int32 and as many bytes of UTF-8. While no face is tracked, packets end after the
strings, after the rate, or with a count of 0. Newer apps can send another format, MetaHuman
Animator's, which is not read here.

The published implementations agree on that and differ in the following; what any of them accepts
is accepted here:

- Unreal itself (AppleARKitLiveLinkSource.cpp up to version 5 and EARFaceBlendShape, whose order it
  sends; NboSerializer.h) and think-biq/LLV write the device before the subject, though LLV's readme
  lists them the other way round. Unreal ignores bytes after the values; JimWest/PyLiveLinkFace
  refuses them.
- PyLiveLinkFace does not write the device's length as such: it writes three bytes 0 and a ``$``,
  which together are the length 36. Below 60 frames a second it sends a denominator of 0.
- tbxMb/GodotLiveLinkFace swaps left and right of jaw and mouth, as does the app's own CSV; the
  order here is Unreal's, PyLiveLinkFace's, LLV's and that of aelzeiny's reader.
- Unreal's other archives end strings with a NUL and write UTF-16 after a negative length, which the
  engine's reader of this packet would refuse.
- LLV lets the part of a frame grow beyond 1.

Angles of the head are shares of half a turn, -1..1, as Unreal's AppleARKitFaceSupport sends them:
yaw to the character's left, pitch chin down, roll to its right shoulder.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ....model.channels import ARKIT_52
from ....model.curve_files.live_link import ANGLES, CHANNELS
from ...errors import StreamingError
from ..rigs.mapping import HEAD

VERSION = 6
PORT = 11111


def _left_first(names: tuple[str, ...]) -> tuple[str, ...]:
    """The order of the app's CSV, but with the left of JawLeft and MouthLeft before their right."""
    swapped = {"JawRight": "JawLeft", "MouthRight": "MouthLeft"}
    swapped |= {left: right for right, left in swapped.items()}
    return tuple(swapped.get(name, name) for name in names)


NAMES: tuple[str, ...] = (*_left_first(CHANNELS), *ANGLES)
"""The 61 values: ARKit's 52 channels with a capital letter, then yaw, pitch and roll of the
head, of the left and of the right eye."""

MAX_BYTES = 1286
"""The size of Unreal's buffer: no packet is longer."""
_MAX_STRING = 512
_MAX_SENT_STRING = 256
_USUAL_RATE = Fraction(60)
_TIME = struct.Struct(">ifii")
_INT = struct.Struct(">i")
_BIG_ENDIAN = np.dtype(">f4")
_INT32 = 2**31

TOO_LONG = "longer than any packet of Live Link Face"
CUT_OFF = "cut off"
OTHER_VERSION = "another version of the format"
BAD_LENGTH = "a name of impossible length"
BAD_TEXT = "a name that is not text"
BAD_COUNT = "another number of values than 61"
NOT_FINITE = "a value that is not a number"
REASONS = (TOO_LONG, CUT_OFF, OTHER_VERSION, BAD_LENGTH, BAD_TEXT, BAD_COUNT, NOT_FINITE)
"""Every reason of a PacketError."""

COLUMNS: tuple[str, ...] = (*ARKIT_52, *HEAD)
"""The channels read from a packet: ARKit's 52, then the head's pitch, yaw and roll in radians."""

_PLACE_OF = {name[0].lower() + name[1:]: place for place, name in enumerate(NAMES)}
_PLACES = np.array([_PLACE_OF[name] for name in COLUMNS])
_TURNS = {"headPitch": 1 / np.pi, "headYaw": 1 / np.pi, "headRoll": -1 / np.pi}
_SCALES = np.array([_TURNS.get(name, 1.0) for name in COLUMNS], np.float32)
_LOW = np.array([0.0 if name in ARKIT_52 else -1.0 for name in COLUMNS], np.float32)
_HIGH = np.array([2.0 if name in ARKIT_52 else 1.0 for name in COLUMNS], np.float32)
"""ARKit's channels end at 1; programs that exaggerate go beyond."""


class PacketError(Exception):
    """A malformed packet."""

    @property
    def reason(self) -> str:
        """One of REASONS."""
        return self.args[0]


@dataclass(frozen=True, eq=False)
class Packet:
    """The content of one packet.

    Attributes:
        device: an id without meaning.
        subject: the name of the face.
        frame: count of frames since the sender's midnight, or since its start.
        part: of the next frame, 0..1.
        rate: frames a second.
        values: float32 [61] in the order of NAMES, all finite; None while no face is tracked.
    """

    device: str
    subject: str
    frame: int
    part: float = 0.0
    rate: Fraction = _USUAL_RATE
    values: np.ndarray | None = None

    @property
    def seconds(self) -> float:
        """The frame's time on the sender's clock."""
        return float((self.frame + self.part) / self.rate)


def rate_of(fps: float) -> Fraction:
    """Frames per second as a fraction, as in video: 23.976 is 24000/1001."""
    return Fraction(fps).limit_denominator(1001)


def channels_of(packet_values: np.ndarray) -> np.ndarray:
    """Values float32 [55] of COLUMNS from a packet's [61]; channels in 0..2, radians within ±π."""
    return (np.clip(packet_values[_PLACES], _LOW, _HIGH) / _SCALES).astype(np.float32)


def packet_values_of(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """A packet's values float32 [61].

    Args:
        names: C channel names; those that packets do not have are left out.
        values: [C] channel values, and head angles in radians; NaN counts as 0.
    """
    made = [0.0] * len(NAMES)
    finite = np.nan_to_num(np.asarray(values, np.float32)).tolist()
    for name, value in zip(names, finite, strict=True):
        if name in _PLACE_OF:
            made[_PLACE_OF[name]] = value * _TURNS.get(name, 1.0)
    return np.array(made, np.float32)


def encode(packet: Packet) -> bytes:
    """The packet as Unreal reads it.

    Raises:
        StreamingError: a name is too long for Unreal, or a number does not fit into 32 bits.
    """
    rate = packet.rate
    numbers = (packet.frame, rate.numerator, rate.denominator)
    if not all(-_INT32 <= number < _INT32 for number in numbers):
        raise StreamingError("The time cannot be sent: its frame number or its rate is too large.")
    head = bytes([VERSION]) + _text(packet.device) + _text(packet.subject)
    head += _TIME.pack(packet.frame, packet.part, rate.numerator, rate.denominator)
    if packet.values is None:
        return head
    return head + bytes([len(NAMES)]) + packet.values.astype(_BIG_ENDIAN).tobytes()


def decode(data: bytes) -> Packet:
    """The packet in a datagram of any bytes.

    A value that is infinite or NaN makes the packet malformed. A rate or a part of a frame out of
    range does not: a denominator below 1 counts as 1, a numerator below 1 as 60, and the part is
    clipped to 0..1.

    Raises:
        PacketError: with one of REASONS.
    """
    if len(data) > MAX_BYTES:
        raise PacketError(TOO_LONG)
    if not data:
        raise PacketError(CUT_OFF)
    if data[0] != VERSION:
        raise PacketError(OTHER_VERSION)
    device, place = _read_text(data, 1)
    subject, place = _read_text(data, place)
    if place == len(data):
        return Packet(device, subject, 0)
    if len(data) - place < _TIME.size:
        raise PacketError(CUT_OFF)
    frame, part, numerator, denominator = _TIME.unpack_from(data, place)
    place += _TIME.size
    part = 0.0 if math.isnan(part) else min(max(part, 0.0), 1.0)
    rate = Fraction(numerator if numerator > 0 else 60, max(denominator, 1))
    values = _read_values(data, place) if place < len(data) else None
    return Packet(device, subject, frame, part, rate, values)


def _read_values(data: bytes, place: int) -> np.ndarray | None:
    count = data[place]
    if count == 0:
        return None
    if count != len(NAMES):
        raise PacketError(BAD_COUNT)
    if len(data) - place - 1 < count * _BIG_ENDIAN.itemsize:
        raise PacketError(CUT_OFF)
    values = np.frombuffer(data, _BIG_ENDIAN, count, place + 1).astype(np.float32)
    if not np.all(np.isfinite(values)):
        raise PacketError(NOT_FINITE)
    return values


def _text(text: str) -> bytes:
    data = text.encode("utf-8", errors="replace")
    if len(data) > _MAX_SENT_STRING:
        raise StreamingError(f'The name "{text[:20]}…" cannot be sent: choose a shorter one.')
    return _INT.pack(len(data)) + data


def _read_text(data: bytes, place: int) -> tuple[str, int]:
    """A string and the place after it."""
    if len(data) - place < _INT.size:
        raise PacketError(CUT_OFF)
    (length,) = _INT.unpack_from(data, place)
    place += _INT.size
    size, encoding = (length, "utf-8") if length >= 0 else (-2 * length, "utf-16-le")
    if size > _MAX_STRING:
        raise PacketError(BAD_LENGTH)
    if len(data) - place < size:
        raise PacketError(CUT_OFF)
    try:
        text = data[place : place + size].decode(encoding)
    except UnicodeDecodeError as error:
        raise PacketError(BAD_TEXT) from error
    return text.rstrip("\0"), place + size
