"""The articulation score: curves against phone labels, blind to how the curves were made.

All curves are at 100 Hz. Opening is model.opening.lip_opening; rounding is mouthPucker +
mouthFunnel; p95 is the 95th percentile of the system's opening over the whole set.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.stats import rankdata, spearmanr

from model.channels import ARKIT_52
from model.opening import lip_opening

Phones = list[tuple[str, float, float]]

_BILABIAL, _LABIODENTAL = set("pbm"), set("fv")
_OTHER_CLOSURES = {"t", "d", "k", "ɡ", "n"}
_HEIGHT = {
    "ɑ": 1.0, "a": 1.0, "æ": 1.0, "ɐ": 0.8, "ʌ": 0.7, "ɒ": 0.8, "ɔ": 0.7, "ɛ": 0.6, "œ": 0.55,
    "ɜ": 0.45, "ə": 0.4, "o": 0.5, "e": 0.4, "ø": 0.4, "ɪ": 0.3, "ʏ": 0.3, "ʊ": 0.3,
    "ɨ": 0.2, "ɯ": 0.2, "i": 0.15, "y": 0.15, "u": 0.15,
}  # fmt: skip
_OPEN = {phone for phone, height in _HEIGHT.items() if height >= 0.7}
_ROUND = {"u", "o", "w", "ɔ", "ʊ", "y", "ø"}
_SPREAD = {"i", "ɪ", "ɛ", "æ", "e", "s", "z"}
_MARGIN = 0.04
_MAX_LAG = 15


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


def score(items: list[tuple[Phones, np.ndarray]]) -> Score:
    """Scores curves [T, 52] (ARKIT_52 order, 100 Hz) of utterances with their phones.

    Raises ValueError when the set lacks one of the phone classes that a figure needs.
    """
    openings = [lip_opening(ARKIT_52, values) for _, values in items]
    roundings = [
        values[:, ARKIT_52.index("mouthPucker")] + values[:, ARKIT_52.index("mouthFunnel")]
        for _, values in items
    ]
    p95 = float(np.percentile(np.concatenate(openings), 95))
    bilabial, labiodental, other, middles, heights, zmiddles = [], [], [], [], [], []
    rounded, spread, still = [], [], []
    for (phones, _), opening, rounding in zip(items, openings, roundings, strict=True):
        vowels = []
        for phone, start, end in phones:
            middle = int((start + end) * 50)
            if middle >= len(opening):
                continue
            if phone in _BILABIAL:
                bilabial.append(_dip(opening, start, end))
            elif phone in _LABIODENTAL:
                labiodental.append(_dip(opening, start, end))
            elif phone in _OTHER_CLOSURES:
                other.append(_dip(opening, start, end))
            elif phone == "sil":
                still.append(opening[int((start + 0.06) * 100) : max(int((end - 0.06) * 100), 0)])
            if phone in _HEIGHT:
                vowels.append((_HEIGHT[phone], opening[middle]))
                if phone in _OPEN:
                    middles.append(opening[middle])
            if phone in _ROUND:
                rounded.append(rounding[middle])
            elif phone in _SPREAD:
                spread.append(rounding[middle])
        if len(vowels) > 2:
            values = np.array([value for _, value in vowels])
            zmiddles.extend((values - values.mean()) / (values.std() + 1e-9))
            heights.extend(height for height, _ in vowels)
    middles = np.array(middles)
    correlation, lag = _expected_correlation(items, openings)
    return Score(
        closure_j=_hits(bilabial, 0.15 * p95) - float(np.mean(middles < 0.15 * p95)),
        lip_specificity=auc([-low for low, _ in bilabial], [-low for low, _ in other]),
        labiodental_j=_hits(labiodental, 0.25 * p95) - float(np.mean(middles < 0.25 * p95)),
        openness_rho=float(spearmanr(heights, zmiddles).statistic),
        rounding_auc=auc(rounded, spread),
        silence=float(np.mean(np.concatenate(still) < 0.10 * p95)) if still else float("nan"),
        correlation=correlation,
        lag_ms=lag,
        above_8hz=_above_8hz(openings),
    )


def auc(positive: list[float], negative: list[float]) -> float:
    """Probability that a positive exceeds a negative (Mann-Whitney), ties counted half."""
    if not positive or not negative:
        raise ValueError("The set has no phones of one class; use a larger set.")
    ranks = rankdata(np.concatenate([positive, negative]))
    count = len(positive)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(negative)))


def _dip(opening: np.ndarray, start: float, end: float) -> tuple[float, bool]:
    """Least opening in the phone +-40 ms, and whether it is a local minimum, not an edge."""
    low = max(int((start - _MARGIN) * 100), 0)
    high = min(int((end + _MARGIN) * 100) + 1, len(opening))
    part = opening[low:high]
    where = low + int(np.argmin(part))
    around = opening[max(where - 1, 0) : where + 2]
    return float(opening[where]), bool(opening[where] <= around.min() + 1e-6)


def _hits(dips: list[tuple[float, bool]], threshold: float) -> float:
    return float(np.mean([is_dip and low < threshold for low, is_dip in dips]))


def expected_opening(phones: Phones, frames: int) -> np.ndarray:
    """Opening [frames] that the labels alone suggest, smoothed over 60 ms."""
    expected = np.zeros(frames)
    for phone, start, end in phones:
        level = _HEIGHT.get(phone, 0.0 if phone in _BILABIAL | {"sil"} else 0.25)
        expected[int(start * 100) : int(end * 100)] = 0.1 if phone in _LABIODENTAL else level
    return gaussian_filter1d(expected, 3.0)


def _expected_correlation(items, openings) -> tuple[float, float]:
    """Best correlation with the labels' expectation and its lag in ms (positive: curves late)."""
    best = {}
    for lag in range(-_MAX_LAG, _MAX_LAG + 1):
        values = []
        for (phones, _), opening in zip(items, openings, strict=True):
            expected = expected_opening(phones, len(opening))
            a = opening[max(lag, 0) : len(opening) + min(lag, 0)]
            b = expected[max(-lag, 0) : len(opening) - max(lag, 0)]
            if a.std() > 1e-6 and b.std() > 1e-6:
                values.append(np.corrcoef(a, b)[0, 1])
        best[lag] = float(np.mean(values)) if values else 0.0
    lag = max(best, key=best.get)
    return best[lag], 10.0 * lag


def _above_8hz(openings: list[np.ndarray]) -> float:
    fast = total = 0.0
    for opening in openings:
        power = np.abs(np.fft.rfft(opening - opening.mean())) ** 2
        frequency = np.fft.rfftfreq(len(opening), 0.01)
        fast += power[frequency > 8].sum()
        total += power.sum()
    return float(fast / max(total, 1e-12))
