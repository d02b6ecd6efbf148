"""The curves of a strip, encoded as a speaker caches them in the .blend: a few kilobytes.

Layout of the bytes, little-endian: magic, version, CRC-32 of all that follows it; rows, channels,
rate, length of the names; names (JSON, UTF-8); lowest value and step of each channel; then,
compressed with zlib, values as whole numbers of steps, as differences from row to row, channel
after channel, low bytes before high bytes. A step is 1/4096, or larger where a channel spans more
than 16 bits of such steps.
"""

import json
import struct
import zlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ...model.channels import MOUTH_GROUP
from ...model.curves import Curves
from ...model.errors import A2FError
from ..errors import BakeError
from .sound import sound_segment
from .sound.sound_segment import SoundSegment
from .sound.strip_plan import StripPlan
from .sound.strip_timing import StripTiming

STEP = 1.0 / 4096.0
"""Resolution of values: the error is at most half of this."""

_MAGIC = b"A2FT"
_VERSION = 1
_START = struct.Struct("<4sBI")
_SIZES = struct.Struct("<IHfI")
_MOST_VALUES = 1 << 28  # 512 MB: 14 hours of 52 channels; a damaged length must not fill memory
_LEVELS = 65535
_VOICE = 0.1  # how far some channel of the mouth moves with a voice
_BLOCK = 1024  # rows, which fit a processor's cache


class CachedCurvesError(A2FError):
    """Curves that cannot be encoded, or bytes that do not encode curves."""


@dataclass(frozen=True)
class StripCurves:
    """The curves of one strip, and where they play.

    Attributes:
        name: the strip's name, for people.
        timing: where the strip plays.
        encoded: the curves' bytes (``encode``).
        cut: seconds of the curves before the strip's first frame.
        segment: which part of which sound was analysed; None for curves without a sound.
        file: path of a sound file that is in no strip; else empty.
        key: identifies the strip's keys and cached curves even when the strip is renamed; empty
            until the speaker caches them.
        scene_uid: session_uid of the strip's scene; 0 without a strip.
        sound: path of the sound that was analysed; empty for a packed one.
    """

    name: str
    timing: StripTiming
    encoded: bytes
    cut: float = 0.0
    segment: SoundSegment | None = None
    file: str = ""
    key: str = ""
    scene_uid: int = 0
    sound: str = ""

    @cached_property
    def curves(self) -> Curves:
        """The decoded curves. Raises CachedCurvesError where the bytes are damaged."""
        return decode(self.encoded)

    @property
    def has_voice(self) -> bool:
        """Whether the mouth moves, where a sound was analysed: over silence, noise and hum it moves
        by 0.06 at most, by 0.19 and more over single syllables."""
        if self.segment is None:
            return True
        curves = self.curves
        mouth = [index for index, name in enumerate(curves.names) if name in MOUTH_GROUP]
        if not mouth or not len(curves.values):
            return True
        return bool(np.ptp(curves.values[:, mouth], axis=0).max() >= _VOICE)

    @classmethod
    def of_strip(cls, strip: StripPlan, curves: Curves) -> "StripCurves":
        """The curves that were analysed of a strip; reads the sound for its digest.

        Raises:
            BakeError: the sound cannot be read any more.
            CachedCurvesError: the curves cannot be encoded.
        """
        return cls(
            strip.name,
            strip.timing,
            encode(curves),
            segment=_segment(strip),
            file=strip.file,
            scene_uid=strip.scene_uid,
            sound=_path(strip),
        )

    def moved_to(self, strip: StripPlan, *, is_same_sound: bool = False) -> "StripCurves | None":
        """The same curves where the strip plays now; None if it plays sound not analysed yet.

        Args:
            strip: where it plays.
            is_same_sound: the sound need not be read, to see whether it is the one analysed.

        Raises:
            BakeError: the sound cannot be read.
        """
        if self.segment is None:
            return None
        segment = _segment(strip, self.segment.digest if is_same_sound else None)
        cut = segment.offset_in(self.segment, strip.rounding)
        if cut is None:
            return None
        return replace(
            self,
            name=strip.name,
            timing=strip.timing,
            cut=cut,
            file=strip.file,
            scene_uid=strip.scene_uid,
            sound=_path(strip),
        )


def _path(strip: StripPlan) -> str:
    content = strip.source.content
    return content if isinstance(content, str) else ""


def _segment(strip: StripPlan, known_digest: str | None = None) -> SoundSegment:
    try:
        return sound_segment.segment_of_strip(strip, known_digest)
    except OSError as error:
        raise BakeError(f'The sound of "{strip.name}" cannot be read ({error}).') from error


def encode(curves: Curves) -> bytes:
    """Bytes of curves; ``decode`` gives values back to within half a STEP.

    Raises:
        CachedCurvesError: a value is not finite, or there are more than fit.
    """
    values = np.asarray(curves.values, np.float32)
    if not np.isfinite(values).all():
        raise CachedCurvesError(
            "The curves hold values that are not numbers; analyse the sound again."
        )
    if values.size > _MOST_VALUES:
        raise CachedCurvesError(
            "The curves are too long to be kept; bake the sound in shorter strips."
        )
    low, step = _grid(values)
    names = json.dumps(curves.names).encode()
    try:
        sizes = _SIZES.pack(len(values), len(curves.names), curves.rate, len(names))
    except (struct.error, OverflowError) as error:
        raise CachedCurvesError(
            f"Curves of {len(curves.names)} channels, {curves.rate:g} rows a second, cannot be "
            "kept: give them fewer, or a usual rate."
        ) from error
    grid = np.concatenate([low, step]).astype("<f4").tobytes()
    # Run lengths alone: as small as with repeated strings for speech, five times as quick.
    packer = zlib.compressobj(1, strategy=zlib.Z_RLE)
    packed = [packer.compress(row) for row in _planes(values, low, step)] + [packer.flush()]
    body = b"".join([sizes, names, grid, *packed])
    return _START.pack(_MAGIC, _VERSION, zlib.crc32(body)) + body


def decode(data: bytes) -> Curves:
    """Curves of bytes that ``encode`` made.

    Raises:
        CachedCurvesError: the bytes are damaged, cut, or of a later version.
    """
    if len(data) < _START.size + _SIZES.size or data[:4] != _MAGIC:
        raise CachedCurvesError("The kept curves are damaged; analyse the sound again.")
    _, version, checksum = _START.unpack_from(data)
    if version != _VERSION:
        raise CachedCurvesError(
            f"The curves were kept by another version of this add-on (format {version}); "
            "analyse the sound again."
        )
    body = memoryview(data)[_START.size :]
    if zlib.crc32(body) != checksum:
        raise CachedCurvesError("The kept curves are damaged; analyse the sound again.")
    try:
        return _decoded(body)
    except (ValueError, struct.error, zlib.error, RecursionError) as error:
        raise CachedCurvesError("The kept curves are damaged; analyse the sound again.") from error


def _grid(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest value and step of each channel of [T, C]; equal values of two channels stay equal."""
    if len(values) == 0:
        return np.zeros(values.shape[1]), np.full(values.shape[1], STEP)
    least, most = values.min(axis=0).astype(float), values.max(axis=0).astype(float)
    step = np.maximum(STEP, (most - least) / (_LEVELS - 1))
    return np.floor(least / step) * step, step


def _planes(values: np.ndarray, low: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Differences from row to row in steps, uint8 [2 C, T]: all low bytes, then all high."""
    rows, channels = values.shape
    planes = np.empty((2 * channels, rows), np.uint8)
    before = np.zeros(channels, np.uint16)
    for start in range(0, rows, _BLOCK):
        block = slice(start, start + _BLOCK)
        levels = np.rint((values[block] - low) / step).astype(np.uint16)
        changes = np.diff(levels, axis=0, prepend=before[None])
        planes[:channels, block] = (changes & 0xFF).T
        planes[channels:, block] = (changes >> 8).T
        before = levels[-1]
    return planes


def _from_planes(planes: np.ndarray, low: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Values, float32 [T, C], of the result of ``_planes``."""
    channels, rows = len(planes) // 2, planes.shape[1]
    values = np.empty((rows, channels), np.float32)
    before = np.zeros(channels, np.uint16)
    for start in range(0, rows if channels else 0, _BLOCK):
        block = slice(start, start + _BLOCK)
        changes = planes[channels:, block].astype(np.uint16) << 8
        changes |= planes[:channels, block]
        changes[:, 0] += before
        levels = np.cumsum(changes, axis=1, dtype=np.uint16).T
        values[block] = low + levels * step
        before = levels[-1]
    return values


def _decoded(body: memoryview) -> Curves:
    """Curves of a body whose checksum is right. Raises ValueError where its contents do not fit."""
    rows, channels, rate, length = _SIZES.unpack_from(body)
    if rows * max(channels, 1) > _MOST_VALUES or not (np.isfinite(rate) and rate > 0):
        raise ValueError("sizes")
    at = _SIZES.size + length
    names = json.loads(bytes(body[_SIZES.size : at]))
    if not _are_names(names, channels):
        raise ValueError("names")
    low, step = np.frombuffer(body, "<f4", 2 * channels, at).reshape(2, channels).astype(float)
    highest = np.abs(low) + np.abs(step) * _LEVELS
    if not np.all(highest <= np.finfo(np.float32).max):  # false for NaN, too
        raise ValueError("range")
    size = 2 * rows * channels
    plain = zlib.decompressobj().decompress(body[at + 8 * channels :], size + 1)
    if len(plain) != size:
        raise ValueError("length")
    planes = np.frombuffer(plain, np.uint8).reshape(2 * channels, rows)
    return Curves(tuple(names), float(rate), _from_planes(planes, low, step))


def _are_names(names: object, count: int) -> bool:
    """Whether decoded JSON is a list of ``count`` different texts."""
    if not isinstance(names, list) or len(names) != count:
        return False
    return all(isinstance(name, str) for name in names) and len(set(names)) == count
