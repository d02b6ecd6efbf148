"""Which rows of one column need a key so that the curve stays within a tolerance of all rows."""

import numpy as np

from .hermite import Segments, bounded
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
    keyed, own = needed.copy(), np.gradient(y, x)
    while True:
        rows = np.flatnonzero(keyed)
        segments = Segments(x, y, rows)
        slopes = segments.fitted(own[rows], overshoot[rows])
        worst = _worst_of_segments(segments, segments.errors(slopes), bound)
        if len(worst) == 0:
            break
        keyed[worst] = True
    for parity in (0, 1, 0, 1):
        rows, slopes = _thinned(x, y, rows, slopes, bound, overshoot, parity)
    return rows, slopes


def _worst_of_segments(segments: Segments, errors: np.ndarray, bound: float) -> np.ndarray:
    """The row of the largest error in each segment that is out of bounds."""
    most = segments.spread(segments.most(errors))
    candidates = np.flatnonzero((errors > bound) & (errors == most))
    segment = np.searchsorted(segments.rows, candidates, side="right")
    return candidates[np.diff(segment, prepend=0) > 0]


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
    segments = Segments(x, y, left)
    cut = bounded(slopes[kept], segments.width, segments.rise, overshoot[left])
    most = segments.most(segments.errors(slopes[kept]))
    steady = cut == slopes[kept]
    fine = (most <= bound) & steady[:-1] & steady[1:]
    segment_of = np.searchsorted(left, rows[doubtful]) - 1
    kept[np.flatnonzero(doubtful)[~fine[segment_of]]] = True
    return rows[kept], slopes[kept]
