"""Decodes sounds into pieces of samples.

soundfile (or the standard library's wave) comes first. Blender's own decoder, aud, reads more
formats but holds the GIL, so it is used only where the first decoder fails, and for a few seconds
at a time. It seeks up to 35 ms beside the requested second in Matroska and Ogg, so each piece
overlaps the last one and is placed where it repeats it.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ....model.audio_file import audio_blocks, to_16k_blocks
from ....model.errors import AudioError
from ....model.input_files import why_not_a_file
from ....model.optional import optional_import
from ...errors import StripError
from .strip_plan import SoundSource

CHOOSE = "choose another"
FIND = "find it with File > External Data > Find Missing Files"


class SoundFileError(StripError):
    """A path without a sound file."""


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


def pieces(
    decode: Callable[[float, float], np.ndarray], rate: float, begin: float, end: float
) -> Iterator[np.ndarray]:
    """The samples of a sound from second ``begin`` to ``end``, without gaps or repetition.

    Args:
        decode: (first, last second) -> [n, channels] at ``rate`` Hz; shorter where the sound ends.
        rate: samples a second.
        begin: not negative.
        end: may lie beyond the sound's end.

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

_LONGEST_SUFFIX = 16
"""Characters kept of a packed sound's suffix in the name of a temporary file."""


def model_decoder(source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """soundfile, else the standard library's wave."""
    if isinstance(source.content, str):
        check_sound_file(source.content, FIND)
    return audio_blocks(source.content, start, duration)


def aud_decoder(source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """Blender's decoder (FFmpeg): also M4A and the sound of videos."""
    aud = optional_import("aud")
    if aud is None:
        reason = "not in this Blender"
        raise AudioError(f'"{source.label}" cannot be decoded by aud: {reason}.', reason)
    begin = start if start > _SEEK_BEYOND else 0.0
    with as_file(source) as path:
        sound = aud.Sound(path)
        rate = sound.specs[0]
        decoded = pieces(
            lambda first, last: sound.limit(first, last).data(), rate, begin, start + duration
        )
        yield from to_16k_blocks(_without(decoded, round((start - begin) * rate)), rate)


DECODERS: tuple[tuple[str, Decoder], ...] = (("soundfile", model_decoder), ("aud", aud_decoder))


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


def _without(blocks: Iterator[np.ndarray], skipped: int) -> Iterator[np.ndarray]:
    """Blocks without their first samples."""
    for block in blocks:
        yield block[skipped:]
        skipped = max(skipped - len(block), 0)
