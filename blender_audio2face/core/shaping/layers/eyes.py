"""Blinks, and small shifts of gaze (darts).

Both are drawn from the scene's time. Blinks move to near pauses of speech and are never cut by a
strip's end; the gaze is in the middle at both ends of a strip.
"""

import numpy as np

from .timeline import Events, bump, events, overlay

CLOSE, HOLD, OPEN = 0.1, 0.03, 0.2
"""Seconds a lid takes (S. VanderWerf et al. 2003: about 100 ms down, twice that up)."""

TAIL = 0.3
"""Seconds at the end without blinks, over which a bake returns the face to rest."""

_LEAST_INTERVAL = 0.5
_PAUSE = 0.15
_DRAWN = 0.5


def blink_track(
    shut: np.ndarray, rate: float, start: float, per_minute: float, seed: int
) -> np.ndarray:
    """How far the lids are shut, float32 [T] of 0..1.

    A blink within half a second of the beginning of a pause moves there, where speakers blink most
    (T. Nakano and S. Kitazawa 2010). A blink that the end would cut comes earlier, or not at all.

    Args:
        shut: rows with the lips shut, bool [T]; long runs are pauses.
        rate: rows per second.
        start: scene seconds of row 0.
        per_minute: mean number of blinks a minute.
        seed: the artist's.
    """
    track = np.zeros(len(shut), np.float32)
    if per_minute <= 0.0:
        return track
    drawn = _blink_times(seed, per_minute, (start, start + len(shut) / rate))
    pauses = _pauses(shut, rate)
    free = len(shut) - round(TAIL * rate)
    before = -np.inf
    for time, (tempo,) in zip(drawn.times, drawn.draws, strict=True):
        blink = _blink_shape(rate, tempo)
        row = min(_at_pause(round((time - start) * rate), pauses, rate), free - len(blink))
        if row >= 0 and row - before >= _LEAST_INTERVAL * rate:
            overlay(track, row, blink)
            before = row
    return track


def _blink_times(seed: int, per_minute: float, span: tuple[float, float]) -> Events:
    """Blinks within a span of scene seconds, each with one draw: its tempo. ``per_minute`` is
    above 0."""
    mean = max(60.0 / per_minute, _LEAST_INTERVAL + 0.1)
    return events(seed, "blinks", mean, _LEAST_INTERVAL, span, 1)


def _blink_shape(rate: float, tempo: float) -> np.ndarray:
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


_MEAN, _LEAST = 1.3, 0.3
_JUMP = 0.04
_SIDEWAYS, _UPWARDS = 0.3, 0.16
_MIDDLE = 0.4
_REST = 0.4

_TO = {
    # direction: channels of the eyes that look there
    (0, 1): ("eyeLookOutLeft", "eyeLookInRight"),
    (0, -1): ("eyeLookInLeft", "eyeLookOutRight"),
    (1, 1): ("eyeLookUpLeft", "eyeLookUpRight"),
    (1, -1): ("eyeLookDownLeft", "eyeLookDownRight"),
}


def dart_tracks(count: int, rate: float, start: float, seed: int) -> dict[str, np.ndarray]:
    """What darts add to each eyeLook channel: float32 [T] of 0..0.3, T = ``count``.

    The eyes jump in 40 ms, then hold; two in five fixations are in the middle. No fixation is
    shorter than 0.3 s, including the last before the gaze returns to the middle.
    """
    back = start + count / rate - _REST
    span = (start + _REST, back - _LEAST)
    drawn = events(seed, "darts", _MEAN, _LEAST, span, 3)
    middle = drawn.draws[:, 2] < _MIDDLE
    aims = (2.0 * drawn.draws[:, :2] - 1.0) * (_SIDEWAYS, _UPWARDS) * ~middle[:, None]
    seconds = start + np.arange(count) / rate
    latest = np.searchsorted(drawn.times, seconds, side="right") - 1
    gaze = np.concatenate([np.zeros((1, 2)), aims])[latest + 1]
    gaze[seconds >= back] = 0.0
    gaze = _travelled(gaze, max(round(_JUMP * rate), 1))
    return {
        name: np.maximum(sign * gaze[:, axis], 0.0).astype(np.float32)
        for (axis, sign), names in _TO.items()
        for name in names
    }


def _travelled(gaze: np.ndarray, rows: int) -> np.ndarray:
    """Steps [T, 2] as linear jumps of ``rows`` rows, which are close enough to ballistic."""
    if len(gaze) == 0:
        return gaze
    padded = np.pad(gaze, ((rows - 1, 0), (0, 0)), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, rows, axis=0).mean(axis=2)
