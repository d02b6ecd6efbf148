"""Agreement of two curves that may be shifted against each other."""

from collections.abc import Sequence

import numpy as np

RATE = 100.0
_STILL = 1e-6


def best_lag(pairs: Sequence[tuple[np.ndarray, np.ndarray]], most: int) -> tuple[float, float]:
    """Best mean correlation over a common lag, and that lag in ms (positive: first curve late).

    Args:
        pairs: (predicted, reference), both [T] at 100 Hz, one pair an utterance. Frames in which
            either is not finite are left out, as are pairs in which one does not move.
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


def mean_correlation(pairs: Sequence[tuple[np.ndarray, np.ndarray]], lag: int = 0) -> float:
    """Mean of the pairs' correlations with the first curve moved ``lag`` frames earlier."""
    values = [correlation(*_shifted(first, second, lag)) for first, second in pairs]
    values = [value for value in values if np.isfinite(value)]
    return float(np.mean(values)) if values else float("nan")


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's correlation of [T] and [T] where both are finite; nan where one is still."""
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
