"""How fast the lips may part and meet: openings that would pop are spread over more frames.

Of all curves that are nowhere steeper than the limit, the highest below an opening is taken. It
keeps every closure and its moment, and whatever moves slowly enough, bit for bit.
"""

from collections.abc import Sequence

import numpy as np

from ....model.lip_seal import LOWER, UPPER, lip_opening
from ....model.sampling import SEALED

FASTEST = 12.0
"""Full openings a second. Filmed lips rarely move by 0.6 of their full opening from one frame to
the next at 25 to 30 fps."""

USUAL = 0.45
"""Full opening of the lips in speech, in shape-key units, where it is not known."""

_LEAST = 0.2
_WIDEST = 1.5
"""Openings stay below this."""


def full_opening(opening: np.ndarray | None) -> float:
    """The 95th percentile of an opening [T] while the lips are apart, in shape-key units."""
    if opening is None:
        return USUAL
    apart = opening[opening >= SEALED]
    return max(float(np.percentile(apart, 95)), _LEAST) if len(apart) else USUAL


def speed_reach(rate: float, fastest: float) -> int:
    """Rows on both sides that ``limit_speed`` needs."""
    return int(np.ceil(_WIDEST / fastest * rate))


def limit_speed(
    names: Sequence[str],
    rate: float,
    values: np.ndarray,
    fastest: float,
    touch: np.ndarray | None = None,
    before: np.ndarray | None = None,
) -> None:
    """Reduces the opening of channels [T, C] where it changes faster than ``fastest`` a second.

    The jaw drops no faster either; lips that are to part later than the jaw drops stay together.

    Args:
        names: C channel names.
        rate: rows per second.
        values: the channels; changed.
        fastest: shape-key units a second, above 0.
        touch: rows [T] whose lips touch in ``before`` [T, C], and are to be no wider here; None for
            none.
    """
    opening = lip_opening(tuple(names), values)
    if opening is None:
        return
    jaw, close = names.index("jawOpen"), names.index("mouthClose")
    below, dropping = opening, values[:, jaw]
    if touch is not None and before is not None:
        shut = lip_opening(tuple(names), before)
        if shut is not None:
            below = np.where(touch, np.minimum(below, shut), below)
        by_jaw = touch & (before[:, close] < 0.5 * before[:, jaw])
        dropping = np.where(by_jaw, np.minimum(dropping, before[:, jaw]), dropping)
    below = _highest_below(below, fastest / rate)
    if touch is not None:
        below = np.where(touch, below, below + SEALED)  # shut no longer than before
    rows = np.flatnonzero(below < opening - 1e-6)
    if not len(rows):
        return
    share = (below[rows] / opening[rows]).astype(np.float32)
    gap = share * np.maximum(values[rows, jaw] - values[rows, close], 0.0)
    slower = _highest_below(dropping, fastest / rate)[rows].astype(np.float32)
    dropped = np.clip(slower, gap, values[rows, jaw])
    values[rows, jaw] = dropped
    values[rows, close] = np.maximum(dropped - gap, 0.0)
    for name in (*LOWER, *UPPER):
        if name in names:
            values[rows, names.index(name)] *= share


def _highest_below(column: np.ndarray, step: float) -> np.ndarray:
    """The highest of all curves below a column [T] that change by at most ``step`` a row."""
    slope = step * np.arange(len(column))
    below = np.minimum.accumulate(column - slope) + slope
    return np.minimum.accumulate((below + slope)[::-1])[::-1] - slope
