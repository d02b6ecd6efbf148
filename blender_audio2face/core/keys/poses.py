"""Pose keys: columns that move together are keyed together, on the frames an animator would choose.

Lines start and end, lips close, and the mouth opens widest on *extremes*; *breakdowns* between them
give the movement its shape. All columns of a group have their keys on the same frames, joined by
cubic curves whose slopes are fitted to all frames at once.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ....model.sampling import SEALED
from .reduction import turning_points

TOLERANCE = 0.05
"""Largest error of pose keys in shape-key units: not seen in a mouth that moves."""

BLEND_TOLERANCE = 0.2
"""The same for shapes of whole mouths (visemes): they fade into each other within a few frames, and
what is between two of them is seen less."""

_WIDE = 0.15
"""Openings that rise and fall by this much are extremes."""

SYLLABLE = 2.0 * SEALED
"""Least opening between two closures that is kept as a vowel of its own."""

_FLUTTER = 1.5 * SEALED
"""An opening that stays below this does not end a closure."""

_ROWS = 1500
"""Rows that are fitted together, about; few enough to stay in a processor's cache."""

_OVERSHOOT = 0.8
"""Share of the tolerance by which a curve may leave its keys' values, except at extremes."""

_PULL = 0.005
_SOLVED_WITHIN = 32  # knots, beyond which a knot's slope has no influence
_NEAR = 0.06  # seconds within which a key moves to a frame that is keyed already


def extremes(opening: np.ndarray, rate: float) -> np.ndarray:
    """Rows of an opening [F] that an animator would draw first, bool [F]: both ends, where lips
    shut and open again, and where they are widest or narrowest.

    Args:
        opening: of the lips, in shape-key units.
        rate: rows per second.
    """
    found = np.zeros(len(opening), bool)
    if not len(opening):
        return found
    found |= turning_points(opening[None].astype(np.float64), _WIDE)[0]
    found[[0, -1]] = True
    closed = closed_runs(opening)
    for (first, stop), after in zip(closed, [*closed, None][1:], strict=True):
        found[max(first, 1) : min(stop, len(opening) - 1)] = False
        if stop - first <= 0.06 * rate:
            found[first + int(np.argmin(opening[first:stop]))] = True
        else:
            found[[first, stop - 1]] = True
        if after is not None and opening[stop : after[0]].max(initial=0.0) >= SYLLABLE:
            found[stop + int(np.argmax(opening[stop : after[0]]))] = True
    return found


def closed_runs(opening: np.ndarray) -> list[tuple[int, int]]:
    """Runs [first, stop) of shut lips in an opening [F]; a flutter does not end a run."""
    rows = opening < SEALED
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.astype(np.int8), [0]))))
    runs: list[tuple[int, int]] = []
    for first, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and opening[runs[-1][1] : first].max(initial=0.0) < _FLUTTER:
            runs[-1] = (runs[-1][0], stop)
        else:
            runs.append((first, stop))
    return runs


def shut_tolerance(opening: np.ndarray, tolerance: float) -> np.ndarray:
    """Tolerance [F] of columns that open the lips, so that rows of an opening [F] that are shut
    stay shut."""
    left = np.clip((SEALED - opening) / 2.5, 0.002, 0.01)
    return np.where(opening < SEALED, left, tolerance)


def pose_keys(
    x: np.ndarray,
    y: np.ndarray,
    tolerance: np.ndarray,
    needed: np.ndarray,
    preferred: np.ndarray,
    rate: float,
    on_progress: Callable[[float], None] = lambda _fraction: None,
) -> tuple[np.ndarray, np.ndarray]:
    """The rows [K] to key in all columns, and the slopes there, float64 [C, K].

    Starts from the needed rows, keys the worst row of each segment until none is further from the
    columns than the tolerance, then removes keys that turned out not to be needed.

    Args:
        x: ascending frames, float64 [F], F >= 2.
        y: columns, [C, F], C >= 1.
        tolerance: bound on the error at each row, above 0, [C, F].
        needed: rows that have to be keyed, bool [F]; curves do not overshoot there.
        preferred: rows that are keyed anyway; a key near one of them moves there, bool [F].
        rate: frames per second.
        on_progress: gets fractions 0..1.
    """
    near = max(round(_NEAR * rate), 1)
    rows: list[np.ndarray] = []
    slopes: list[np.ndarray] = []
    cuts = _cuts(needed)
    for start, end in pairwise(cuts):
        on_progress(start / len(x))
        part = slice(start, end + 1)
        fit = _Fit(x[part], y[:, part].T, tolerance[:, part].T, needed[part])
        found, fitted = fit.keyed(preferred[part], near)
        rest = slice(0 if start == 0 else 1, None)
        rows.append(found[rest] + start)
        slopes.append(fitted[rest])
    return np.concatenate(rows), np.concatenate(slopes).T


def _cuts(needed: np.ndarray) -> list[int]:
    """Needed rows about ``_ROWS`` apart, the first and the last among them."""
    last = len(needed) - 1
    cuts, rows = [0], np.flatnonzero(needed[:last])
    while True:
        after = rows[rows >= cuts[-1] + _ROWS]
        if not len(after) or last - int(after[0]) < _ROWS // 2:
            return [*cuts, last]
        cuts.append(int(after[0]))


class _Fit:
    """Curves through the same rows of all columns; level at both ends.

    Args:
        x: frames, [F].
        y: columns, [F, C].
        tolerance: [F, C].
        needed: [F].
    """

    def __init__(
        self, x: np.ndarray, y: np.ndarray, tolerance: np.ndarray, needed: np.ndarray
    ) -> None:
        self._x = x
        self._y = np.ascontiguousarray(y, np.float64)
        self._weight = 1.0 / tolerance
        self._needed = needed.copy()
        self._needed[[0, -1]] = True
        self._own = np.gradient(self._y, x, axis=0)
        at_rest = self._y <= self._y.min(axis=0) + 0.01
        self._overshoot = np.where(at_rest, 0.0, _OVERSHOOT * tolerance)

    def keyed(self, preferred: np.ndarray, near: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows [K] that keep the bound, and the slopes [K, C] there."""
        keyed = self._needed.copy()
        while True:
            rows = np.flatnonzero(keyed)
            _, worst, segment = self._evaluated(rows)
            bad = np.flatnonzero(worst > 1.0)
            if not len(bad):
                break
            most = np.zeros(len(rows) - 1)
            np.maximum.at(most, segment[bad], worst[bad])
            chosen = bad[worst[bad] == most[segment[bad]]]
            keyed[_moved(chosen, keyed, preferred, near)] = True
        for first in (0, 1, 2) if preferred.any() else ():
            keyed = self._thinned(keyed, first, ~preferred)
        for first in (0, 1, 2, 0, 1, 2):
            keyed = self._thinned(keyed, first, ~self._needed)
        rows = np.flatnonzero(keyed)
        return rows, self._evaluated(rows)[0]

    def _thinned(self, keyed: np.ndarray, first: int, chosen: np.ndarray) -> np.ndarray:
        """Without as many of every third chosen key, from the ``first`` on, as the bound allows."""
        doubtful = np.flatnonzero(keyed & chosen & ~self._needed)[first::3]
        trial = keyed.copy()
        trial[doubtful] = False
        while True:
            rows = np.flatnonzero(trial)
            _, worst, segment = self._evaluated(rows)
            bad = np.unique(segment[worst > 1.0])
            if not len(bad):
                return trial
            # A removed key acts on the slopes of its neighbours, too.
            low, high = rows[np.maximum(bad - 1, 0)], rows[np.minimum(bad + 2, len(rows) - 1)]
            removed = doubtful[~trial[doubtful]]
            inside = np.searchsorted(low, removed, side="right") > np.searchsorted(high, removed)
            if not inside.any():
                return keyed
            trial[removed[inside]] = True

    def _evaluated(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Slopes [K, C] at the knots ``rows``, the largest error of each row [F] in tolerances, and
        the segment of each row."""
        x, y = self._x, self._y
        width = np.diff(x[rows])
        segment = np.zeros(len(x), np.intp)
        segment[rows[1:-1]] = 1
        segment = np.cumsum(segment)
        wide = width[segment]
        u = (x - x[rows[segment]]) / wide
        v = 1.0 - u
        start, end = u * v * v * wide, -u * u * v * wide
        second = (u * u * (3.0 - 2.0 * u))[:, None]
        knots = y[rows]
        rise = np.diff(knots, axis=0)
        rest = y - knots[segment]
        rest -= second * rise[segment]
        slopes = self._slopes(rows, width, start, end, rest)
        slopes = self._bounded(rows, width, rise, slopes)
        error = start[:, None] * slopes[segment]
        error += end[:, None] * slopes[segment + 1]
        error -= rest
        np.abs(error, out=error)
        error *= self._weight
        return slopes, error.max(axis=1), segment

    def _slopes(
        self,
        rows: np.ndarray,
        width: np.ndarray,
        start: np.ndarray,
        end: np.ndarray,
        rest: np.ndarray,
    ) -> np.ndarray:
        """The slopes [K, C] that fit all rows best, by least squares, pulled slightly towards the
        columns' own. Only neighbours depend on each other, alike in all columns."""
        firsts = rows[:-1]
        diagonal, pull = np.zeros(len(rows)), np.zeros(len(rows))
        beside = np.zeros(len(rows) + 1)
        diagonal[:-1] += np.add.reduceat(start * start, firsts)
        diagonal[1:] += np.add.reduceat(end * end, firsts)
        beside[1:-1] = np.add.reduceat(start * end, firsts)
        pull[:-1] += _PULL * width**2
        pull[1:] += _PULL * width**2
        right = pull[:, None] * self._own[rows]
        right[:-1] += np.add.reduceat(start[:, None] * rest, firsts, axis=0)
        right[1:] += np.add.reduceat(end[:, None] * rest, firsts, axis=0)
        return _solved(beside[:-1], diagonal + pull, beside[1:], right)

    def _bounded(
        self, rows: np.ndarray, width: np.ndarray, rise: np.ndarray, slopes: np.ndarray
    ) -> np.ndarray:
        """Slopes that hardly overshoot, as ``reduction.bounded`` says; level at both ends."""
        secant = rise / width[:, None]
        left = np.concatenate([secant[:1], secant])
        right = np.concatenate([secant, secant[-1:]])
        most = 3.0 * np.minimum(np.abs(left), np.abs(right))
        most[left * right <= 0.0] = 0.0
        wider = np.maximum(np.append(width[0], width), np.append(width, width[-1]))
        beyond = 27.0 / 4.0 * self._overshoot[rows] / wider[:, None]
        uphill = left > 0.0
        low, high = np.where(uphill, 0.0, -most), np.where(uphill, most, 0.0)
        slopes = np.clip(slopes, low - beyond, high + beyond)
        slopes[[0, -1]] = 0.0
        return slopes


def _moved(chosen: np.ndarray, keyed: np.ndarray, preferred: np.ndarray, near: int) -> np.ndarray:
    """Rows, each moved to the nearest preferred one without a key, at most ``near`` away."""
    free = np.flatnonzero(preferred & ~keyed)
    if not len(free):
        return chosen
    after = np.clip(np.searchsorted(free, chosen), 1, max(len(free) - 1, 1))
    before, after = free[after - 1], free[np.minimum(after, len(free) - 1)]
    nearest = np.where(chosen - before <= after - chosen, before, after)
    return np.where(np.abs(nearest - chosen) <= near, nearest, chosen)


def _solved(
    lower: np.ndarray, diagonal: np.ndarray, upper: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """x [K, C] of a tridiagonal system, by parallel cyclic reduction (R. Hockney and C. Jesshope,
    "Parallel Computers", 1981), cut off where a knot has no influence any more."""
    count, step = len(diagonal), 1
    while step < min(count, _SOLVED_WITHIN):
        alpha = -lower[step:] / diagonal[:-step]
        gamma = -upper[:-step] / diagonal[step:]
        wider, summed = diagonal.copy(), right.copy()
        wider[step:] += alpha * upper[:-step]
        wider[:-step] += gamma * lower[step:]
        summed[step:] += alpha[:, None] * right[:-step]
        summed[:-step] += gamma[:, None] * right[step:]
        below, above = np.zeros(count), np.zeros(count)
        below[step:] = alpha * lower[:-step]
        above[:-step] = gamma * upper[step:]
        lower, diagonal, upper, right = below, wider, above, summed
        step *= 2
    return right / diagonal[:, None]
