"""Which rows of one column need a key so that the curve stays within a tolerance of all rows."""

import numpy as np

from .hermite import bounded, fitted_slopes, hermite
from .turning_points import turning_points

_PROMINENT = 3.0
"""Turns of this many tolerances are keyed even where the bound could do without."""

_OVERSHOOT = 0.3
"""Share of the tolerance by which a curve may leave its keys' values between frames, but not at
anchors and turns; it saves one key in seven."""

_MARGIN = 0.999  # room for rounding to float32


def reduced(
    x: np.ndarray, y: np.ndarray, tolerance: float, anchors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rows [K] to key and slopes [K] there.

    Starts from ends, anchors and prominent turns, keys the worst row of each segment that is out
    of bounds until none is, then takes out again what turned out not to be needed.

    Args:
        x: ascending frames, float64 [F], F >= 2.
        y: the column, float64 [F].
        tolerance: bound on the error at each row, above 0.
        anchors: rows [A] that have to be keyed.
    """
    bound = _MARGIN * tolerance
    needed = np.zeros(len(y), bool)
    needed[[0, -1]] = True
    needed[anchors] = True
    needed[turning_points(y, _PROMINENT * tolerance)] = True
    overshoot = np.where(needed, 0.0, _OVERSHOOT * tolerance)
    keyed = needed.copy()
    while True:
        rows = np.flatnonzero(keyed)
        slopes = fitted_slopes(x, y, rows, overshoot[rows])
        error = np.abs(hermite(x, x[rows], y[rows], slopes) - y)
        worst = _worst_of_segments(error, rows, bound)
        if len(worst) == 0:
            break
        keyed[worst] = True
    for parity in (0, 1, 0, 1):
        rows, slopes = _thinned(x, y, rows, slopes, bound, overshoot, parity)
    return rows, slopes


def _worst_of_segments(error: np.ndarray, rows: np.ndarray, bound: float) -> np.ndarray:
    """The row of the largest error in each segment that is out of bounds."""
    most = np.maximum.reduceat(error[:-1], rows[:-1])
    segment = np.repeat(np.arange(len(most)), np.diff(rows))
    candidates = np.flatnonzero((error[:-1] > bound) & (error[:-1] == most[segment]))
    _, first = np.unique(segment[candidates], return_index=True)
    return candidates[first]


def _thinned(
    x: np.ndarray,
    y: np.ndarray,
    rows: np.ndarray,
    slopes: np.ndarray,
    bound: float,
    overshoot: np.ndarray,
    parity: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Without every second key whose loss keeps bound and shape, the slopes staying as they are."""
    place = np.arange(len(rows))
    doubtful = (overshoot[rows] > 0.0) & (place % 2 == parity)
    if not doubtful.any():
        return rows, slopes
    kept = ~doubtful
    left = rows[kept]
    cut = bounded(slopes[kept], np.diff(x[left]), np.diff(y[left]), overshoot[left])
    error = np.abs(hermite(x, x[left], y[left], slopes[kept]) - y)
    most = np.maximum.reduceat(error[:-1], left[:-1])
    steady = cut == slopes[kept]
    fine = (most <= bound) & steady[:-1] & steady[1:]
    segment_of = np.searchsorted(left, rows[doubtful]) - 1
    kept[np.flatnonzero(doubtful)[~fine[segment_of]]] = True
    return rows[kept], slopes[kept]
