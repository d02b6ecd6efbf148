"""Captured curves on the sound's time line: lag of the tracker, drift of the clocks, 100 Hz rows.

The reference is the mouth opening that a trained network predicts from the sound: it moves with the
lips, where loudness comes late after a closure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.data.cache import CURVE_HOP, SAMPLE_RATE
from tools.data.timing import peak_offset

RATE = SAMPLE_RATE / CURVE_HOP

Pair = tuple[np.ndarray, np.ndarray]
"""Captured and predicted opening [T] at 100 Hz; NaN where unknown."""

_LONGEST_GAP = 0.12  # seconds: a dropped frame or two, not a phone
_REACH = 0.5  # seconds
_WINDOW = 20.0  # seconds that a local estimate needs
_LEAST_CORRELATION = 0.3  # of a window whose lag counts
_LEAST_WINDOWS = 4
_LARGEST_SPREAD = 0.03  # seconds between the windows' lags and their line
_LEAST_DRIFT = 0.04  # seconds over the whole take, below which both clocks are the same


@dataclass(frozen=True)
class Alignment:
    """The capture shows at time t what sounds at ``t - lag - drift * t``.

    Attributes:
        lag: seconds by which the capture is late at the start of the sound.
        drift: further seconds a second, from clocks that run apart.
        correlation: of the openings at that lag; NaN where nothing could be compared.
    """

    lag: float
    drift: float = 0.0
    correlation: float = float("nan")

    def sound_times(self, times: np.ndarray) -> np.ndarray:
        """Times [F] in the sound of frames at these times [F] of the capture."""
        return times - self.lag - self.drift * times


def to_rows(times: np.ndarray, values: np.ndarray, rows: int) -> np.ndarray:
    """Values [F, C] at ascending times [F] in seconds as rows [rows, C] float32, row t at t / 100.

    Linear between frames that are at most 0.12 s apart; NaN in longer gaps and beyond the ends. A
    channel that is NaN in a frame has a gap there.
    """
    when = np.arange(rows) / RATE
    result = np.full((rows, values.shape[1]), np.nan, np.float32)
    patterns, kind = np.unique(np.isfinite(values), axis=1, return_inverse=True)
    for index, known in enumerate(patterns.T):
        columns = np.flatnonzero(kind.ravel() == index)
        at, kept = times[known], values[known][:, columns]
        if len(at) < 2:
            continue
        after = np.clip(np.searchsorted(at, when), 1, len(at) - 1)
        gap = at[after] - at[after - 1]
        share = ((when - at[after - 1]) / gap)[:, None]
        mixed = kept[after - 1] * (1 - share) + kept[after] * share
        near = (gap <= _LONGEST_GAP) & (when >= at[0]) & (when <= at[-1])
        result[np.ix_(near, columns)] = mixed[near]
    return result


def best_lag(pairs: Sequence[Pair]) -> Alignment:
    """The lag within ±0.5 s at which the openings of all pairs correlate best."""
    most = round(_REACH * RATE)
    correlations = np.array([_correlation(pairs, lag) for lag in range(-most, most + 1)])
    if not np.any(np.isfinite(correlations)):
        return Alignment(0.0)
    best = int(np.nanargmax(correlations))
    return Alignment(
        (best + peak_offset(correlations, best) - most) / RATE, 0.0, correlations[best]
    )


def align(captured: np.ndarray, predicted: np.ndarray) -> Alignment:
    """Lag and, over long takes, drift of captured against predicted opening, [T] each at 100 Hz.

    Drift is the slope of a line through the lags of windows of 20 s; it is taken only where at
    least four windows correlate, they lie on the line within 30 ms, and it comes to more than 40 ms
    over the take.
    """
    whole = best_lag([(captured, predicted)])
    size = round(_WINDOW * RATE)
    starts = range(0, len(captured) - size + 1, size)
    local = [best_lag([(captured[s : s + size], predicted[s : s + size])]) for s in starts]
    usable = [
        (start, window.lag)
        for start, window in zip(starts, local, strict=True)
        if window.correlation > _LEAST_CORRELATION
    ]
    if len(usable) < _LEAST_WINDOWS:
        return whole
    centres = (np.array([start for start, _ in usable]) + size / 2) / RATE
    lags = np.array([lag for _, lag in usable])
    drift, lag = np.polyfit(centres, lags, 1)
    spread = np.median(np.abs(lag + drift * centres - lags))
    if abs(drift) * len(captured) / RATE < _LEAST_DRIFT or spread > _LARGEST_SPREAD:
        return whole
    return Alignment(float(lag), float(drift), whole.correlation)


def _correlation(pairs: Sequence[Pair], lag: int) -> float:
    """Pearson's over all pairs, each pair about its own means."""
    products = np.zeros(3)
    for captured, predicted in pairs:
        late = captured[max(lag, 0) : len(captured) + min(lag, 0)]
        sound = predicted[max(-lag, 0) : len(predicted) + min(-lag, 0)]
        known = np.isfinite(late) & np.isfinite(sound)
        if known.sum() < 0.5 * RATE:
            continue
        a, b = late[known] - late[known].mean(), sound[known] - sound[known].mean()
        products += (a @ b, a @ a, b @ b)
    scale = np.sqrt(products[1] * products[2])
    return products[0] / scale if scale > 1e-9 else float("nan")
