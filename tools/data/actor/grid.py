"""From capture frames to rows at 100 Hz."""

from __future__ import annotations

import numpy as np

from ..cache import CURVE_HOP, SAMPLE_RATE

RATE = SAMPLE_RATE / CURVE_HOP
_LONGEST_GAP = 0.12  # seconds: a dropped frame or two, not a phone


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
