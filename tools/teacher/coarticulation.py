"""Phones to articulator trajectories through dominance functions.

Source: M. Cohen and D. Massaro, "Modeling coarticulation in synthetic visual speech", 1993: each
phone's target is weighted by a dominance that decays on both sides of it, and the trajectory is
the weighted mean. Contacts of the lips (bilabial seals, lower lip on the upper teeth) are not
averaged but built from the phone's own times, so that no neighbour can prevent them.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from tools.data.phones import PHONES, SILENCE, VOWELS

from .articulation import ARTICULATORS, BILABIAL_CONTACT, LABIODENTAL_CONTACT, targets_of

Span = tuple[str, float, float]
"""IPA phone, start and end in seconds."""

RATE = 100.0
_NAMES = tuple(ARTICULATORS)
_OPENING = np.array([name in ("jaw", "lower", "upper") for name in _NAMES])
_ROUNDING = np.array([name in ("pucker", "funnel") for name in _NAMES])

_DECAY_BEFORE = np.where(_ROUNDING, 0.045, 0.011)  # s; rounding leads its vowel
_DECAY_AFTER = np.where(_ROUNDING, 0.050, 0.011)
_REACH = 0.30
# s, standard deviation of the Gaussian that smooths each articulator: the jaw is the heaviest.
_SMOOTHING = {"jaw": 0.03, "jaw_forward": 0.03, "lower": 0.026, "upper": 0.026}
_SMOOTHING_OF_OTHERS = 0.022
_CLOSING, _RELEASING = 0.080, 0.075  # s the lips take to meet and to part
_FLANK = 0.42  # share of a neighbour's time that they may take of it: a vowel keeps its middle
_QUICKEST = 0.02  # s
_NUCLEUS = 0.70  # share of a diphthong for which its first vowel keeps the mouth open
_OFFGLIDES = frozenset("ɪʊʏ")
_PAUSE = 0.10  # s; in a shorter silence the mouth only half relaxes
# A rounded mouth needs less of the jaw and shows less of the teeth.
_YIELD = {"pucker": 0.50, "funnel": 0.22}
_LEAST_JAW = 0.09  # that rounding leaves
_FULL_VOWEL = 0.09  # s; a shorter vowel is reduced
_SHORTEST_SHARE = 0.75  # of its opening that a vowel keeps however short it is
_PARTED_PAUSE = 0.35  # s; in a shorter silence between words the lips stay parted
_PARTED_TARGETS = np.array(
    [{"jaw": 0.11, "lower": 0.05, "upper": 0.03}.get(n, 0.0) for n in _NAMES]
)
_HELD = 0.12  # s that a contact lasts into a silence
_RELAXATION = 0.075  # s, time constant by which a mouth falls shut after speech


@cache
def phone_targets(phone: str) -> np.ndarray:
    """Targets and dominances [2, A] of a phone."""
    table = targets_of(phone)
    return np.array([table[name] for name in _NAMES]).T


def articulators(phones: Sequence[Span], frames: int) -> np.ndarray:
    """Trajectories [frames, A] at 100 Hz in the order of ARTICULATORS.

    Args:
        phones: (IPA phone, start, end) in seconds, ascending.
        frames: number of rows; row t is at t / 100 s.
    """
    total = np.full((frames, len(_NAMES)), 1e-4)
    weighted = np.zeros((frames, len(_NAMES)))
    for _, targets, rows, weight in _dominances(phones, frames):
        total[rows] += weight
        weighted[rows] += weight * targets
    moves = weighted / total
    _yield_to_rounding(moves)
    moves = _smooth(moves)
    _relax_after_speech(moves, phones)
    for contact in (BILABIAL_CONTACT, LABIODENTAL_CONTACT):
        touch = contact_track(phones, frames, contact.shares)[:, None]
        columns = [_NAMES.index(name) for name in contact.targets]
        targets = np.array(list(contact.targets.values()))
        moves[:, columns] += touch * (targets - moves[:, columns])
    return moves


def phone_shares(phones: Sequence[Span], frames: int, articulator: str) -> np.ndarray:
    """Share [frames, len(PHONES)] that each phone's target has in an articulator's trajectory."""
    column = _NAMES.index(articulator)
    shares = np.zeros((frames, len(PHONES)))
    for phone, _, rows, weight in _dominances(phones, frames):
        shares[rows, PHONES.index(phone)] += weight[:, column]
    shares /= shares.sum(1, keepdims=True) + 1e-4
    return _gaussian(shares, _SMOOTHING["jaw"])


def _dominances(
    phones: Sequence[Span], frames: int
) -> Iterator[tuple[str, np.ndarray, slice, np.ndarray]]:
    """Per phone its targets [A], the rows it reaches and its dominance there [rows, A]."""
    spans = _lengthen_nuclei(phones)
    for index, (phone, start, end) in enumerate(spans):
        low = max(int((start - _REACH) * RATE), 0)
        high = min(int((end + _REACH) * RATE) + 1, frames)
        if low >= high:
            continue
        time = np.arange(low, high)[:, None] / RATE
        inset = 0.08 * (end - start)
        before = np.clip(start + inset - time, 0, None) / _DECAY_BEFORE
        after = np.clip(time - end + inset, 0, None) / _DECAY_AFTER
        targets, dominance = phone_targets(phone)
        if phone == SILENCE:
            dominance = dominance * min(1.0, (end - start) / _PAUSE)
            if end - start < _PARTED_PAUSE and _is_within_speech(spans, index):
                targets = _PARTED_TARGETS
        elif phone in VOWELS:
            targets = targets * _reduction(spans, index)
        yield phone, targets, slice(low, high), dominance * np.exp(-before - after)


def _reduction(spans: Sequence[Span], index: int) -> np.ndarray:
    """Factors [A] of a vowel's targets: a short vowel does not open all the way.

    B. Lindblom, "Spectrographic study of vowel reduction", 1963: undershoot grows as a vowel
    shortens. A diphthong counts as one vowel.
    """
    first, last = index, index
    if index and _is_glide(spans, index):
        first -= 1
    elif index + 1 < len(spans) and _is_glide(spans, index + 1):
        last += 1
    length = spans[last][2] - spans[first][1]
    share = _SHORTEST_SHARE + (1.0 - _SHORTEST_SHARE) * min(length / _FULL_VOWEL, 1.0)
    return np.where(_OPENING, share, 1.0)


def _is_within_speech(spans: Sequence[Span], index: int) -> bool:
    """Whether there is speech right before and right after."""
    around = spans[max(index - 1, 0)][0], spans[min(index + 1, len(spans) - 1)][0]
    return SILENCE not in around


def _is_glide(spans: Sequence[Span], index: int) -> bool:
    """Whether a phone is the second part of a diphthong."""
    (before, _, cut), (phone, start, _) = spans[index - 1], spans[index]
    return (
        phone in _OFFGLIDES and before in VOWELS and before not in _OFFGLIDES and start - cut < 1e-3
    )


def _yield_to_rounding(moves: np.ndarray) -> None:
    """Lets the openers give way where the lips are rounded, in place."""
    kept = 1.0 - sum(share * moves[:, _NAMES.index(name)] for name, share in _YIELD.items())
    jaw = _NAMES.index("jaw")
    least = np.minimum(moves[:, jaw], _LEAST_JAW)
    moves[:, _OPENING] *= np.clip(kept, 0.0, 1.0)[:, None]
    moves[:, jaw] = np.maximum(moves[:, jaw], least)


def _relax_after_speech(moves: np.ndarray, phones: Sequence[Span]) -> None:
    """Lets the mouth fall shut after speech as slowly as film shows, in place."""
    time = np.arange(len(moves)) / RATE
    for index in range(1, len(phones)):
        before = phones[index - 1][0]
        phone, start, stop = phones[index]
        first = round(start * RATE)
        lips = before in BILABIAL_CONTACT.shares or before in LABIODENTAL_CONTACT.shares
        if phone != SILENCE or before == SILENCE or stop - start < _PARTED_PAUSE or lips:
            continue
        if first >= len(moves):
            continue
        rows = slice(first, min(round(stop * RATE), len(moves)))
        fall = np.exp(-(time[rows] - start) / _RELAXATION)[:, None]
        level = moves[first, _OPENING]
        moves[rows, _OPENING] = np.maximum(moves[rows, _OPENING], level * fall)


def _lengthen_nuclei(phones: Sequence[Span]) -> list[Span]:
    """Phones with diphthongs cut where the jaw, which trails the tongue, leaves the nucleus."""
    moved = list(phones)
    for k in range(1, len(moved)):
        (before, since, at), (phone, start, end) = moved[k - 1], moved[k]
        diphthong = start - at < 1e-3 and before in VOWELS and before not in _OFFGLIDES
        if diphthong and phone in _OFFGLIDES:
            cut = max(since + _NUCLEUS * (end - since), start)
            moved[k - 1], moved[k] = (before, since, cut), (phone, cut, end)
    return moved


def lip_seal(phones: Sequence[Span], frames: int) -> np.ndarray:
    """Seal [frames] in 0..1: 1 while a bilabial holds the lips shut."""
    return contact_track(phones, frames, BILABIAL_CONTACT.shares)


def contact_track(phones: Sequence[Span], frames: int, shares: dict[str, float]) -> np.ndarray:
    """Contact [frames] in 0..1: 1 for the share of each phone's time, with cosine ramps."""
    track = np.zeros(frames)
    time = np.arange(frames) / RATE
    for index, (phone, start, end) in enumerate(phones):
        if phone not in shares:
            continue
        release = start + max(shares[phone] * (end - start), 0.02)
        before = phones[index - 1][1] if index else -np.inf
        after = phones[index + 1][2] if index + 1 < len(phones) else np.inf
        closing = min(_CLOSING, max(_FLANK * (start - before), _QUICKEST))
        if index + 1 < len(phones) and phones[index + 1][0] == SILENCE:
            release = max(release, min(end + _HELD, after))  # the lips stay as the jaw falls shut
        releasing = min(_RELEASING, max(_FLANK * (after - release), _QUICKEST))
        low = max(int((start - closing) * RATE), 0)
        high = min(int((release + releasing) * RATE) + 2, frames)
        around = time[low:high]
        gap = np.maximum((start - around) / closing, (around - release) / releasing)
        ramp = 0.5 + 0.5 * np.cos(np.pi * np.clip(gap, 0, 1))
        track[low:high] = np.maximum(track[low:high], ramp)
    return track


def _smooth(moves: np.ndarray) -> np.ndarray:
    """Smooths each articulator's trajectory [T, A] by its own deviation."""
    smoothed = np.empty_like(moves)
    deviations = np.array([_SMOOTHING.get(name, _SMOOTHING_OF_OTHERS) for name in _NAMES])
    for deviation in set(deviations):
        columns = deviations == deviation
        smoothed[:, columns] = _gaussian(moves[:, columns], deviation)
    return smoothed


def _gaussian(rows: np.ndarray, deviation: float) -> np.ndarray:
    """Smooths rows [T, A] along time."""
    half = int(np.ceil(3 * deviation * RATE))
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / (deviation * RATE)) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(rows, ((half, half), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, kernel, "valid") for column in padded.T], 1)
