"""From a corpus's labels to phones on the utterance's time line, and the level that tells silence.

A label is a symbol of the corpus's alphabet with its start and end in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .phones import SILENCE, Phone, normalise

Label = tuple[str, float, float]

LEVEL_HOP = 0.005
"""Seconds between two values of a level curve."""

_LEVEL_WINDOW = 0.010
_LEVEL_FLOOR_DB = -100.0

# Gaps up to this length between two labels come from rounding, not from a pause.
_ROUNDING = 0.015
# A remnant of a phone that clipping leaves at the end of the audio is dropped below this length.
_SHORTEST = 0.001
# Trimming at silence leaves this much of a phone.
_KEPT = 0.03


def level_curve(samples: np.ndarray, rate: int) -> np.ndarray:
    """Level in dB of full scale over 10 ms around every 5 ms.

    `samples` [N] float; the result [ceil(N / rate / LEVEL_HOP)] float64. Value i is centred on
    (i + 0.5) * LEVEL_HOP, so it describes the span from i * LEVEL_HOP to (i + 1) * LEVEL_HOP.
    """
    hop, half = round(LEVEL_HOP * rate), round(_LEVEL_WINDOW * rate / 2)
    power = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    centres = np.arange(hop // 2, len(samples), hop)
    lo, hi = np.maximum(centres - half, 0), np.minimum(centres + half, len(samples))
    mean = (power[hi] - power[lo]) / np.maximum(hi - lo, 1)
    return 10.0 * np.log10(np.maximum(mean, 10.0 ** (_LEVEL_FLOOR_DB / 10.0)))


def silence_threshold(level: np.ndarray) -> float:
    """Level below which a frame counts as silent: near the noise floor and far below speech.

    30 dB below the loud frames (95th percentile), raised to 6 dB above the floor (5th percentile)
    in noise, but never closer than 15 dB to the loud frames.
    """
    if not len(level):
        return _LEVEL_FLOOR_DB
    loud, floor = np.percentile(level, 95), np.percentile(level, 5)
    return float(min(max(loud - 30.0, floor + 6.0), loud - 15.0))


def to_phones(labels: Iterable[Label], alphabet: str, shift: float = 0.0) -> list[Phone]:
    """Translate labels, all moved by `shift` seconds. Neighbouring silences become one.

    Raises `phones.UnknownSymbolError`.
    """
    phones: list[Phone] = []
    for symbol, start, end in labels:
        start, end = max(start + shift, 0.0), max(end + shift, 0.0)
        if end <= start:
            continue
        parts = normalise(symbol, alphabet)
        at = start
        for i, (ipa, share) in enumerate(parts):
            to = end if i == len(parts) - 1 else at + share * (end - start)
            _append(phones, Phone(ipa, at, to))
            at = to
    return phones


def cover(phones: Iterable[Phone], seconds: float) -> list[Phone]:
    """Phones cut to 0..seconds, the outer ones stretched to both ends; [] when none is left."""
    kept = [p._replace(end=min(p.end, seconds)) for p in phones if p.start < seconds]
    if kept:
        kept[0] = kept[0]._replace(start=0.0)
        kept[-1] = kept[-1]._replace(end=seconds)
    return kept


def fill_silence(phones: Sequence[Phone], samples: np.ndarray, rate: int) -> list[Phone]:
    """Cover unlabelled stretches with silence where the audio [N] is silent.

    Unlabelled time that is not silent stays uncovered: it is unknown speech. Phones are clipped to
    the audio's length.
    """
    total = len(samples) / rate
    level = level_curve(samples, rate)
    quiet = level < silence_threshold(level)
    filled: list[Phone] = []
    at = 0.0
    for phone in [*phones, Phone(SILENCE, total, total)]:
        start, end = min(phone.start, total), min(phone.end, total)
        if start - at > _ROUNDING or (start > at and not filled):
            for run in _quiet_runs(quiet, at, start):
                _append(filled, run)
        elif start > at:
            filled[-1] = filled[-1]._replace(end=start)
        if end - start > _SHORTEST:
            _append(filled, phone._replace(start=start, end=end))
        at = max(at, end)
    return filled


def trim_edges(phones: list[Phone], samples: np.ndarray, rate: int) -> list[Phone]:
    """Take silent audio away from the first and the last phone, of which at least 30 ms are kept.

    Forced alignment without pauses at the ends stretches the outer phones over the silence.
    """
    level = level_curve(samples, rate)
    loud = np.flatnonzero(level >= silence_threshold(level))
    if not phones or not len(loud):
        return phones
    first, last = phones[0], phones[-1]
    onset = min(max(first.start, loud[0] * LEVEL_HOP - _KEPT), first.end - _KEPT)
    offset = max(min(last.end, (loud[-1] + 1) * LEVEL_HOP + _KEPT), last.start + _KEPT)
    trimmed = list(phones)
    if first.start < onset < first.end and first.ipa != SILENCE:
        trimmed[0] = first._replace(start=onset)
    if last.start < offset < last.end and last.ipa != SILENCE:
        trimmed[-1] = trimmed[-1]._replace(end=offset)
    return trimmed


def _append(phones: list[Phone], phone: Phone) -> None:
    last = phones[-1] if phones else None
    touches = last is not None and phone.start - last.end < 1e-6
    if touches and last.ipa == phone.ipa == SILENCE:
        phones[-1] = last._replace(end=phone.end)
    else:
        phones.append(phone)


def _quiet_runs(quiet: np.ndarray, start: float, end: float) -> list[Phone]:
    hop = LEVEL_HOP
    first, last = round(start / hop), max(round(end / hop), round(start / hop) + 1)
    marks = np.concatenate(([False], quiet[first:last], [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(marks))
    return [
        Phone(SILENCE, max((first + a) * hop, start), min((first + b) * hop, end))
        for a, b in edges.reshape(-1, 2)
        if min((first + b) * hop, end) > max((first + a) * hop, start)
    ]
