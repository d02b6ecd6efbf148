"""The artist's dials on a face in real time.

Strengths, sides, ``close_bias`` and ``limit`` shape each row by itself: the same as in a bake.
Smoothing looks ahead, so it goes as far as the look-ahead that is given to it, and is exactly the
bake's within that. Blinks come by the scene's time. ``emphasis``, ``offset_ms``, brow raises, head
and darts of the eyes need more of what is still to come, and wait for the bake of a take.
"""

from dataclasses import replace

import numpy as np

from ..core.shaping import smoothing
from ..core.shaping.settings import Dials
from ..core.shaping.shape import spoken
from .blinking import Blinking

_LIDS = ("eyeBlinkLeft", "eyeBlinkRight")


def in_real_time(dials: Dials, rate: float, look_ahead: int) -> Dials:
    """The dials with what acts in real time, the rest neutral; smoothing as far as it is seen.

    Args:
        dials: the artist's.
        rate: rows per second.
        look_ahead: rows that are known ahead.
    """
    amount = dials.smoothing
    if smoothing.reach(rate, amount) > look_ahead:
        amount *= look_ahead / smoothing.reach(rate, amount)
    return replace(
        dials, smoothing=amount, emphasis=0.0, offset_ms=0.0,
        brow_layer=0.0, head_nod=0.0, eye_darts=0.0,
    )  # fmt: skip


class Shaper:
    """Shapes rows as they come.

    Attributes:
        dials: may be set anew at any time, from any thread.
        look_ahead: rows that it waits for; fixed, so that the delay is.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        rate: float,
        dials: Dials,
        look_ahead: int = 0,
        start: float = 0.0,
    ) -> None:
        """
        Args:
            names: C channel names.
            rate: rows per second.
            dials: the artist's.
            look_ahead: rows.
            start: scene seconds of the first row.
        """
        self.dials = dials
        self.look_ahead = look_ahead
        self._names, self._rate = names, rate
        self._rows = np.zeros((0, len(names)), np.float32)
        self._before = 0  # of the rows held, those that were given already
        self._blinking = Blinking(rate, start)
        self._lids = [names.index(name) for name in _LIDS if name in names]

    def push(self, rows: np.ndarray) -> np.ndarray:
        """The shaped rows [n, C] that became certain with rows [T, C]."""
        self._rows = np.concatenate([self._rows, rows])
        return self._give(len(self._rows) - self._before - self.look_ahead)

    def finish(self) -> np.ndarray:
        """The shaped rows [n, C] up to the last, when no other follows."""
        return self._give(len(self._rows) - self._before)

    def _give(self, count: int) -> np.ndarray:
        if count <= 0:
            return self._rows[:0]
        dials = in_real_time(self.dials, self._rate, self.look_ahead)
        given = slice(self._before, self._before + count)
        shaped = spoken(self._names, self._rate, self._rows, dials)[given]
        per_minute = dials.blink_rate if dials.blinks else 0.0
        lids = self._blinking.next(count, per_minute, dials.seed)
        for column in self._lids:
            full = min(dials.channels.get(self._names[column], 1.0), dials.limit)
            np.maximum(shaped[:, column], lids * np.float32(full), out=shaped[:, column])
        kept = max(given.stop - self.look_ahead, 0)
        self._rows, self._before = self._rows[kept:].copy(), given.stop - kept
        return shaped
