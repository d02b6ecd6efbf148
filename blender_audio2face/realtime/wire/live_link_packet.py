"""The UDP packet of Live Link Face, the iPhone app that sends ARKit faces to Unreal Engine.

Numbers are big-endian. In this order::

    uint8    version, 6
    string   device: an id that stays the same for a device
    string   subject: the name that a person gave it
    int32    frame number        float32  part of a frame
    int32    frame rate, as numerator ...       int32  ... and denominator
    uint8    how many values follow, 61
    float32  each value, in the order of NAMES

A string is an int32 and as many bytes of UTF-8. While no face is seen, packets end after the
strings, after the rate, or with a count of 0. Newer apps can send another format, MetaHuman
Animator's, which is not read here.

The sources agree on that and differ in these; what any of them reads is read here, too:

- Unreal itself (AppleARKitLiveLinkSource.cpp up to version 5 and EARFaceBlendShape, whose order it
  sends; NboSerializer.h) and think-biq/LLV write the device before the subject, though LLV's readme
  lists them the other way round. Unreal ignores bytes after the values; JimWest/PyLiveLinkFace
  refuses them.
- PyLiveLinkFace knows no length of the device: it writes three bytes 0 and a ``$``, which is the
  length 36. Below 60 frames a second it sends a denominator of 0.
- tbxMb/GodotLiveLinkFace swaps left and right of jaw and mouth, as does the app's own CSV; the
  order here is Unreal's, PyLiveLinkFace's, LLV's and that of aelzeiny's reader.
- Unreal's other archives end strings with a NUL and write UTF-16 after a negative length, which the
  engine's reader of this packet would refuse.
- LLV lets the part of a frame grow beyond 1.
"""

import struct
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ....model.curve_files.live_link import ANGLES, CHANNELS
from .errors import DecodeError, WireError

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
"""The size of Unreal's buffer; no packet is longer."""
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
BAD_TEXT = "a name that is no text"
BAD_COUNT = "another number of values than 61"
NOT_FINITE = "a value that is no number"
REASONS = (TOO_LONG, CUT_OFF, OTHER_VERSION, BAD_LENGTH, BAD_TEXT, BAD_COUNT, NOT_FINITE)
"""Every reason of a DecodeError."""


@dataclass(frozen=True, eq=False)
class Packet:
    """What one packet says.

    Attributes:
        device: an id, without meaning.
        subject: whose face it is.
        frame: count of frames since the sender's midnight, or since its start.
        part: of the next frame, 0..1.
        rate: frames a second.
        values: float32 [61] in the order of NAMES, all finite; None while no face is seen.
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
    """Frames a second as video has them: 23.976 is 24000/1001."""
    return Fraction(fps).limit_denominator(1001)


def at_seconds(
    seconds: float, rate: Fraction, *, device: str, subject: str, values: np.ndarray | None = None
) -> Packet:
    """A packet with the frame number and part of a moment on the sender's clock."""
    frames = seconds * float(rate)
    return Packet(device, subject, int(frames // 1), frames % 1, rate, values)


def encode(packet: Packet) -> bytes:
    """The packet as Unreal reads it.

    Raises:
        WireError: a name is too long for Unreal, a number does not fit into 32 bits, or there are
            not 61 finite values.
    """
    rate = packet.rate
    numbers = (packet.frame, rate.numerator, rate.denominator)
    if not all(-_INT32 <= number < _INT32 for number in numbers):
        raise WireError("The time cannot be sent: its frame number or its rate is too large.")
    head = bytes([VERSION]) + _text(packet.device) + _text(packet.subject)
    head += _TIME.pack(packet.frame, packet.part, rate.numerator, rate.denominator)
    if packet.values is None:
        return head
    values = np.asarray(packet.values, np.float32)
    if values.shape != (len(NAMES),) or not np.all(np.isfinite(values)):
        raise WireError(f"The face cannot be sent: it has not {len(NAMES)} finite values.")
    return head + bytes([len(NAMES)]) + values.astype(_BIG_ENDIAN).tobytes()


def decode(data: bytes) -> Packet:
    """What a datagram says, whatever its bytes are; it needs no more memory than a packet.

    A value that is infinite or no number spoils its packet. A rate or a part of a frame that makes
    no sense does not: a denominator below 1 counts as 1, a numerator below 1 as 60, and a part
    outside of 0..1 as its nearer end.

    Raises:
        DecodeError: with one of REASONS.
    """
    if len(data) > MAX_BYTES:
        raise DecodeError(TOO_LONG)
    if not data:
        raise DecodeError(CUT_OFF)
    if data[0] != VERSION:
        raise DecodeError(OTHER_VERSION)
    device, place = _read_text(data, 1)
    subject, place = _read_text(data, place)
    if place == len(data):
        return Packet(device, subject, 0)
    timed = _with_time(Packet(device, subject, 0), data, place)
    place += _TIME.size
    if place == len(data):
        return timed
    return replace(timed, values=_read_values(data, place))


def _with_time(packet: Packet, data: bytes, place: int) -> Packet:
    if len(data) - place < _TIME.size:
        raise DecodeError(CUT_OFF)
    frame, part, numerator, denominator = _TIME.unpack_from(data, place)
    if part != part:  # NaN
        part = 0.0
    rate = Fraction(numerator if numerator > 0 else 60, max(denominator, 1))
    return replace(packet, frame=frame, part=min(max(part, 0.0), 1.0), rate=rate)


def _read_values(data: bytes, place: int) -> np.ndarray | None:
    count = data[place]
    if count == 0:
        return None
    if count != len(NAMES):
        raise DecodeError(BAD_COUNT)
    if len(data) - place - 1 < count * _BIG_ENDIAN.itemsize:
        raise DecodeError(CUT_OFF)
    values = np.frombuffer(data, _BIG_ENDIAN, count, place + 1).astype(np.float32)
    if not np.all(np.isfinite(values)):
        raise DecodeError(NOT_FINITE)
    return values


def _text(text: str) -> bytes:
    data = text.encode("utf-8", errors="replace")
    if len(data) > _MAX_SENT_STRING:
        raise WireError(f'The name "{text[:20]}…" cannot be sent: choose a shorter one.')
    return _INT.pack(len(data)) + data


def _read_text(data: bytes, place: int) -> tuple[str, int]:
    """A string and the place after it."""
    if len(data) - place < _INT.size:
        raise DecodeError(CUT_OFF)
    (length,) = _INT.unpack_from(data, place)
    place += _INT.size
    size, encoding = (length, "utf-8") if length >= 0 else (-2 * length, "utf-16-le")
    if size > _MAX_STRING:
        raise DecodeError(BAD_LENGTH)
    if len(data) - place < size:
        raise DecodeError(CUT_OFF)
    try:
        text = data[place : place + size].decode(encoding)
    except UnicodeDecodeError as error:
        raise DecodeError(BAD_TEXT) from error
    return text.rstrip("\0"), place + size
