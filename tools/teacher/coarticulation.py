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
_ROUNDING = np.array([name in ("pucker", "funnel") for name in _NAMES])

_DECAY_BEFORE = np.where(_ROUNDING, 0.045, 0.011)  # s; rounding leads its vowel
_DECAY_AFTER = np.where(_ROUNDING, 0.050, 0.011)
_REACH = 0.30
_SMOOTHING = 0.018  # s, standard deviation of the final Gaussian
_CLOSING, _RELEASING = 0.045, 0.040  # s the lips take to meet and to part
_FLANK = 0.4  # share of a neighbour's time that they may take of it: a vowel keeps its middle
_QUICKEST = 0.02  # s
_NUCLEUS = 0.70  # share of a diphthong for which its first vowel keeps the mouth open
_OFFGLIDES = frozenset("ɪʊʏ")
_PAUSE = 0.10  # s; in a shorter silence the mouth only half relaxes


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
    for phone, rows, weight in _dominances(phones, frames):
        total[rows] += weight
        weighted[rows] += weight * phone_targets(phone)[0]
    moves = _gaussian(weighted / total, _SMOOTHING)
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
    for phone, rows, weight in _dominances(phones, frames):
        shares[rows, PHONES.index(phone)] += weight[:, column]
    shares /= shares.sum(1, keepdims=True) + 1e-4
    return _gaussian(shares, _SMOOTHING)


def _dominances(phones: Sequence[Span], frames: int) -> Iterator[tuple[str, slice, np.ndarray]]:
    """Per phone the rows it reaches and its dominance there [rows, A]."""
    for phone, start, end in _lengthen_nuclei(phones):
        low = max(int((start - _REACH) * RATE), 0)
        high = min(int((end + _REACH) * RATE) + 1, frames)
        if low >= high:
            continue
        time = np.arange(low, high)[:, None] / RATE
        inset = 0.08 * (end - start)
        before = np.clip(start + inset - time, 0, None) / _DECAY_BEFORE
        after = np.clip(time - end + inset, 0, None) / _DECAY_AFTER
        dominance = phone_targets(phone)[1]
        if phone == SILENCE:
            dominance = dominance * min(1.0, (end - start) / _PAUSE)
        yield phone, slice(low, high), dominance * np.exp(-before - after)


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
        releasing = min(_RELEASING, max(_FLANK * (after - release), _QUICKEST))
        low = max(int((start - closing) * RATE), 0)
        high = min(int((release + releasing) * RATE) + 2, frames)
        around = time[low:high]
        gap = np.maximum((start - around) / closing, (around - release) / releasing)
        ramp = 0.5 + 0.5 * np.cos(np.pi * np.clip(gap, 0, 1))
        track[low:high] = np.maximum(track[low:high], ramp)
    return track


def _gaussian(rows: np.ndarray, deviation: float) -> np.ndarray:
    """Smooths rows [T, A] along time."""
    half = int(np.ceil(3 * deviation * RATE))
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / (deviation * RATE)) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(rows, ((half, half), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, kernel, "valid") for column in padded.T], 1)
