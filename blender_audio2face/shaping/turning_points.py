"""The peaks and valleys that an animator would key."""

import numpy as np


def turning_points(values: np.ndarray, least: float) -> np.ndarray:
    """Where columns turn by at least ``least`` before they turn again, bool [C, F] as the values.

    Smaller wiggles are taken out pairwise, the smallest of their neighbourhood first, so that
    what is left alternates between peaks and valleys. Of a plateau the first row counts. The ends
    do not count.
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
        heights[~(inner[:-1] | inner[1:])] = np.inf  # between columns, or nothing left to take out
        small = heights < least
        if not small.any():
            break
        small &= heights <= np.append(np.inf, heights[:-1])
        small &= heights < np.append(heights[1:], np.inf)
        taken = (np.append(small, False) | np.append(False, small)) & inner
        rows = rows[~taken]
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
