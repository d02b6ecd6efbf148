"""Measures of a face, read off its ARKit channels [T, 52], and the agreement of two such measures.

All channels are in ARKIT_52 order and at 100 Hz.
"""

from collections.abc import Sequence

import numpy as np

from model.channels import ARKIT_52, BROWS

RATE = 100.0
_STILL = 1e-6
_COLUMN = {name: index for index, name in enumerate(ARKIT_52)}


def brow_raise(values: np.ndarray) -> np.ndarray:
    """How far the brows are up [T]: the mean of inner and outer raise minus that of lowering."""
    outer = (column(values, "browOuterUpLeft") + column(values, "browOuterUpRight")) / 2
    down = (column(values, "browDownLeft") + column(values, "browDownRight")) / 2
    return (column(values, "browInnerUp") + outer) / 2 - down


def brow_departure(values: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Mean absolute departure [T] of the five brow channels from a face at rest [52]."""
    columns = [_COLUMN[name] for name in BROWS]
    return np.abs(values[:, columns] - rest[columns]).mean(1)


def cheek_raise(values: np.ndarray) -> np.ndarray:
    """Mean [T] of both cheekSquint channels."""
    return (column(values, "cheekSquintLeft") + column(values, "cheekSquintRight")) / 2


def column(values: np.ndarray, name: str) -> np.ndarray:
    """One channel [T]."""
    return values[:, _COLUMN[name]]


def rounding(values: np.ndarray) -> np.ndarray:
    """Lip rounding [T] of ARKit channels [T, 52]."""
    return column(values, "mouthPucker") + column(values, "mouthFunnel")


def best_lag(pairs: Sequence[tuple[np.ndarray, np.ndarray]], most: int) -> tuple[float, float]:
    """Best mean correlation over a common lag, and that lag in ms (positive: first curve late).

    Args:
        pairs: (predicted, reference), both [T] at 100 Hz, a pair for each utterance. Frames in
            which either is not finite are left out, as are pairs in which either does not move.
        most: largest lag tried to either side, in frames.

    Returns:
        The mean over the pairs of Pearson's correlation; nan and 0 where no pair moves.
    """
    means = {lag: mean_correlation(pairs, lag) for lag in range(-most, most + 1)}
    known = {lag: mean for lag, mean in means.items() if np.isfinite(mean)}
    if not known:
        return float("nan"), 0.0
    # Among equals the smallest lag is the least claim.
    lag = max(known, key=lambda each: (round(known[each], 9), -abs(each)))
    return known[lag], 1000.0 * lag / RATE


def whole_lag(correlation: float, lag_ms: float) -> int | None:
    """A lag in whole ms, None where nothing correlates."""
    return round(lag_ms) if np.isfinite(correlation) else None


def mean_correlation(pairs: Sequence[tuple[np.ndarray, np.ndarray]], lag: int = 0) -> float:
    """Mean of the pairs' correlations with the first curve moved ``lag`` frames earlier."""
    values = [correlation(*_shifted(first, second, lag)) for first, second in pairs]
    values = [value for value in values if np.isfinite(value)]
    return float(np.mean(values)) if values else float("nan")


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's correlation of [T] and [T] where both are finite; nan where either is still."""
    known = np.isfinite(first) & np.isfinite(second)
    if known.sum() < 3:
        return float("nan")
    first = first[known] - first[known].mean()
    second = second[known] - second[known].mean()
    if first.std() < _STILL or second.std() < _STILL:
        return float("nan")
    return float(first @ second / np.sqrt((first @ first) * (second @ second)))


def _shifted(first: np.ndarray, second: np.ndarray, lag: int) -> tuple[np.ndarray, np.ndarray]:
    count = min(len(first), len(second))
    first, second = first[:count], second[:count]
    if lag >= 0:
        return first[lag:], second[: count - lag]
    return first[:lag], second[-lag:]
