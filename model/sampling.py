"""From the network's grid to any frame times, without losing lip closures.

At 24 fps a frame lasts 42 ms and a *p* may seal the lips for less. A closure that falls between
two frames therefore lands on the nearer one.
"""

from collections.abc import Callable

import numpy as np

from .channels import MOUTH_GROUP
from .curves import Curves
from .lip_seal import lip_opening

SEALED = 0.04
"""Lip opening, in shape-key units, below which the lips are taken as shut."""

LIDS_SHUT = 0.1
"""Lid opening, as a share of what the widest blink closes, below which lids are taken as shut."""

LIDS = ("eyeBlinkLeft", "eyeBlinkRight")
_LEAST_BLINK = 0.3
_BLOCK = 4096  # frames at a time, which fit a processor's cache


def sample_at(curves: Curves, times: np.ndarray) -> np.ndarray:
    """Channel values at the given times.

    Args:
        curves: T rows of C channels.
        times: F ascending times in seconds from the curves' first row; times outside the
            curves hold the nearest row.

    Returns:
        float32 [F, C]: linear interpolation, except that a frame nearest to a lip closure that
        no frame would show takes the mouth channels of that closure; likewise the lids of a
        blink.
    """
    times = np.asarray(times, dtype=np.float64)
    if len(curves.values) == 0:
        return np.zeros((len(times), len(curves.names)), np.float32)
    sampled = _interpolate(curves, times)
    if len(times):
        _land(curves, times, sampled, lip_opening, SEALED, MOUTH_GROUP)
        _land(curves, times, sampled, _lid_opening(curves), LIDS_SHUT, LIDS)
    return sampled


def _land(
    curves: Curves,
    times: np.ndarray,
    sampled: np.ndarray,
    opening_of: Callable[[tuple[str, ...], np.ndarray], np.ndarray | None],
    threshold: float,
    group: tuple[str, ...],
) -> None:
    """Lets each closure that falls between two frames land on the nearer one.

    Args:
        curves: what was sampled.
        times: F ascending times.
        sampled: [F, C], changed where a closure lands.
        opening_of: opening of channels (names, [N, C]); None where there is none to be had.
        threshold: opening below which it is shut.
        group: channels that take the closure's values.
    """
    opening, sampled_opening = (
        opening_of(curves.names, curves.values),
        opening_of(curves.names, sampled),
    )
    if opening is None or sampled_opening is None:
        return
    visible = sampled_opening < threshold
    columns = [curves.names.index(name) for name in group if name in curves.names]
    reach = (0.5 * np.median(np.diff(times)) if len(times) > 1 else 0.5 / curves.rate) + 1e-9
    for start, stop in _closures(opening, threshold):
        first = np.searchsorted(times, start / curves.rate - reach)
        last = np.searchsorted(times, (stop - 1) / curves.rate + reach, side="right")
        if visible[first:last].any():
            continue
        instant = start + int(np.argmin(opening[start:stop]))
        frame = nearest(times, instant / curves.rate)
        # Beyond the last frame only part of a closure may be within reach.
        within = np.clip(times[frame], start / curves.rate, (stop - 1) / curves.rate)
        if abs(times[frame] - within) <= reach:
            sampled[frame, columns] = curves.values[instant, columns]
            visible[frame] = True


def _lid_opening(
    curves: Curves,
) -> Callable[[tuple[str, ...], np.ndarray], np.ndarray | None]:
    """How far the lids are open, 1 to 0 at the curves' widest blink; None without blinks."""
    lids = [curves.names.index(name) for name in LIDS if name in curves.names]
    widest = curves.values[:, lids].max(initial=0.0)

    def opening(_names: tuple[str, ...], values: np.ndarray) -> np.ndarray | None:
        return None if widest < _LEAST_BLINK else 1.0 - values[:, lids].max(axis=1) / widest

    return opening


def nearest(times: np.ndarray, when: float) -> int:
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
    sampled = np.empty((len(times), len(curves.names)), np.float32)
    for start in range(0, len(times), _BLOCK):
        block = slice(start, start + _BLOCK)
        np.multiply(curves.values[low[block]], 1 - weight[block], out=sampled[block])
        sampled[block] += curves.values[high[block]] * weight[block]
    return sampled


def _closures(opening: np.ndarray, threshold: float) -> list[tuple[int, int]]:
    """Runs [start, stop) of rows below the threshold."""
    shut = np.concatenate(([False], opening < threshold, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(shut))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
