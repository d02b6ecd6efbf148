"""Blinks: seeded by the scene's time, drawn to pauses of speech, never cut by a strip's end."""

import numpy as np

from .bumps import bump, lay
from .timeline import Events, events

CLOSE, HOLD, OPEN = 0.1, 0.03, 0.2
"""Seconds a lid takes (S. VanderWerf et al. 2003: about 100 ms down, twice that up)."""

TAIL = 0.3
"""Seconds at the end that stay free: over them a bake lets the face come back to rest."""

_LEAST_INTERVAL = 0.5
_PAUSE = 0.15
_DRAWN = 0.5


def blink_track(
    shut: np.ndarray, rate: float, start: float, per_minute: float, seed: int
) -> np.ndarray:
    """How far the lids are shut, float32 [T] of 0..1.

    A blink within half a second of the beginning of a pause moves there, where speakers blink most
    (T. Nakano and S. Kitazawa 2010). One that the end would cut comes earlier, or not at all.

    Args:
        shut: rows [T] with the lips shut, which tell pauses.
        rate: rows per second.
        start: scene seconds of row 0.
        per_minute: mean number of blinks a minute.
        seed: the artist's.
    """
    track = np.zeros(len(shut), np.float32)
    if per_minute <= 0.0:
        return track
    drawn = blink_times(seed, per_minute, (start, start + len(shut) / rate))
    pauses = _pauses(shut, rate)
    free = len(shut) - round(TAIL * rate)
    before = -np.inf
    for time, (tempo,) in zip(drawn.times, drawn.draws, strict=True):
        blink = blink_shape(rate, tempo)
        row = min(_at_pause(round((time - start) * rate), pauses, rate), free - len(blink))
        if row >= 0 and row - before >= _LEAST_INTERVAL * rate:
            lay(track, row, blink)
            before = row
    return track


def blink_times(seed: int, per_minute: float, span: tuple[float, float]) -> Events:
    """When eyes blink of themselves within a span of scene seconds; ``per_minute`` above 0. One
    draw each: the tempo."""
    mean = max(60.0 / per_minute, _LEAST_INTERVAL + 0.1)
    return events(seed, "blinks", mean, _LEAST_INTERVAL, span, 1)


def blink_shape(rate: float, tempo: float) -> np.ndarray:
    """One blink, float32 rows at ``rate`` from 0 to 1 and back; ``tempo`` 0 (quick) to 1."""
    slower = 0.9 + 0.25 * tempo
    return bump(rate, CLOSE * slower, HOLD, OPEN * slower)


def _pauses(shut: np.ndarray, rate: float) -> np.ndarray:
    """First rows of runs of shut lips long enough to be a pause."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], shut.astype(np.int8), [0]))))
    first, last = edges[::2], edges[1::2]
    return first[(last - first >= _PAUSE * rate) & (first > 0)]


def _at_pause(row: int, pauses: np.ndarray, rate: float) -> int:
    after = int(np.searchsorted(pauses, row))
    near = pauses[max(after - 1, 0) : after + 1].tolist()
    nearest = min(near, key=lambda pause: abs(pause - row), default=row)
    return nearest if abs(nearest - row) <= _DRAWN * rate else row
