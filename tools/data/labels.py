"""From a corpus's labels to phones on the utterance's time line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .energy import level_curve, silence_threshold
from .phones import SILENCE, Phone, is_vowel, normalise, stress_of

Label = tuple[str, float, float]

# Gaps up to this length between two labels come from rounding, not from a pause.
_ROUNDING = 0.015
# What clipping at the end of the audio leaves of a phone is dropped below this length.
_SHORTEST = 0.001


def to_phones(labels: Iterable[Label], alphabet: str, shift: float = 0.0) -> list[Phone]:
    """Translate labels (symbol, start, end in seconds), all moved by `shift` seconds.

    A stress mark stands before its syllable, so it goes to the next vowel. Neighbouring silences
    become one. Raises `phones.UnknownSymbolError`.
    """
    phones: list[Phone] = []
    pending = 0
    for symbol, start, end in labels:
        start, end = max(start + shift, 0.0), max(end + shift, 0.0)
        if end <= start:
            continue
        pending = stress_of(symbol) or pending
        parts = normalise(symbol, alphabet)
        at = start
        for i, (ipa, share) in enumerate(parts):
            to = end if i == len(parts) - 1 else at + share * (end - start)
            stress = pending if is_vowel(ipa) else 0
            if is_vowel(ipa):
                pending = 0
            _append(phones, Phone(ipa, at, to, stress))
            at = to
    return phones


def from_ends(ends: Iterable[tuple[str, float]]) -> list[Label]:
    """Labels of (symbol, end) pairs: each begins where the one before ends, the first at 0."""
    labels: list[Label] = []
    at = 0.0
    for symbol, end in ends:
        labels.append((symbol, at, end))
        at = end
    return labels


def cover(phones: Iterable[Phone], seconds: float) -> list[Phone]:
    """Phones cut to 0..seconds, the outer ones stretched to both ends; [] when none is left."""
    kept = [p._replace(end=min(p.end, seconds)) for p in phones if p.start < seconds]
    if kept:
        kept[0] = kept[0]._replace(start=0.0)
        kept[-1] = kept[-1]._replace(end=seconds)
    return kept


def fill_silence(phones: Sequence[Phone], samples: np.ndarray, rate: int) -> list[Phone]:
    """Cover unlabelled stretches with silence where the audio [N] is silent.

    Unlabelled time that is not silent stays uncovered: what is said there is unknown. Phones are
    clipped to the audio's length.
    """
    total = len(samples) / rate
    level, hop = level_curve(samples, rate)
    quiet = level < silence_threshold(level)
    filled: list[Phone] = []
    at = 0.0
    for phone in [*phones, Phone(SILENCE, total, total)]:
        start, end = min(phone.start, total), min(phone.end, total)
        if start - at > _ROUNDING or (start > at and not filled):
            for run in _quiet_runs(quiet, hop, at, start):
                _append(filled, run)
        elif start > at:
            filled[-1] = filled[-1]._replace(end=start)
        if end - start > _SHORTEST:
            _append(filled, phone._replace(start=start, end=end))
        at = max(at, end)
    return filled


def _append(phones: list[Phone], phone: Phone) -> None:
    last = phones[-1] if phones else None
    touches = last is not None and phone.start - last.end < 1e-6
    if touches and last.ipa == phone.ipa == SILENCE:
        phones[-1] = last._replace(end=phone.end)
    else:
        phones.append(phone)


def _quiet_runs(quiet: np.ndarray, hop: float, start: float, end: float) -> list[Phone]:
    first, last = round(start / hop), max(round(end / hop), round(start / hop) + 1)
    marks = np.concatenate(([False], quiet[first:last], [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(marks))
    return [
        Phone(SILENCE, max((first + a) * hop, start), min((first + b) * hop, end))
        for a, b in edges.reshape(-1, 2)
        if min((first + b) * hop, end) > max((first + a) * hop, start)
    ]
