"""The articulation score: curves against phone labels, blind to how the curves were made.

All curves are at 100 Hz. Opening is model.opening.lip_opening; rounding is mouthPucker +
mouthFunnel; p95 is the 95th percentile of the system's opening over the whole set. What each
figure means stands in docs/scores.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.stats import rankdata, spearmanr

from model.channels import ARKIT_52
from model.lip_seal import lip_opening

from .lag import best_lag
from .phone_classes import (
    BILABIAL,
    HEIGHT,
    LABIODENTAL,
    OTHER_CLOSURES,
    SILENCE,
    Phones,
    height,
    is_open,
    is_rounded,
    is_spread,
    whole_vowels,
)

_RATE = 100
_MARGIN = 0.04  # s around a segment in which its closure counts
_SILENCE_EDGE = 0.06  # s at both ends of a silence in which the mouth may still move
_SMOOTHING = 0.06 / (2 * np.sqrt(2 * np.log(2)))  # s; a Gaussian 60 ms wide at half its height
_CONSONANT_OPENING, _LABIODENTAL_OPENING = 0.25, 0.1
_MAX_LAG = 15
_FAST_HZ = 8.0


class MissingPhonesError(ValueError):
    """A set of utterances without a phone of a class that a figure compares."""

    def __init__(self) -> None:
        super().__init__("The set has no phones of one class; use a larger set.")


@dataclass(frozen=True)
class Score:
    """One row of the table; every figure but lag_ms and above_8hz is better when larger."""

    closure_j: float
    lip_specificity: float
    labiodental_j: float
    openness_rho: float
    rounding_auc: float
    silence: float
    correlation: float
    lag_ms: float
    above_8hz: float


@dataclass
class _Samples:
    """What all utterances of a set show at the phones that a figure asks for."""

    bilabial: list[tuple[float, bool]]
    labiodental: list[tuple[float, bool]]
    sealed: list[float]
    unsealed: list[float]
    open_vowels: list[float]
    heights: list[float]
    openings: list[float]
    rounded: list[float]
    spread: list[float]
    still: list[np.ndarray]


def score(items: Sequence[tuple[Phones, np.ndarray]]) -> Score:
    """Scores curves [T, 52] (ARKIT_52 order, 100 Hz) of utterances with their phones.

    Raises MissingPhonesError when the set lacks one of the phone classes that a figure needs.
    """
    openings = [lip_opening(ARKIT_52, values) for _, values in items]
    p95 = float(np.percentile(np.concatenate(openings), 95))
    seen = _Samples(*([] for _ in range(10)))
    for (phones, values), opening in zip(items, openings, strict=True):
        _look(seen, phones, opening, rounding(values))
    correlation, lag = best_lag(
        [
            (opening, expected_opening(phones, len(opening)))
            for (phones, _), opening in zip(items, openings, strict=True)
        ],
        _MAX_LAG,
    )
    return Score(
        closure_j=_informedness(seen.bilabial, seen.open_vowels, 0.15 * p95),
        lip_specificity=auc([-low for low in seen.sealed], [-low for low in seen.unsealed]),
        labiodental_j=_informedness(seen.labiodental, seen.open_vowels, 0.25 * p95),
        openness_rho=float(spearmanr(seen.heights, seen.openings).statistic),
        rounding_auc=auc(seen.rounded, seen.spread),
        silence=_share_below(seen.still, 0.10 * p95),
        correlation=correlation,
        lag_ms=lag,
        above_8hz=_above_8hz(openings),
    )


def rounding(values: np.ndarray) -> np.ndarray:
    """Lip rounding [T] of ARKit channels [T, 52]."""
    return values[:, ARKIT_52.index("mouthPucker")] + values[:, ARKIT_52.index("mouthFunnel")]


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Probability that a positive exceeds a negative (Mann-Whitney), ties counted half.

    Raises MissingPhonesError when one of them is empty.
    """
    if not len(positive) or not len(negative):
        raise MissingPhonesError
    ranks = rankdata(np.concatenate([positive, negative]))
    count = len(positive)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(negative)))


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


def _look(seen: _Samples, phones: Phones, opening: np.ndarray, rounded: np.ndarray) -> None:
    heights, middles = [], []
    for phone, start, end in whole_vowels(phones):
        middle = round((start + end) / 2 * _RATE)
        if middle >= len(opening):
            continue
        if phone in BILABIAL:
            seen.bilabial.append(_dip(opening, start, end))
            seen.sealed.append(_least(opening, start, end))
        elif phone in LABIODENTAL:
            seen.labiodental.append(_dip(opening, start, end))
        elif phone in OTHER_CLOSURES:
            seen.unsealed.append(_least(opening, start, end))
        elif phone == SILENCE:
            inner = _rows(start + _SILENCE_EDGE, end - _SILENCE_EDGE, len(opening))
            seen.still.append(opening[inner])
        if height(phone) is not None:
            heights.append(height(phone))
            middles.append(opening[middle])
        if is_open(phone):
            seen.open_vowels.append(opening[middle])
        if is_rounded(phone):
            seen.rounded.append(rounded[middle])
        elif is_spread(phone):
            seen.spread.append(rounded[middle])
    if len(middles) > 2:
        centred = np.array(middles) - np.mean(middles)
        seen.openings.extend(centred / (centred.std() + 1e-9))
        seen.heights.extend(heights)


def _rows(start: float, end: float, count: int) -> slice:
    """The rows whose time lies in [start, end], at most ``count``."""
    low = min(max(ceil(start * _RATE - 1e-6), 0), count)
    return slice(low, max(min(floor(end * _RATE + 1e-6) + 1, count), low))


def _least(opening: np.ndarray, start: float, end: float) -> float:
    """Least opening within a segment; the nearest row's where it falls between two."""
    part = opening[_rows(start, end, len(opening))]
    return float(part.min() if len(part) else opening[round((start + end) / 2 * _RATE)])


def _dip(opening: np.ndarray, start: float, end: float) -> tuple[float, bool]:
    """Least opening in a segment +-40 ms, and whether it is a local minimum, not an edge."""
    rows = _rows(start - _MARGIN, end + _MARGIN, len(opening))
    where = rows.start + int(np.argmin(opening[rows]))
    around = opening[max(where - 1, 0) : where + 2]
    return float(opening[where]), bool(opening[where] <= around.min() + 1e-6)


def _informedness(
    dips: list[tuple[float, bool]], open_vowels: list[float], threshold: float
) -> float:
    """Share of segments that close (Youden's J: hits) minus share of open vowels that do."""
    if not dips or not open_vowels:
        raise MissingPhonesError
    hits = np.mean([is_dip and low < threshold for low, is_dip in dips])
    return float(hits - np.mean(np.array(open_vowels) < threshold))


def _share_below(parts: list[np.ndarray], threshold: float) -> float:
    frames = np.concatenate(parts) if parts else np.zeros(0)
    return float(np.mean(frames < threshold)) if len(frames) else float("nan")


def _above_8hz(openings: list[np.ndarray]) -> float:
    fast = total = 0.0
    for opening in openings:
        power = np.abs(np.fft.rfft(opening - opening.mean())) ** 2
        frequency = np.fft.rfftfreq(len(opening), 1 / _RATE)
        fast += power[frequency > _FAST_HZ].sum()
        total += power.sum()
    return float(fast / max(total, 1e-12))
