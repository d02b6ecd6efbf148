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
    """A column's rows [F - 1], the last one apart, in the segments between some of them.

    Args:
        x, y: the column, float64 [F], x ascending.
        rows: the K knots, ascending, the first and last row among them.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, rows: np.ndarray) -> None:
        knots, values = x[rows], y[rows]
        self.rows = rows
        self.width, self.rise = np.diff(knots), np.diff(values)
        self._lengths = np.diff(rows)
        u = (x[:-1] - self.spread(knots[:-1])) / self.spread(self.width)
        first, second, self._start, self._end = _basis(u)
        first *= self.spread(values[:-1])
        second *= self.spread(values[1:])
        self._rest = y[:-1] - first - second

    def spread(self, values: np.ndarray) -> np.ndarray:
        """For each row [F - 1] the value of its segment, of values [K - 1]."""
        return np.repeat(values, self._lengths)

    def errors(self, slopes: np.ndarray) -> np.ndarray:
        """How far the curve with slopes [K] at the knots is from each row, [F - 1]."""
        bent = self._start * self.spread(slopes[:-1])
        bent += self._end * self.spread(slopes[1:])
        bent *= self.spread(self.width)
        bent -= self._rest
        return np.abs(bent, out=bent)

    def most(self, values: np.ndarray) -> np.ndarray:
        """The largest value of each segment, [K - 1], of values [F - 1]."""
        return np.maximum.reduceat(values, self.rows[:-1])

    def fitted(self, own: np.ndarray, overshoot: np.ndarray) -> np.ndarray:
        """Slopes [K] at the knots for the curve nearest to all rows.

        Each segment is fitted alone by least squares, pulled slightly towards ``own``, the
        column's slopes [K] at the knots; a knot takes the mean of its two segments, weighted by
        how much they know of it. Then the slopes are ``bounded`` by the ``overshoot`` [K] that is
        allowed next to each knot.
        """
        start, end, rest, width = self._start, self._end, self._rest, self.width
        aa, ab, bb, ra, rb = (
            np.add.reduceat(product, self.rows[:-1])
            for product in (start * start, start * end, end * end, start * rest, end * rest)
        )
        aa, bb = aa + _PULL, bb + _PULL
        ra, rb = ra + _PULL * width * own[:-1], rb + _PULL * width * own[1:]
        determinant = (aa * bb - ab * ab) * width
        outgoing, incoming = (bb * ra - ab * rb) / determinant, (aa * rb - ab * ra) / determinant
        known = width**2 * aa
        total, weight = np.zeros(len(self.rows)), np.zeros(len(self.rows))
        total[:-1] += known * outgoing
        weight[:-1] += known
        total[1:] += known * incoming
        weight[1:] += known
        return bounded(total / weight, width, self.rise, overshoot)


def bounded(
    slopes: np.ndarray, width: np.ndarray, rise: np.ndarray, overshoot: np.ndarray
) -> np.ndarray:
    """Slopes [K] cut so that the curve leaves the values of neighbouring knots by little.

    Up to three times the gentler of the neighbouring secants, and level at a peak, it does not
    leave them at all (F. Fritsch and R. Carlson, "Monotone piecewise cubic interpolation", 1980).
    A slope m beyond that, over a width h, adds at most 4/27 m h.

    Args:
        slopes: what is wanted.
        width, rise: extent of each of the K - 1 intervals.
        overshoot: how far the curve may leave them on account of each knot, [K]; 0 for not at all.
    """
    secants = rise / width
    before, after = np.append(secants[:1], secants), np.append(secants, secants[-1:])
    most = 3.0 * np.minimum(np.abs(before), np.abs(after))
    most[before * after <= 0.0] = 0.0
    widest = np.maximum(np.append(width[:1], width), np.append(width, width[-1:]))
    beyond = 27.0 / 4.0 * overshoot / widest
    uphill = before > 0.0
    low, high = np.where(uphill, 0.0, -most), np.where(uphill, most, 0.0)
    return np.clip(slopes, low - beyond, high + beyond)


def _basis(u: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Weights of first value, second value, first slope, second slope at u in 0..1."""
    rest = 1.0 - u
    return (1.0 + 2.0 * u) * rest**2, u**2 * (3.0 - 2.0 * u), u * rest**2, -(u**2) * rest
