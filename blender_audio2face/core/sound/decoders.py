"""Decodes sounds into pieces of samples.

soundfile (or the standard library's wave) comes first. Blender's own decoder, aud, reads more
formats but holds the GIL, so it is used only where the first decoder fails or ends, and for a few
seconds at a time. It seeks up to 35 ms beside the requested second in Matroska and Ogg, so each
piece overlaps the last one and is placed where it repeats it.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np

from ....model.audio_file import audio_blocks, channel_blocks, to_16k_blocks
from ....model.errors import AudioError, ChannelMissingError
from ....model.input_files import why_not_a_file
from ....model.optional import optional_import
from ....model.voice_mix import VoiceMix, voice_mix
from ...errors import StripError
from .strip_plan import SoundSource

CHOOSE = "choose another"
FIND = "find it with File > External Data > Find Missing Files"


class SoundFileError(StripError):
    """A path without a sound file."""


class EmptySoundError(StripError):
    """A sound without a sample."""

    def __init__(self, label: str) -> None:
        super().__init__(f'The sound file "{label}" is empty: choose another.')


class ChannelError(StripError):
    """A sound without the channel that was chosen."""


def check_sound_file(path: str, advice: str, strip: str = "") -> None:
    """Raises SoundFileError for a path that is no regular file; never opens it.

    Args:
        path: absolute.
        advice: what the artist can do.
        strip: name of the strip that plays it, if any.
    """
    reason = why_not_a_file(path)
    if reason is not None:
        whose = f' of strip "{strip}"' if strip else ""
        raise SoundFileError(f'The sound file "{path}"{whose} {reason}: {advice}.')


_PIECE = 10.0
"""Seconds in a piece: about 30 ms of decoding."""

_REPEATED = 0.1
"""Seconds at the end of a piece that are searched for in the next one."""

_LOW = 1000.0
"""Samples a second below which too few samples overlap; such a sound is decoded at once."""

_SURE = 0.7
"""Correlation from which it is the same sound; codecs that replace noise (AAC) reach 0.9."""

_SILENT = 1e-6  # mean square


Decode = Callable[[float, float], np.ndarray]
"""(first, last second) -> [n, channels]; shorter where the sound ends."""


def pieces(
    decode: Decode, rate: float, begin: float, end: float, whole: Decode | None = None
) -> Iterator[np.ndarray]:
    """The samples of a sound from second ``begin`` to ``end``, without gaps or repetition.

    Args:
        decode: gives samples at ``rate`` Hz.
        rate: samples a second.
        begin: not negative.
        end: may lie beyond the sound's end.
        whole: decodes at once what no seek reaches, such as a second sound in the same file.

    Yields:
        [n, channels].
    """
    if rate < _LOW:
        yield decode(begin, end)
        return
    overlap, total = round(_REPEATED * rate), round((end - begin) * rate)
    last = min(begin + _PIECE, end + _REPEATED)
    given = decode(begin, last)
    missing = round((last - begin) * rate) - len(given)
    given = given[:total]
    count = len(given)
    yield given
    while count < total and len(given) and missing < overlap:
        tail = given[-overlap:]
        now = begin + count / rate
        first, last = max(now - 2 * _REPEATED, begin), min(now + _PIECE, end + _REPEATED)
        data = decode(first, last)
        missing = round((last - first) * rate) - len(data)
        place = _place_of(tail, data, round((now - first) * rate) - len(tail))
        if place is None:  # no seeking in this format: decode all at once
            data, place, missing = decode(begin, end)[count - len(tail) :], 0, overlap
        given = data[place + len(tail) :][: total - count]
        count += len(given)
        yield given
    if count < total and whole is not None:
        yield whole(begin, end)[count:]


def _place_of(tail: np.ndarray, data: np.ndarray, expected: int) -> int | None:
    """Row of data [n, channels] at which tail [m, channels] is repeated; None where it is not.

    For a silent tail the expected row.
    """
    pattern = tail.mean(axis=1, dtype=float)
    energy = float(pattern @ pattern)
    searched = data[: 3 * len(tail)].mean(axis=1, dtype=float)
    places = len(searched) - len(pattern) + 1
    if energy <= _SILENT * len(pattern) or places < 1:
        return max(expected, 0)
    size = 1 << (len(searched) + len(pattern)).bit_length()
    spectrum = np.fft.rfft(searched, size) * np.conj(np.fft.rfft(pattern, size))
    products = np.fft.irfft(spectrum, size)[:places]
    sums = np.concatenate(([0.0], np.cumsum(searched**2)))
    energies = (sums[len(pattern) :] - sums[: -len(pattern)])[:places]
    alike = products / np.sqrt(np.maximum(energies, _SILENT * len(pattern)) * energy)
    far = np.abs(np.arange(places) - expected) / len(pattern)
    best = int(np.argmax(alike - 1e-3 * far))  # the nearest period of a steady tone
    return best if alike[best] >= _SURE else None


Decoder = Callable[[SoundSource, float, float], Iterator[np.ndarray]]
"""(source, start, duration in seconds) -> pieces float32 [n] at the network's rate, which may end
early. Calling it, or its first piece, raises an Exception where it cannot decode the source."""

_SEEK_BEYOND = 60.0
"""Seconds up to which aud decodes from the beginning instead of seeking, which is inexact."""

_AT_ONCE = 8 << 20
"""Bytes of a compressed file whose sound fits into memory at once."""

_BEGINNINGS = b"OggS\0\2", b"fLaC\0"
"""How files begin that stay readable when they are put one behind the other, but in which aud seeks
only within the first."""

_LONGEST_SUFFIX = 16
"""Characters kept of a packed sound's suffix in the name of a temporary file."""


def model_decoder(source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """soundfile, else the standard library's wave."""
    if isinstance(source.content, str):
        check_sound_file(source.content, FIND)
    return audio_blocks(source.content, start, duration, mix_of(source))


def aud_decoder(source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """Blender's decoder (FFmpeg): also M4A and the sound of videos."""
    begin = start if start > _SEEK_BEYOND else 0.0
    mix = mix_of(source)
    with _aud_pieces(source, begin, start + duration) as (rate, decoded):
        rest = _without(decoded, round((start - begin) * rate))
        yield from to_16k_blocks(rest, rate, mix)


@contextmanager
def _aud_pieces(
    source: SoundSource, begin: float, end: float
) -> Iterator[tuple[float, Iterator[np.ndarray]]]:
    """(samples a second, pieces [n, channels]) of a sound from second ``begin`` to ``end``.

    Raises AudioError where this Blender has no aud.
    """
    aud = optional_import("aud")
    if aud is None:
        reason = "not in this Blender"
        raise AudioError(f'"{source.label}" cannot be decoded by aud: {reason}.', reason)
    with as_file(source) as path:
        sound = aud.Sound(path)
        rate = sound.specs[0]

        def decode(first: float, last: float) -> np.ndarray:
            return sound.limit(first, last).data()

        whole = decode if _is_joined(source) else None
        yield rate, pieces(decode, rate, begin, end, whole)


DECODERS: tuple[tuple[str, Decoder], ...] = (("soundfile", model_decoder), ("aud", aud_decoder))

WHOLE = 1e6
"""Seconds; longer than every sound."""


def check_channel(source: SoundSource) -> None:
    """Raises ChannelError where a sound lacks the channel that was chosen; decodes a moment of it.
    What cannot be read passes."""
    if source.channel:
        _surveyed(source, blocks=1)


_KNOWN_MIXES = 64
_mixes: dict[tuple[object, ...], VoiceMix] = {}


def mix_of(source: SoundSource) -> VoiceMix:
    """How the channels of a sound become one voice; found once for each file.

    Raises:
        ChannelError: the sound lacks the channel that was chosen.
        SoundFileError: it does not exist.
    """
    content = source.content
    if isinstance(content, str):
        check_sound_file(content, FIND)
        status = Path(content).stat()
        key: tuple[object, ...] = content, status.st_size, status.st_mtime_ns, source.channel
    else:
        key = len(content), hash(content), source.channel
    if key not in _mixes:
        mix = _surveyed(source)
        while len(_mixes) >= _KNOWN_MIXES:
            _mixes.pop(next(iter(_mixes)), None)
        _mixes[key] = mix
    return _mixes[key]


def _surveyed(source: SoundSource, blocks: int | None = None) -> VoiceMix:
    """The mix of a sound, or of its first blocks."""
    for channels in (_model_channels, _aud_channels):
        try:
            mix = voice_mix(islice(channels(source), blocks), source.channel)
        except ChannelMissingError as error:
            raise ChannelError(f'"{source.label}" {error.reason}.') from error
        except Exception:
            continue
        if mix is not None:
            return mix
    return VoiceMix(channel=source.channel)


def _model_channels(source: SoundSource) -> Iterator[tuple[float, np.ndarray]]:
    return channel_blocks(source.content)


def _aud_channels(source: SoundSource) -> Iterator[tuple[float, np.ndarray]]:
    with _aud_pieces(source, 0.0, WHOLE) as (rate, decoded):
        for piece in decoded:
            yield rate, piece


@contextmanager
def as_file(source: SoundSource) -> Iterator[str]:
    """The path of a sound; a packed sound is unpacked for as long as the context lasts.

    Raises SoundFileError where the file does not exist.
    """
    if isinstance(source.content, str):
        check_sound_file(source.content, FIND)
        yield source.content
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "packed" + Path(source.label).suffix[:_LONGEST_SUFFIX])
        path.write_bytes(source.content)
        yield str(path)


def _is_joined(source: SoundSource) -> bool:
    """Whether a file may be several that were put one behind the other."""
    content = source.content
    if isinstance(content, str):
        if Path(content).stat().st_size > _AT_ONCE:
            return False
        content = Path(content).read_bytes()
    return len(content) <= _AT_ONCE and any(
        content.startswith(beginning) and content.count(beginning) > 1 for beginning in _BEGINNINGS
    )


def _without(blocks: Iterator[np.ndarray], skipped: int) -> Iterator[np.ndarray]:
    """Blocks without their first samples."""
    for block in blocks:
        yield block[skipped:]
        skipped = max(skipped - len(block), 0)
