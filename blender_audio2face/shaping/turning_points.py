"""The peaks and valleys that an animator would key."""

import numpy as np


def turning_points(values: np.ndarray, least: float) -> np.ndarray:
    """Rows of values [F] at which they turn by at least ``least`` before they turn again.

    Smaller wiggles are taken out pairwise, the smallest of their neighbourhood first, so that
    what is left alternates between peaks and valleys. Of a plateau the first row counts. The ends
    do not count.
    """
    rows = _extremes(values)
    while len(rows):
        corners = np.concatenate(([0], rows, [len(values) - 1]))
        heights = np.abs(np.diff(values[corners]))
        small = heights < least
        if not small.any():
            break
        smallest = small & (heights <= np.append(np.inf, heights[:-1]))
        smallest &= heights < np.append(heights[1:], np.inf)
        doomed = smallest[:-1] | smallest[1:]
        if not doomed.any():  # equal neighbours: take out the first
            first = int(np.argmax(small))
            doomed[max(first - 1, 0) : first + 1] = True
        rows = rows[~doomed]
    return rows


def _extremes(values: np.ndarray) -> np.ndarray:
    """Rows at which the direction changes."""
    steps = np.flatnonzero(np.diff(values))
    signs = np.sign(np.diff(values)[steps])
    return steps[:-1][signs[1:] != signs[:-1]] + 1
