"""Which rows of columns need a key so that the curves stay within a tolerance of all rows.

Columns are worked on together, laid end to end: one by one, most of the time would go into calling
NumPy. They take no notice of each other.
"""

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
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each column the rows [K] to key, and the slopes [K] there.

    Starts from ends, anchors and prominent turns, keys the worst row of each segment that is out
    of bounds until none is, then takes out again what turned out not to be needed.

    Args:
        x: ascending frames, float64 [F], F >= 2.
        y: C >= 1 columns, float64 [C, F].
        tolerance: bound on the error at each row, above 0.
        anchors: rows that have to be keyed, bool [C, F].
    """
    needed = anchors | turning_points(y, _PROMINENT * tolerance)
    needed[:, [0, -1]] = True
    columns = _Columns(x, y, needed, tolerance)
    rows, slopes = columns.keyed()
    for parity in (0, 1, 0, 1):
        rows, slopes = columns.thinned(rows, slopes, parity)
    cuts = np.searchsorted(rows, np.arange(1, len(y)) * len(x))
    found = zip(np.split(rows, cuts), np.split(slopes, cuts), strict=True)
    return [(one - index * len(x), own) for index, (one, own) in enumerate(found)]


class _Columns:
    """Columns laid end to end, whose rows are counted through.

    Args:
        x, y: as in ``reduced``.
        needed: rows that have to be keyed, each column's ends among them, bool [C, F].
        tolerance: as in ``reduced``.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, needed: np.ndarray, tolerance: float) -> None:
        self._length = len(x)
        self._x, self._y = np.tile(x, len(y)), y.ravel()
        self._own = np.gradient(y, x, axis=1).ravel()
        self._needed = needed.ravel()
        self._overshoot = np.where(self._needed, 0.0, _OVERSHOOT * tolerance)
        self._bound = _MARGIN * tolerance

    def keyed(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows that keep the bound, the needed ones among them, and the slopes there.

        A knot's slope is the mean of what its two segments are fitted with, weighted by how much
        they know of it, then ``bounded``. A new key changes the slopes at its neighbours and its
        own, so that only the segments on either side of those are looked at again.
        """
        keyed = self._needed.copy()
        ahead, ahead_weight, behind, behind_weight, slopes = np.zeros((5, len(keyed)))
        rows = np.flatnonzero(keyed)
        changed = ~self._is_seam(rows)
        while True:
            starts, ends = rows[:-1][changed], rows[1:][changed]
            segments = Segments(self._x, self._y, starts, ends)
            outgoing, incoming, known = segments.fitted(self._own[starts], self._own[ends])
            ahead[starts], ahead_weight[starts] = known * outgoing, known
            behind[ends], behind_weight[ends] = known * incoming, known
            places = np.flatnonzero(np.append(changed, False) | np.append(False, changed))
            knots = rows[places]
            fitted = ahead[knots] + behind[knots]
            fitted /= ahead_weight[knots] + behind_weight[knots]
            slopes[knots] = self._bounded(rows, places, fitted)
            errors = segments.errors(slopes[starts], slopes[ends])
            worst = segments.worst(errors, self._bound)
            if not len(worst):
                return rows, slopes[rows]
            keyed[worst] = True
            rows = np.flatnonzero(keyed)
            new = np.searchsorted(rows, worst)
            changed = np.zeros(len(rows) - 1, bool)
            for beside in (-2, -1, 0, 1):
                changed[np.clip(new + beside, 0, len(changed) - 1)] = True
            changed &= ~self._is_seam(rows)

    def thinned(
        self, rows: np.ndarray, slopes: np.ndarray, parity: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Without every second key whose loss keeps bound and shape, the slopes staying as they
        are."""
        first = np.searchsorted(rows, np.arange(0, len(self._x), self._length))
        place = np.arange(len(rows)) - np.repeat(first, np.diff(first, append=len(rows)))
        doubtful = ~self._needed[rows] & (place % 2 == parity)
        kept = ~doubtful
        left = rows[kept]
        cut = self._bounded(left, np.arange(len(left)), slopes[kept])
        steady = np.zeros(len(rows), bool)
        steady[kept] = cut == slopes[kept]
        doubtful[1:-1] &= steady[:-2] & steady[2:]
        gone = np.flatnonzero(doubtful)
        if len(gone):
            segments = Segments(self._x, self._y, rows[gone - 1], rows[gone + 1])
            errors = segments.errors(slopes[gone - 1], slopes[gone + 1])
            gone = gone[segments.most(errors) <= self._bound]
        kept = np.ones(len(rows), bool)
        kept[gone] = False
        return rows[kept], slopes[kept]

    def _is_seam(self, rows: np.ndarray) -> np.ndarray:
        """Between which knots [K] one column ends and the next begins, bool [K - 1]."""
        return rows[:-1] % self._length == self._length - 1

    def _bounded(self, rows: np.ndarray, places: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """``bounded`` slopes at the knots that have these places among all of them, ``rows``; at
        the end of a column there is one interval."""
        knots = rows[places]
        column_place = knots % self._length
        is_first, is_last = column_place == 0, column_place == self._length - 1
        before = places - ~is_first
        after = places - is_last
        return bounded(
            slopes,
            self._interval(rows, before),
            self._interval(rows, after),
            self._overshoot[knots],
        )

    def _interval(self, rows: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(width, rise) from the knots at some places to the next."""
        start, end = rows[places], rows[places + 1]
        return self._x[end] - self._x[start], self._y[end] - self._y[start]
