"""The articulation score: curves against phone labels, blind to how the curves were made.

All curves are at 100 Hz. Opening is model.lip_seal.lip_opening; rounding is mouthPucker +
mouthFunnel; p95 is the 95th percentile of the system's opening over the whole set. docs/scores.md
says what each figure means.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from scipy.stats import mannwhitneyu, spearmanr

from model.channels import ARKIT_52
from model.lip_seal import lip_opening

from .measures import best_lag, rounding
from .phone_classes import (
    BILABIAL,
    LABIODENTAL,
    OTHER_CLOSURES,
    SILENCE,
    Phones,
    expected_opening,
    height,
    is_open,
    is_rounded,
    is_spread,
    whole_vowels,
)
from .voice import rests_and_pauses

_RATE = 100
_MARGIN = 0.04  # s around a segment in which its closure counts
_RELAXING = 0.24  # s at the start of a silence, in which a face relaxes
_ANTICIPATION = 0.06  # s at its end, in which it prepares for what comes
_APART = 0.02  # s between the labels of phones that do not touch
_SHORT = 0.07  # s, of a vowel that is reduced
_MAX_LAG = 15
_FAST_HZ = 8.0


CONTACTS = {"p b": 0.15, "m": 0.15, "f v": 0.25}
"""Consonants that close the lips or touch them to the teeth, and below which share of p95."""
PLACES = ("after silence", "between vowels", "in a cluster", "before silence")
BESIDE_REDUCED = "beside a reduced vowel"
ALWAYS_REDUCED, REDUCED_IF_SHORT = frozenset("əɨ"), frozenset("ʌɪʊɐ")


class MissingPhonesError(ValueError):
    """A set of utterances without a phone of a class that a figure compares."""

    def __init__(self) -> None:
        super().__init__("The set has no phones of one class; use a larger set.")


@dataclass(frozen=True)
class Score:
    """One row of the table; the figures up to the correlation are better when larger."""

    closure_j: float
    lip_specificity: float
    labiodental_j: float
    openness_rho: float
    rounding_auc: float
    rest: float
    correlation: float
    pauses: float
    lag_ms: float
    above_8hz: float


FIGURES = (
    "closure J", "lip specificity", "labiodental J", "openness ρ", "rounding AUC", "rest",
    "correlation", "pauses", "lag ms", ">8 Hz",
)  # fmt: skip
"""Headings of a Score's figures."""
TO_REACH = (0.93, 0.93, 0.85, 0.80, 0.93, 0.99, 0.80, "as filmed", "±10", 0.03)
"""What the project asks of unseen speakers; |lag| and >8 Hz are upper bounds."""
LARGER_IS_BETTER = 7
"""So many of the figures, from the first."""


def score(items: Sequence[tuple[Phones, np.ndarray]]) -> Score:
    """Scores curves [T, 52] (ARKIT_52 order, 100 Hz) of utterances with their phones.

    Raises MissingPhonesError when the set lacks one of the phone classes that a figure needs.
    """
    openings = [lip_opening(ARKIT_52, values) for _, values in items]
    p95 = float(np.percentile(np.concatenate(openings), 95))
    seen: dict[str, list] = defaultdict(list)
    for (phones, values), opening in zip(items, openings, strict=True):
        _collect(seen, phones, opening, rounding(values))
    correlation, lag = best_lag(
        [
            (opening, expected_opening(phones, len(opening)))
            for (phones, _), opening in zip(items, openings, strict=True)
        ],
        _MAX_LAG,
    )
    return Score(
        closure_j=_informedness(seen["bilabial"], seen["open vowel"], 0.15 * p95),
        lip_specificity=auc(-np.array(seen["sealed"]), -np.array(seen["unsealed"])),
        labiodental_j=_informedness(seen["labiodental"], seen["open vowel"], 0.25 * p95),
        openness_rho=float(spearmanr(seen["height"], seen["opening"]).statistic),
        rounding_auc=auc(seen["rounded"], seen["spread"]),
        rest=_share_below(seen["still"], 0.10 * p95),
        correlation=correlation,
        pauses=float(np.mean(np.concatenate(seen["paused"]))) if seen["paused"] else float("nan"),
        lag_ms=lag,
        above_8hz=_above_8hz(openings),
    )


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Probability that a positive exceeds a negative (Mann-Whitney), ties counted half.

    Raises MissingPhonesError when one of them is empty.
    """
    if not len(positive) or not len(negative):
        raise MissingPhonesError
    exceeding = mannwhitneyu(positive, negative, method="asymptotic").statistic
    return float(exceeding / (len(positive) * len(negative)))


def _collect(
    seen: dict[str, list], phones: Phones, opening: np.ndarray, rounded: np.ndarray
) -> None:
    """Adds what the figures compare, by its kind, from one utterance's curves [T]."""
    heights, middles = [], []
    for phone, start, end in whole_vowels(phones):
        middle = round((start + end) / 2 * _RATE)
        if middle >= len(opening):
            continue
        if phone in BILABIAL:
            seen["bilabial"].append(closure(opening, start, end))
            seen["sealed"].append(_least(opening, start, end))
        elif phone in LABIODENTAL:
            seen["labiodental"].append(closure(opening, start, end))
        elif phone in OTHER_CLOSURES:
            seen["unsealed"].append(_least(opening, start, end))
        if height(phone) is not None:
            heights.append(height(phone))
            middles.append(opening[middle])
        if is_open(phone):
            seen["open vowel"].append(opening[middle])
        if is_rounded(phone):
            seen["rounded"].append(rounded[middle])
        elif is_spread(phone):
            seen["spread"].append(rounded[middle])
    rests, pauses = rests_and_pauses(phones)
    begun = min((start for phone, start, _ in phones if phone != SILENCE), default=np.inf)
    for start, end in rests:
        relaxed = start + (_RELAXING if start > begun else 0.0)
        seen["still"].append(opening[rows_between(relaxed, end - _ANTICIPATION, len(opening))])
    low, high = np.percentile(opening, (5, 95))
    for start, end in pauses:
        paused = opening[rows_between(start, end, len(opening))]
        seen["paused"].append(np.clip((paused - low) / max(high - low, 1e-6), 0.0, 1.0))
    if len(middles) > 2:
        centred = np.array(middles) - np.mean(middles)
        seen["opening"].extend(centred / (centred.std() + 1e-9))
        seen["height"].extend(heights)


def rows_between(start: float, end: float, count: int) -> slice:
    """The rows whose time lies in [start, end], at most ``count``."""
    low = min(max(ceil(start * _RATE - 1e-6), 0), count)
    return slice(low, max(min(floor(end * _RATE + 1e-6) + 1, count), low))


def _least(opening: np.ndarray, start: float, end: float) -> float:
    """Least opening within a segment; the nearest row's where it falls between two."""
    part = opening[rows_between(start, end, len(opening))]
    return float(part.min() if len(part) else opening[round((start + end) / 2 * _RATE)])


def closure(opening: np.ndarray, start: float, end: float) -> tuple[float, bool]:
    """Least opening in a segment +-40 ms, and whether it is a local minimum."""
    rows = rows_between(start - _MARGIN, end + _MARGIN, len(opening))
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


def hits_by_place(items: Sequence[tuple[Phones, np.ndarray]]) -> dict[tuple[str, str], list[bool]]:
    """Whether each p b, m and f v of the utterances closes, by (phones, place); see place_of."""
    openings = [lip_opening(ARKIT_52, values) for _, values in items]
    p95 = float(np.percentile(np.concatenate(openings), 95))
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for (phones, _), opening in zip(items, openings, strict=True):
        for index, (phone, start, end) in enumerate(phones):
            name = next((name for name in CONTACTS if phone in name.split()), None)
            if name is None or start * _RATE >= len(opening):
                continue
            least, is_dip = closure(opening, start, end)
            closes = is_dip and least < CONTACTS[name] * p95
            found[name, place_of(phones, index)].append(closes)
            if phone == "m" and _beside_reduced(phones, index):
                found[name, BESIDE_REDUCED].append(closes)
    return found


def place_of(phones: Phones, index: int) -> str:
    """One of PLACES: where a consonant stands. Time without labels counts as silence."""
    _, start, end = phones[index]
    before = phones[index - 1] if index else (SILENCE, 0.0, start)
    after = phones[index + 1] if index + 1 < len(phones) else (SILENCE, end, end)
    if before[0] == SILENCE or start - before[2] > _APART:
        return "after silence"
    if after[0] == SILENCE or after[1] - end > _APART:
        return "before silence"
    vowels = height(before[0]) is not None and height(after[0]) is not None
    return "between vowels" if vowels else "in a cluster"


def _beside_reduced(phones: Phones, index: int) -> bool:
    _, start, end = phones[index]
    beside = [p for p in phones[max(index - 1, 0) : index + 2] if p[1] <= end + _APART]
    return any(
        phone in ALWAYS_REDUCED or (phone in REDUCED_IF_SHORT and until - since < _SHORT)
        for phone, since, until in beside
        if until >= start - _APART
    )


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
