"""Cohen's d of paired measurements."""

from dataclasses import dataclass

import numpy as np

_RESAMPLES = 2000
_ENOUGH = 6  # pairs for an interval


@dataclass(frozen=True)
class Effect:
    """How much larger one of two paired measurements is.

    Attributes:
        d: mean difference over the root mean square of both groups' standard deviations (d_av of
            D. Lakens 2013): how far apart two recordings are, on the scale on which they vary.
        d_z: mean difference over the standard deviation of the differences: how reliably the
            difference shows within a pair.
        low, high: 95 % bootstrap interval of d over the pairs; nan for fewer than six.
        pairs: number of pairs.
    """

    d: float
    d_z: float
    low: float
    high: float
    pairs: int


def paired_effect(more: np.ndarray, less: np.ndarray) -> Effect:
    """Effect of [P] over [P], value i of both being a pair; nan for fewer than three pairs."""
    more, less = np.asarray(more, float), np.asarray(less, float)
    count = len(more)
    if count < 3:
        return Effect(*[float("nan")] * 4, count)
    low = high = float("nan")
    if count >= _ENOUGH:
        drawn = np.random.default_rng(0).integers(count, size=(_RESAMPLES, count))
        resampled = _d_average(more[drawn], less[drawn])
        low, high = np.percentile(resampled[np.isfinite(resampled)], (2.5, 97.5))
    difference = more - less
    return Effect(
        d=float(_d_average(more[None], less[None])[0]),
        d_z=float(_ratio(difference.mean(), difference.std(ddof=1))),
        low=float(low),
        high=float(high),
        pairs=count,
    )


def _d_average(more: np.ndarray, less: np.ndarray) -> np.ndarray:
    """d [R] of R samples of pairs, [R, P] each."""
    spread = np.sqrt((more.var(1, ddof=1) + less.var(1, ddof=1)) / 2)
    return _ratio((more - less).mean(1), spread)


def _ratio(difference: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Difference over spread; without spread 0 where nothing differs, infinite where it does."""
    difference, spread = np.asarray(difference, float), np.asarray(spread, float)
    still = spread < 1e-12
    ratio = difference / np.where(still, 1.0, spread)
    endless = np.where(np.abs(difference) < 1e-12, 0.0, np.copysign(np.inf, difference))
    return np.where(still, endless, ratio)
