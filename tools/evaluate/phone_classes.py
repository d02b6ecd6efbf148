"""Which gesture the scores expect of which phone.

The classes are defined for ARPAbet. Here they are written in the IPA of tools.data.phones, and
extended to the phones of other languages that are neighbours of ARPAbet's on the IPA chart.
"""

from collections.abc import Iterable

import numpy as np
from scipy.ndimage import gaussian_filter1d

Phones = list[tuple[str, float, float]]
"""Phones of one utterance: (IPA, start, end) in seconds, ascending."""

SILENCE = "sil"
BILABIAL = frozenset("pbm")
LABIODENTAL = frozenset("fv")
OTHER_CLOSURES = frozenset("tdkɡn")

HEIGHT: dict[str, float] = {
    "ɑ": 1.0, "a": 1.0, "æ": 1.0, "ɒ": 0.9, "ɐ": 0.7, "ɔ": 0.7, "ʌ": 0.6, "ɛ": 0.6, "œ": 0.55,
    "o": 0.5, "ɜ": 0.45, "ə": 0.4, "e": 0.4, "ø": 0.4, "ɪ": 0.3, "ʏ": 0.3, "ʊ": 0.3,
    "ɨ": 0.2, "ɯ": 0.2, "i": 0.15, "y": 0.15, "u": 0.15,
}  # fmt: skip
"""How far a vowel opens the mouth, 0.15 for close and 1 for open ones.

Between the ends (aa ae 1, iy uw 0.15) the values follow the rows of the IPA chart. ʌ is lower than
its row, because aligners with ARPAbet write it for schwa too.
"""

OPEN = frozenset(vowel for vowel, height in HEIGHT.items() if height >= 0.9)
ROUNDED = frozenset({"u", "o", "w", "ɔ", "ʊ", "ɹ", "y", "ʏ", "ø", "œ"})
SPREAD = frozenset({"i", "ɪ", "ɛ", "æ", "e", "s", "z"})

_NUCLEI = frozenset({"a", "ɑ", "æ", "e", "ɛ", "ə", "o", "ɔ", "œ", "ʌ"})
_OFFGLIDES = frozenset({"ɪ", "ʊ", "ʏ"})
_UNDECIDED = frozenset({"aɪ", "aʊ", "ɑɪ", "ɑʊ", "æɪ", "æʊ", "ʌɪ", "ʌʊ"})
_TOUCHING = 1e-3  # s
_RATE = 100
_SMOOTHING = 0.06 / (2 * np.sqrt(2 * np.log(2)))  # s; a Gaussian 60 ms wide at half its height
_CONSONANT_OPENING, _LABIODENTAL_OPENING = 0.25, 0.1


def is_diphthong(phone: str) -> bool:
    """Whether whole_vowels made it of two vowels."""
    return len(phone) == 2 and phone[0] in _NUCLEI and phone[1] in _OFFGLIDES


def height(phone: str) -> float | None:
    """Place on the vowel-height scale, None for a phone that is no vowel.

    A diphthong counts as its nucleus, as in ARPAbet, where aw and ay are 1.
    """
    return HEIGHT.get(phone[0] if is_diphthong(phone) else phone)


def is_open(phone: str) -> bool:
    """Whether it is a vowel at which the lips must be apart."""
    return (phone[0] if is_diphthong(phone) else phone) in OPEN


def is_rounded(phone: str) -> bool:
    """Whether rounding is expected at its midpoint (ow and oy as whole vowels)."""
    if not is_diphthong(phone):
        return phone in ROUNDED
    return phone == "əʊ" or phone[0] in ROUNDED


def is_spread(phone: str) -> bool:
    """Whether no rounding is expected at its midpoint; ay and aw are in neither class."""
    if not is_diphthong(phone):
        return phone in SPREAD
    return phone not in _UNDECIDED and phone[0] in SPREAD and phone[1] == "ɪ"


def whole_vowels(phones: Iterable[tuple[str, float, float]]) -> Phones:
    """Phones with each closing diphthong as one vowel again, its two signs joined ("aɪ").

    The inventory splits a diphthong into nucleus and offglide, yet only both together are the
    vowel whose midpoint the score asks for. A pair counts when an open or mid vowel touches one
    of ɪ ʊ ʏ. The r-coloured vowel (ɜ ɹ) becomes one ɜ, because its ɹ is no consonant.
    """
    joined: Phones = []
    for phone, start, end in phones:
        if joined and start - joined[-1][2] < _TOUCHING:
            before, since, _ = joined[-1]
            if before in _NUCLEI and phone in _OFFGLIDES:
                joined[-1] = (before + phone, since, end)
                continue
            if before == "ɜ" and phone == "ɹ":
                joined[-1] = (before, since, end)
                continue
        joined.append((phone, start, end))
    return joined


def expected_opening(phones: Phones, frames: int) -> np.ndarray:
    """Opening [frames] that the labels alone suggest, smoothed over 60 ms; nan where none are."""
    level, known = np.zeros(frames), np.zeros(frames)
    for phone, start, end in phones:
        rows = slice(round(start * _RATE), round(end * _RATE))
        level[rows] = _expected_level(phone)
        known[rows] = 1.0
    weight = gaussian_filter1d(known, _SMOOTHING * _RATE)
    smooth = gaussian_filter1d(level, _SMOOTHING * _RATE) / np.maximum(weight, 1e-9)
    # A frame that rounding leaves between two phones has labels on both sides.
    return np.where(weight > 0.5, smooth, np.nan)


def _expected_level(phone: str) -> float:
    if phone in BILABIAL or phone == SILENCE:
        return 0.0
    if phone in LABIODENTAL:
        return _LABIODENTAL_OPENING
    return HEIGHT.get(phone, _CONSONANT_OPENING)


def speech_frames(phones: Phones, frames: int, silent: bool = False) -> np.ndarray:
    """Whether a phone that is no silence covers each frame, bool [frames]; with ``silent`` whether
    a labelled silence does."""
    marks = np.zeros(frames, bool)
    for phone, start, end in phones:
        if (phone == SILENCE) == silent:
            marks[round(start * _RATE) : round(end * _RATE)] = True
    return marks
