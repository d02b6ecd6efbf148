"""Finds where lips touch, and keeps them touching whatever the dials do to the mouth."""

from collections.abc import Sequence

import numpy as np

from ....model.lip_seal import lip_opening
from ....model.sampling import SEALED

TUCKED = 0.45
"""mouthRollLower from which the lower lip is at the upper teeth (f, v)."""

_RAISERS = ("mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight")
_ROLLED_AT_P = 0.3
_ROUNDING = 1e-6
_NEAR_TOUCH = 0.1
_NEARNESS = 0.2


def shut(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Rows of channels [T, C] with the lips shut, bool [T]; none without jawOpen and mouthClose."""
    opening = lip_opening(tuple(names), values)
    return np.zeros(len(values), bool) if opening is None else opening < SEALED


def touching(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Rows in which the lips touch each other, or the lower lip the teeth, bool [T]."""
    touch = shut(names, values)
    if "mouthRollLower" in names:
        touch = touch | (values[:, names.index("mouthRollLower")] >= TUCKED)
    return touch


def rows_to_edge(rows: np.ndarray) -> np.ndarray:
    """Distance [T] in rows to the nearest change of bool [T]: 0 beside it; inf if there is none."""
    edges = np.flatnonzero(np.diff(rows)) + 0.5
    if len(edges) == 0:
        return np.full(len(rows), np.inf)
    here = np.arange(len(rows))
    after = np.searchsorted(edges, here)
    before = here - edges[np.maximum(after - 1, 0)]
    ahead = edges[np.minimum(after, len(edges) - 1)] - here
    return np.minimum(np.abs(before), np.abs(ahead)) - 0.5


class Seal:
    """The share of the jaw's opening that mouthClose makes up for. Restoring it after the jaw was
    changed moves jaw and lips together, so that a touch stays a touch."""

    def __init__(self, names: Sequence[str], values: np.ndarray) -> None:
        self._known = "jawOpen" in names and "mouthClose" in names
        if self._known:
            self._jaw, self._close = names.index("jawOpen"), names.index("mouthClose")
            jaw, close = values[:, self._jaw], values[:, self._close]
            made_up = np.minimum(close, jaw)
            self._share = np.divide(made_up, jaw, out=np.zeros_like(jaw), where=jaw > 0)
            self._excess = close - made_up

    def restore(self, values: np.ndarray, strength: float = 1.0) -> None:
        """Sets mouthClose in [T, C] to its share, times ``strength``, of the present jaw."""
        if self._known:
            share = np.minimum(self._share * strength, 1.0)
            values[:, self._close] = share * values[:, self._jaw] + self._excess


def keep_shut(names: Sequence[str], before: np.ndarray, after: np.ndarray) -> None:
    """Keeps ``after`` [T, C] from opening the lips where they are shut in ``before`` [T, C]."""
    rows = shut(names, before)
    if not rows.any():
        return
    jaw, close = names.index("jawOpen"), names.index("mouthClose")
    allowed = np.maximum(before[rows, jaw] - before[rows, close], 0.0)
    wider = after[rows, jaw] - after[rows, close] > allowed
    kept = after[rows, jaw] - np.maximum(allowed - _ROUNDING, 0.0)
    after[rows, close] = np.where(wider, kept, after[rows, close])
    raisers = np.array([names.index(name) for name in _RAISERS if name in names], int)
    was, now = before[rows][:, raisers].sum(1), after[rows][:, raisers].sum(1)
    scale = np.divide(was, now, out=np.ones_like(now), where=now > was)
    after[np.ix_(rows, raisers)] *= scale[:, None]


def bias_closing(names: Sequence[str], values: np.ndarray, bias: float) -> None:
    """Moves the lips closer (up to 1) or apart (down to -1) in [T, C], most where they are near.

    The gap ``jawOpen - mouthClose`` is reduced by ``0.1 bias exp(-gap / 0.2)``: near closures
    touch, wide vowels and a lower lip at the teeth stay. A negative bias only reduces mouthClose,
    so a mouth at rest stays shut.
    """
    if bias == 0.0 or "jawOpen" not in names or "mouthClose" not in names:
        return
    jaw, close = values[:, names.index("jawOpen")], values[:, names.index("mouthClose")]
    gap = np.maximum(jaw - close, 0.0)
    free: float | np.ndarray = 1.0
    if "mouthRollLower" in names:
        roll = values[:, names.index("mouthRollLower")]
        free = np.clip((TUCKED - roll) / (TUCKED - _ROLLED_AT_P), 0.0, 1.0)
    target = np.clip(gap - _NEAR_TOUCH * bias * free * np.exp(-gap / _NEARNESS), 0.0, jaw)
    values[:, names.index("mouthClose")] = np.maximum(close + gap - target, 0.0)
    if bias > 0.0:
        scale = np.divide(target, gap, out=np.ones_like(gap), where=gap > 0)
        raisers = [names.index(name) for name in _RAISERS if name in names]
        values[:, raisers] *= scale[:, None]
