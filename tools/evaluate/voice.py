"""When a voice is heard in a recording: from the phone labels where there are any, or its level."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .conditions import SAMPLE_RATE
from .phone_classes import SILENCE, Phones, height, whole_vowels

LONGEST_PAUSE = 0.5
"""Seconds from which a silence is rest, below which it is a pause."""

_TOUCHING = 0.015  # s between two labels of one silence
_HOP = SAMPLE_RATE // 100
_SILENT = 25.0  # dB below the loud frames (95th percentile)
_FADED = 15.0  # dB below the loud frames, where a voice counts as ended
_SHORTEST_PAUSE = 0.15  # s, longer than the closure of a stop, where only the level is known


@dataclass(frozen=True)
class Voice:
    """Times in s.

    Attributes:
        start, end: of the speech.
        pauses: silences under half a second inside the speech.
        ends: moments at which speech ends before a rest; where phones are known, only those after
            a vowel.
    """

    start: float
    end: float
    pauses: tuple[tuple[float, float], ...]
    ends: tuple[float, ...]


def rests_and_pauses(
    phones: Phones,
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Labelled silences (start, end) of at least half a second, and shorter ones inside speech."""
    joined: list[list[float]] = []
    for phone, start, end in phones:
        if phone != SILENCE:
            continue
        if joined and start - joined[-1][1] < _TOUCHING:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    spoken = [(start, end) for phone, start, end in phones if phone != SILENCE]
    first = min((start for start, _ in spoken), default=np.inf)
    last = max((end for _, end in spoken), default=-np.inf)
    rests = [(start, end) for start, end in joined if end - start >= LONGEST_PAUSE]
    pauses = [
        (start, end)
        for start, end in joined
        if end - start < LONGEST_PAUSE and first < start and end < last
    ]
    return rests, pauses


def voice_of(samples: np.ndarray, phones: Phones | None) -> Voice:
    """When the voice of samples [N] at 16 kHz is heard."""
    level = _level(samples)
    loud = level > np.percentile(level, 95) - _FADED
    spans = _labelled(phones) if phones else _heard(level)
    if not spans:
        return Voice(0.0, len(samples) / SAMPLE_RATE, (), ())
    gaps = [(end, start) for (_, end, _), (start, _, _) in pairwise(spans)]
    quiet = [(start, end) for start, end in gaps if end - start < LONGEST_PAUSE]
    pauses = tuple(rests_and_pauses(phones)[1] if phones else quiet)
    following = [start for start, _, _ in spans[1:]] + [len(samples) / SAMPLE_RATE]
    ends = tuple(
        _faded(loud, start, end)
        for (start, end, counts), next_start in zip(spans, following, strict=True)
        if counts and next_start - end >= LONGEST_PAUSE
    )
    return Voice(spans[0][0], spans[-1][1], pauses, ends)


def _level(samples: np.ndarray) -> np.ndarray:
    """Level in dB [T] of each 10 ms, lightly smoothed."""
    count = len(samples) // _HOP
    power = (samples[: count * _HOP].astype(float).reshape(count, _HOP) ** 2).mean(1)
    return 10 * np.log10(gaussian_filter1d(power, 1.0) + 1e-10)


def _labelled(phones: Phones) -> list[tuple[float, float, bool]]:
    """Start and end of each stretch without silence, and whether it ends in a vowel."""
    spans: list[tuple[float, float, bool]] = []
    silent = True
    for phone, start, end in whole_vowels(phones):
        if phone != SILENCE:
            since = start if silent else spans.pop()[0]
            spans.append((since, end, height(phone) is not None))
        silent = phone == SILENCE
    return spans


def _heard(level: np.ndarray) -> list[tuple[float, float, bool]]:
    """The stretches whose level is near that of the loud frames; every end counts."""
    heard = np.flatnonzero(level > np.percentile(level, 95) - _SILENT)
    if not len(heard):
        return []
    breaks = np.flatnonzero(np.diff(heard) > 100 * _SHORTEST_PAUSE)
    starts, ends = heard[np.r_[0, breaks + 1]], heard[np.r_[breaks, len(heard) - 1]]
    return [(s / 100, (e + 1) / 100, True) for s, e in zip(starts, ends, strict=True)]


def _faded(loud: np.ndarray, start: float, end: float) -> float:
    """The end of the last loud frame of a stretch; aligners draw last phones into the decay."""
    found = np.flatnonzero(loud[round(100 * start) : round(100 * end)])
    return start + (found[-1] + 1) / 100 if len(found) else end
