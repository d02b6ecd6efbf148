"""From the network's grid to any frame times, without losing lip closures.

At 24 fps a frame lasts 42 ms and a *p* may seal the lips for less. A closure that falls between
two frames therefore lands on the nearer one.
"""

import numpy as np

from .channels import MOUTH_GROUP
from .curves import Curves
from .opening import lip_opening

SEALED = 0.04
"""Lip opening, in shape-key units, below which the lips are taken as shut."""


def sample_at(curves: Curves, times: np.ndarray) -> np.ndarray:
    """Channel values at the given times.

    Args:
        curves: T rows of C channels.
        times: F ascending times in seconds from the curves' first row; times outside the
            curves hold the nearest row.

    Returns:
        float32 [F, C]: linear interpolation, except that a frame nearest to a lip closure that
        no frame would show takes the mouth channels of that closure.
    """
    times = np.asarray(times, dtype=np.float64)
    if len(curves.values) == 0:
        return np.zeros((len(times), len(curves.names)), np.float32)
    sampled = _interpolate(curves, times)
    opening = lip_opening(curves.names, curves.values)
    if opening is None or len(times) == 0:
        return sampled
    shown = lip_opening(curves.names, sampled)
    mouth = [curves.names.index(name) for name in MOUTH_GROUP if name in curves.names]
    reach = 0.5 * np.median(np.diff(times)) if len(times) > 1 else 0.5 / curves.rate
    for start, stop in _closures(opening):
        instant = start + int(np.argmin(opening[start:stop]))
        when = instant / curves.rate
        frame = _nearest(times, when)
        if abs(times[frame] - when) > reach + 1e-9:
            continue
        first, last = np.searchsorted(times, (start / curves.rate, (stop - 1) / curves.rate))
        if np.any(shown[first : last + 1] < SEALED) or shown[frame] < SEALED:
            continue
        sampled[frame, mouth] = curves.values[instant, mouth]
    return sampled


def _nearest(times: np.ndarray, when: float) -> int:
    """Index of the ascending time that is nearest."""
    after = int(np.clip(np.searchsorted(times, when), 1, max(len(times) - 1, 1)))
    if len(times) == 1 or when - times[after - 1] <= times[after] - when:
        return after - 1
    return after


def _interpolate(curves: Curves, times: np.ndarray) -> np.ndarray:
    position = np.clip(times * curves.rate, 0, len(curves.values) - 1)
    low = np.floor(position).astype(int)
    high = np.minimum(low + 1, len(curves.values) - 1)
    weight = (position - low).astype(np.float32)[:, None]
    return curves.values[low] * (1 - weight) + curves.values[high] * weight


def _closures(opening: np.ndarray) -> list[tuple[int, int]]:
    """Runs [start, stop) of rows with the lips shut."""
    shut = np.concatenate(([False], opening < SEALED, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(shut))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
