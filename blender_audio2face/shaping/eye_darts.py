"""Small shifts of gaze between fixations, back to the middle at both ends of a strip."""

import numpy as np

from .timeline import events

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

    The eyes jump in 40 ms, then hold; two in five fixations are at the middle, where the gaze was
    meant to be. No fixation is shorter than 0.3 s, the last one before the way back included.
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
    """Steps [T, 2] as jumps of ``rows`` rows: the eye is ballistic, so straight is near enough."""
    if len(gaze) == 0:
        return gaze
    padded = np.pad(gaze, ((rows - 1, 0), (0, 0)), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, rows, axis=0).mean(axis=2)
