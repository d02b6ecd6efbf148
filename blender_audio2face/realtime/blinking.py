"""Blinks of a face in real time: those of the bake, before it draws them to pauses of speech."""

import numpy as np

from ..core.shaping.layers.eyes import blink_shape, blink_times
from ..core.shaping.layers.timeline import Events, lay

_AHEAD = 60.0  # s that are drawn at a time
_LONGEST = 0.5  # s


class Blinking:
    """Blinks by the scene's time, row after row."""

    def __init__(self, rate: float, start: float = 0.0) -> None:
        """
        Args:
            rate: rows per second.
            start: scene seconds of row 0.
        """
        self._rate = rate
        self._start = start
        self._row = 0
        self._drawn = Events(np.zeros(0), np.zeros((0, 1)))
        self._drawn_for: tuple[int, float] | None = None
        self._drawn_until = 0.0

    def next(self, count: int, per_minute: float, seed: int) -> np.ndarray:
        """How far the lids are shut in the next rows, float32 [count] of 0..1."""
        track = np.zeros(count, np.float32)
        first, self._row = self._row, self._row + count
        if per_minute <= 0.0 or count == 0:
            return track
        drawn = self._events(first, count, per_minute, seed)
        for time, (tempo,) in zip(drawn.times, drawn.draws, strict=True):
            row = round((time - self._start) * self._rate)
            lay(track, row - first, blink_shape(self._rate, tempo))
        return track

    def _events(self, first: int, count: int, per_minute: float, seed: int) -> Events:
        """Those that may be seen in some rows."""
        begin = self._start + first / self._rate - _LONGEST
        end = self._start + (first + count) / self._rate
        if self._drawn_for != (seed, per_minute) or end > self._drawn_until:
            self._drawn_for, self._drawn_until = (seed, per_minute), end + _AHEAD
            self._drawn = blink_times(seed, per_minute, (begin, self._drawn_until))
        seen = (self._drawn.times >= begin) & (self._drawn.times <= end)
        return Events(self._drawn.times[seen], self._drawn.draws[seen])
