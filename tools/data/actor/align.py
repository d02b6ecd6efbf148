"""Where captured curves stand against their sound: offset, lag of the tracker, drift of clocks.

The reference is the mouth opening that a trained network hears in the sound: it moves with the
lips, where loudness comes late after a closure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .grid import RATE

Pair = tuple[np.ndarray, np.ndarray]
"""Captured and heard opening [T] at 100 Hz; NaN where unknown."""

_REACH = 0.5  # seconds
_WINDOW = 20.0  # seconds a local estimate needs
_TRUSTED = 0.3  # correlation from which a window says anything
_DRIFTED = 0.04  # seconds over the whole take, below which clocks count as one


@dataclass(frozen=True)
class Alignment:
    """The capture shows at time t what sounds at ``t - lag - drift * t``.

    Attributes:
        lag: seconds by which the capture is late at the start of the sound.
        drift: further seconds a second, by clocks that run apart.
        correlation: of the openings at that lag; NaN where nothing could be compared.
    """

    lag: float
    drift: float = 0.0
    correlation: float = float("nan")

    def sound_times(self, times: np.ndarray) -> np.ndarray:
        """Times [F] in the sound of frames at these times [F] of the capture."""
        return times - self.lag - self.drift * times


def best_lag(pairs: Sequence[Pair], reach: float = _REACH) -> Alignment:
    """The lag within ±reach seconds at which the openings of all pairs correlate best."""
    most = round(reach * RATE)
    correlations = np.array([_correlation(pairs, lag) for lag in range(-most, most + 1)])
    if not np.any(np.isfinite(correlations)):
        return Alignment(0.0)
    best = int(np.nanargmax(correlations))
    return Alignment((best + _between(correlations, best) - most) / RATE, 0.0, correlations[best])


def align(captured: np.ndarray, heard: np.ndarray) -> Alignment:
    """Lag and, over long takes, drift of captured against heard opening, [T] each at 100 Hz.

    Drift is the slope of a line through the lags of windows of 20 s; it is taken only where at
    least four windows can be trusted, they lie on the line within 30 ms, and it comes to more than
    40 ms over the take.
    """
    whole = best_lag([(captured, heard)])
    size = round(_WINDOW * RATE)
    starts = range(0, len(captured) - size + 1, size)
    local = [best_lag([(captured[s : s + size], heard[s : s + size])]) for s in starts]
    trusted = [(s, a.lag) for s, a in zip(starts, local, strict=True) if a.correlation > _TRUSTED]
    if len(trusted) < 4:
        return whole
    centres = (np.array([start for start, _ in trusted]) + size / 2) / RATE
    lags = np.array([lag for _, lag in trusted])
    drift, lag = np.polyfit(centres, lags, 1)
    spread = np.median(np.abs(lag + drift * centres - lags))
    if abs(drift) * len(captured) / RATE < _DRIFTED or spread > 0.03:
        return whole
    return Alignment(float(lag), float(drift), whole.correlation)


def _correlation(pairs: Sequence[Pair], lag: int) -> float:
    """Pearson's over all pairs, each pair about its own means."""
    products = np.zeros(3)
    for captured, heard in pairs:
        late = captured[max(lag, 0) : len(captured) + min(lag, 0)]
        sound = heard[max(-lag, 0) : len(heard) + min(-lag, 0)]
        known = np.isfinite(late) & np.isfinite(sound)
        if known.sum() < 0.5 * RATE:
            continue
        a, b = late[known] - late[known].mean(), sound[known] - sound[known].mean()
        products += (a @ b, a @ a, b @ b)
    scale = np.sqrt(products[1] * products[2])
    return products[0] / scale if scale > 1e-9 else float("nan")


def _between(values: np.ndarray, peak: int) -> float:
    """Offset of a parabola's top through a peak and its neighbours, in steps."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    left, top, right = values[peak - 1 : peak + 2]
    bend = left - 2 * top + right
    return float(0.5 * (left - right) / bend) if np.isfinite(bend) and bend < 0 else 0.0
