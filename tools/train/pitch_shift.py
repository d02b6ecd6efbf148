"""Another pitch, or another tempo, at the same time scale of the labels."""

import numpy as np

from model.features import SAMPLE_RATE

_HOP = SAMPLE_RATE // 80
_SEARCH = SAMPLE_RATE // 130  # a period of a low voice; moves no sound by more than a frame
_WINDOW = np.hanning(2 * _HOP + 1)[:-1].astype(np.float32)


def stretch(sound: np.ndarray, count: int) -> np.ndarray:
    """``sound`` [N] in ``count`` samples at its own pitch, each sound within 8 ms of its place.

    W. Verhelst and M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA)",
    ICASSP 1993.
    """
    ratio = len(sound) / count
    margin = _SEARCH + 2 * _HOP
    padded = np.pad(sound.astype(np.float32), (margin, margin + 2 * _HOP))
    result = np.zeros(count + 4 * _HOP, np.float32)
    follows = None
    for start in range(0, count + _HOP, _HOP):
        place = min(int((start - _HOP) * ratio), len(sound) - _HOP) + margin
        if follows is not None:
            near = padded[place - _SEARCH : place + _SEARCH + 2 * _HOP]
            match = np.correlate(near, follows)
            energy = np.cumsum(np.concatenate([[0.0], near.astype(np.float64) ** 2]))
            energy = energy[2 * _HOP :] - energy[: -2 * _HOP]
            place += int(np.argmax(match / np.sqrt(energy + 1e-6))) - _SEARCH
        result[start : start + 2 * _HOP] += _WINDOW * padded[place : place + 2 * _HOP]
        follows = padded[place + _HOP : place + 3 * _HOP]
        if len(follows) < 2 * _HOP:
            follows = None
    return result[_HOP : _HOP + count]
