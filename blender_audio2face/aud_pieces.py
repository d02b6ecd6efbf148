"""A sound in pieces from a decoder that opens and seeks it anew for each, as aud does.

aud decodes whole sounds or a range of seconds, holding the GIL. So it is asked for a few seconds
at a time; and as it lands up to 35 ms beside the second it seeks, in Matroska and Ogg, each piece
begins before the end of the last and is laid where it repeats it.
"""

from collections.abc import Callable, Iterator

import numpy as np

_PIECE = 10.0
"""Seconds in a piece: about 30 ms of decoding."""

_REPEATED = 0.1
"""Seconds that are looked for in the next piece, which begins as much earlier."""

_LOW = 1000.0
"""Samples a second below which a sound is short, and its moments are too few to be found again."""

_SURE = 0.7
"""Correlation from which it is the same sound; codecs that make up noise (AAC) reach 0.9."""

_SILENT = 1e-6  # mean square


def pieces(
    decode: Callable[[float, float], np.ndarray], rate: float, begin: float, end: float
) -> Iterator[np.ndarray]:
    """The samples of a sound from second ``begin`` to ``end``, without gap or repetition.

    Args:
        decode: (first, last second) -> [n, channels] at ``rate`` Hz; shorter where the sound ends.
        rate: samples a second.
        begin: not negative.
        end: may lie behind the sound's end.

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
        if place is None:  # it cannot seek in this format: then all in one go
            data, place, missing = decode(begin, end)[count - len(tail) :], 0, overlap
        given = data[place + len(tail) :][: total - count]
        count += len(given)
        yield given


def _place_of(tail: np.ndarray, data: np.ndarray, expected: int) -> int | None:
    """Row of data [n, channels] at which tail [m, channels] lies again; None where it does not.

    A silent tail says nothing: then it is where it should be.
    """
    wanted = tail.mean(axis=1, dtype=float)
    energy = float(wanted @ wanted)
    searched = data[: 3 * len(tail)].mean(axis=1, dtype=float)
    places = len(searched) - len(wanted) + 1
    if energy <= _SILENT * len(wanted) or places < 1:
        return max(expected, 0)
    size = 1 << (len(searched) + len(wanted)).bit_length()
    spectrum = np.fft.rfft(searched, size) * np.conj(np.fft.rfft(wanted, size))
    products = np.fft.irfft(spectrum, size)[:places]
    sums = np.concatenate(([0.0], np.cumsum(searched**2)))
    energies = (sums[len(wanted) :] - sums[: -len(wanted)])[:places]
    alike = products / np.sqrt(np.maximum(energies, _SILENT * len(wanted)) * energy)
    far = np.abs(np.arange(places) - expected) / len(wanted)
    best = int(np.argmax(alike - 1e-3 * far))  # of a steady tone the nearest period
    return best if alike[best] >= _SURE else None
