"""Cubic Hermite curves through some of a column's rows, fitted to all of them.

A Bezier segment whose handles stand at a third of the interval is exactly the cubic Hermite
segment with the handles' slopes: time is then linear in the curve's parameter.
"""

import numpy as np

_PULL = 0.02


def hermite(x: np.ndarray, knots: np.ndarray, values: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Curve at x [N] through ``values`` [K] at ascending ``knots`` [K]; held outside them."""
    if len(knots) == 1:
        return np.full(len(x), values[0])
    left = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    width = np.diff(knots)[left]
    u = np.clip((x - knots[left]) / width, 0.0, 1.0)
    first, second, start, end = _basis(u)
    bent = start * slopes[left] + end * slopes[left + 1]
    return first * values[left] + second * values[left + 1] + width * bent


class Segments:
    """Some of the segments between knots of columns laid end to end, and the rows in them.

    Args:
        x, y: the columns, float64 [N], x ascending in each.
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
        """For each row [R] the value of its segment, of values [S]."""
        return values.take(self._segment, mode="clip")  # faster than repeat, or than checking

    def errors(self, outgoing: np.ndarray, incoming: np.ndarray) -> np.ndarray:
        """How far the curves are from each row [R] with slopes [S] at the segments' two knots."""
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
        """Of each segment in which errors [R] are out of bounds the first row of the largest."""
        most = self.most(errors)
        candidates = np.flatnonzero((errors > bound) & (errors == self._spread(most)))
        segment = np.searchsorted(self._firsts, candidates, side="right")
        return self.rows[candidates[np.diff(segment, prepend=0) > 0]]

    def fitted(
        self, own_start: np.ndarray, own_end: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Slopes [S] at the two knots for the curves nearest to the rows, by least squares in each
        segment alone, pulled slightly towards the columns' ``own``; and how much each segment
        knows of them."""
        start, end, rest, width = self._start, self._end, self._rest, self._width
        product = np.empty_like(start)
        aa, ab, bb, ra, rb = (
            np.add.reduceat(np.multiply(one, other, out=product), self._firsts)
            for one, other in ((start, start), (start, end), (end, end), (start, rest), (end, rest))
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
    """Slopes [K] cut so that the curves leave the values of neighbouring knots by little.

    Up to three times the gentler of the neighbouring secants, and level at a peak, they do not
    leave them at all (F. Fritsch and R. Carlson, "Monotone piecewise cubic interpolation", 1980).
    A slope m beyond that, over a width h, adds at most 4/27 m h.

    Args:
        slopes: what is wanted.
        before, after: (width, rise) of the intervals on either side of each knot, [K] each.
        overshoot: how far the curve may leave them on account of each knot, [K]; 0 for not at all.
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
