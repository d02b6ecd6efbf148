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


def fitted_slopes(
    x: np.ndarray, y: np.ndarray, rows: np.ndarray, overshoot: np.ndarray
) -> np.ndarray:
    """Slopes [K] at ``rows`` [K] of y [F] over x [F] for the curve nearest to all of y.

    Each segment is fitted alone by least squares, pulled slightly towards the column's own slopes;
    a knot takes the mean of its two segments, weighted by how much they know of it. Then the
    slopes are ``bounded`` by the ``overshoot`` [K] that is allowed next to each knot.
    """
    width, rise = np.diff(x[rows]), np.diff(y[rows])
    own = np.gradient(y, x)[rows]
    inner = np.repeat(np.arange(len(width)), np.diff(rows))
    u = (x[:-1] - x[rows[inner]]) / width[inner]
    first, second, start, end = _basis(u)
    rest = y[:-1] - first * y[rows[inner]] - second * y[rows[inner + 1]]
    aa, ab, bb, ra, rb = (
        np.add.reduceat(product, rows[:-1])
        for product in (start * start, start * end, end * end, start * rest, end * rest)
    )
    aa, bb = aa + _PULL, bb + _PULL
    ra, rb = ra + _PULL * width * own[:-1], rb + _PULL * width * own[1:]
    determinant = (aa * bb - ab * ab) * width
    outgoing, incoming = (bb * ra - ab * rb) / determinant, (aa * rb - ab * ra) / determinant
    known = width**2 * aa
    total, weight = np.zeros(len(rows)), np.zeros(len(rows))
    total[:-1] += known * outgoing
    weight[:-1] += known
    total[1:] += known * incoming
    weight[1:] += known
    return bounded(total / weight, width, rise, overshoot)


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
