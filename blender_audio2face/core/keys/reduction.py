"""Which rows of columns need a key so that the curves stay within a tolerance of all rows.

Peaks and valleys are keyed first, as an animator would. Columns are worked on together, laid end to
end, to make NumPy's calls cheap; the result for each is the same as on its own.
"""

import numpy as np

_PULL = 0.02


class Segments:
    """Segments of curves between two knots, and the rows in them.

    Args:
        x, y: columns laid end to end, float64 [N], x ascending in each.
        starts, ends: rows of the knots on either side of each of S >= 1 segments, ends > starts.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> None:
        lengths = ends - starts
        self._firsts = np.cumsum(lengths) - lengths
        self._segment = np.repeat(np.arange(len(lengths)), lengths)
        self._width = x[ends] - x[starts]
        self._widths = self._spread(self._width)
        self.rows = np.arange(len(self._segment))
        self.rows += self._spread(starts - self._firsts)
        u = x[self.rows]
        u -= self._spread(x[starts])
        u /= self._widths
        first, second, self._start, self._end = _basis(u)
        first *= self._spread(y[starts])
        second *= self._spread(y[ends])
        self._rest = y[self.rows]
        self._rest -= first
        self._rest -= second

    def _spread(self, values: np.ndarray) -> np.ndarray:
        """The value of its segment for each row [R], of values [S]."""
        return values.take(self._segment, mode="clip")  # faster than repeat, or than checking

    def errors(self, outgoing: np.ndarray, incoming: np.ndarray) -> np.ndarray:
        """Distance of the curves from each row [R], with slopes [S] at the segments' two knots."""
        bent = self._spread(outgoing)
        bent *= self._start
        end = self._spread(incoming)
        end *= self._end
        bent += end
        bent *= self._widths
        bent -= self._rest
        return np.abs(bent, out=bent)

    def most(self, errors: np.ndarray) -> np.ndarray:
        """The largest error of each segment, [S], of errors [R]."""
        return np.maximum.reduceat(errors, self._firsts)

    def worst(self, errors: np.ndarray, bound: float) -> np.ndarray:
        """The first row with the largest error in each segment that exceeds the bound."""
        most = self.most(errors)
        candidates = np.flatnonzero((errors > bound) & (errors == self._spread(most)))
        segment = np.searchsorted(self._firsts, candidates, side="right")
        return self.rows[candidates[np.diff(segment, prepend=0) > 0]]

    def fitted(
        self, own_start: np.ndarray, own_end: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Slopes [S] at the two knots that fit each segment's rows best, and the weight of the fit.

        By least squares in each segment alone, pulled slightly towards the columns' own slopes.
        """
        start, end, rest, width = self._start, self._end, self._rest, self._width
        product = np.empty_like(start)
        pairs = (start, start), (start, end), (end, end), (start, rest), (end, rest)
        aa, ab, bb, ra, rb = (
            np.add.reduceat(np.multiply(left, right, out=product), self._firsts)
            for left, right in pairs
        )
        aa, bb = aa + _PULL, bb + _PULL
        ra, rb = ra + _PULL * width * own_start, rb + _PULL * width * own_end
        determinant = (aa * bb - ab * ab) * width
        outgoing, incoming = (bb * ra - ab * rb) / determinant, (aa * rb - ab * ra) / determinant
        return outgoing, incoming, width**2 * aa


def bounded(
    slopes: np.ndarray,
    before: tuple[np.ndarray, np.ndarray],
    after: tuple[np.ndarray, np.ndarray],
    overshoot: np.ndarray,
) -> np.ndarray:
    """Slopes [K] limited so that curves hardly overshoot the values of neighbouring knots.

    With slopes up to three times the gentler of the neighbouring secants, and level at a peak, they
    do not overshoot (F. Fritsch and R. Carlson, "Monotone piecewise cubic interpolation", 1980).
    A slope that exceeds this by m adds at most 4/27 m h over a width h.

    Args:
        slopes: the best fit, [K].
        before, after: (width, rise) of the intervals on either side of each knot, [K] each.
        overshoot: how much each knot may make the curve overshoot, [K].
    """
    left, right = before[1] / before[0], after[1] / after[0]
    most = 3.0 * np.minimum(np.abs(left), np.abs(right))
    most[left * right <= 0.0] = 0.0
    beyond = 27.0 / 4.0 * overshoot / np.maximum(before[0], after[0])
    uphill = left > 0.0
    low, high = np.where(uphill, 0.0, -most), np.where(uphill, most, 0.0)
    return np.clip(slopes, low - beyond, high + beyond)


def _basis(u: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Weights of first value, second value, first slope, second slope at u in 0..1."""
    rest = 1.0 - u
    square, rest_square = u**2, rest**2
    return (1.0 + 2.0 * u) * rest_square, square * (3.0 - 2.0 * u), u * rest_square, -square * rest


def turning_points(values: np.ndarray, least: float) -> np.ndarray:
    """Peaks and valleys of columns that differ by at least ``least``, bool [C, F] as the values.

    Smaller wiggles are removed in pairs, the smallest of their neighbourhood first, so that peaks
    and valleys alternate. Of a plateau the first row counts. The ends do not count.
    """
    corners = _extremes(values)
    if not corners.any():
        return corners
    length, flat = values.shape[1], values.ravel()
    corners[:, [0, -1]] = True
    rows = np.flatnonzero(corners)
    while True:
        inner = (rows % length != 0) & (rows % length != length - 1)
        heights = np.abs(np.diff(flat[rows]))
        heights[~(inner[:-1] | inner[1:])] = np.inf  # between columns, or nothing left to remove
        small = heights < least
        if not small.any():
            break
        small &= heights <= np.append(np.inf, heights[:-1])
        small &= heights < np.append(heights[1:], np.inf)
        removed = (np.append(small, False) | np.append(False, small)) & inner
        rows = rows[~removed]
    turns = np.zeros(values.size, bool)
    turns[rows[inner]] = True
    return turns.reshape(values.shape)


def _extremes(values: np.ndarray) -> np.ndarray:
    """Where the direction changes, bool [C, F]."""
    steps = np.diff(values, axis=1)
    moved = np.flatnonzero(np.append(steps, np.zeros((len(values), 1)), axis=1))
    upward = steps.ravel()[moved - moved // values.shape[1]] > 0
    found = np.zeros(values.size, bool)
    turned = (upward[1:] != upward[:-1]) & (np.diff(moved // values.shape[1]) == 0)
    found[moved[:-1][turned] + 1] = True
    return found.reshape(values.shape)


_PROMINENT = 3.0
"""Turns of this many tolerances are keyed even where the bound does not need them."""

_OVERSHOOT = 0.3
"""Share of the tolerance by which a curve may leave its keys' values between frames, but not at
anchors and turns; it saves one key in seven."""

_MARGIN = 0.999  # room for rounding to float32


def reduced(
    x: np.ndarray, y: np.ndarray, tolerance: float, anchors: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each column the rows [K] to key, and the slopes [K] there.

    Starts from ends, anchors and prominent turns, keys the worst row of each segment that exceeds
    the bound until none does, then removes keys that turned out not to be needed.

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
    return [(rows - index * len(x), slopes) for index, (rows, slopes) in enumerate(found)]


class _Columns:
    """Columns laid end to end, with rows numbered through.

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

        A knot's slope is the weighted mean of the fits of its two segments, then ``bounded``. A new
        key changes its own slope and those of its neighbours, so only the segments beside these
        are fitted again.
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
        """Rows and slopes without every second key that neither bound nor shape needs; the other
        slopes stay as they are."""
        first = np.searchsorted(rows, np.arange(0, len(self._x), self._length))
        place = np.arange(len(rows)) - np.repeat(first, np.diff(first, append=len(rows)))
        doubtful = ~self._needed[rows] & (place % 2 == parity)
        kept = ~doubtful
        left = rows[kept]
        cut = self._bounded(left, np.arange(len(left)), slopes[kept])
        steady = np.zeros(len(rows), bool)
        steady[kept] = cut == slopes[kept]
        doubtful[1:-1] &= steady[:-2] & steady[2:]
        dropped = np.flatnonzero(doubtful)
        if len(dropped):
            segments = Segments(self._x, self._y, rows[dropped - 1], rows[dropped + 1])
            errors = segments.errors(slopes[dropped - 1], slopes[dropped + 1])
            dropped = dropped[segments.most(errors) <= self._bound]
        kept = np.ones(len(rows), bool)
        kept[dropped] = False
        return rows[kept], slopes[kept]

    def _is_seam(self, rows: np.ndarray) -> np.ndarray:
        """Where one column ends and the next begins between two knots of [K], bool [K - 1]."""
        return rows[:-1] % self._length == self._length - 1

    def _bounded(self, rows: np.ndarray, places: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """``bounded`` slopes at some of the knots ``rows``, given by their places; the end of a
        column has a single interval."""
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
        """(width, rise) from the knots at some places to the next ones."""
        start, end = rows[places], rows[places + 1]
        return self._x[end] - self._x[start], self._y[end] - self._y[start]
