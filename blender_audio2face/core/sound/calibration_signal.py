"""A sound whose samples tell which second of it is playing.

Blender has no API for how a retimed strip's frames map to its sound; playing this signal instead of
the sound measures it. Its channels are the cosine and the sine of an angle that grows by less than
a turn over the whole length, so the angle survives every gain and resampling.
"""

import io
import wave

import numpy as np

_RATE = 48000
"""The usual rate, as 5.0 changes the speed between buffers counted in the sound's samples."""

_BLOCK = 1 << 18

_SPAN = 0.9 * np.pi
"""Angle of the whole sound, from -_SPAN/2 to _SPAN/2."""


def encoded(seconds: float) -> bytes:
    """A 32-bit stereo WAV, ``seconds`` long."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(4)
        file.setframerate(_RATE)
        count = round(seconds * _RATE)
        for begin in range(0, count, _BLOCK):
            times = np.arange(begin, min(begin + _BLOCK, count)) / _RATE
            angle = _SPAN * (times / seconds - 0.5)
            stereo = np.stack([np.cos(angle), np.sin(angle)], axis=1)
            file.writeframes((0.7 * 0x7FFFFFFF * stereo).astype("<i4").tobytes())
    return content.getvalue()


def decoded(stereo: np.ndarray, seconds: float, step: float) -> np.ndarray:
    """Which second plays at each frame.

    Args:
        stereo: the played signal, one sample at each frame, float [F, 2].
        seconds: the signal's length.
        step: seconds between frames at the sound's own speed, used where it does not play.

    Returns:
        float64 [F], never falling.

    Raises:
        ValueError: it does not play at any frame.
    """
    loudness = np.hypot(stereo[:, 0], stereo[:, 1])
    plays = np.flatnonzero(loudness > 0.1 * loudness.max(initial=0.0))
    if len(plays) == 0:
        raise ValueError("the calibration signal does not play at any frame")
    angle = np.arctan2(stereo[plays, 1].astype(float), stereo[plays, 0].astype(float))
    played = (angle / _SPAN + 0.5) * seconds
    frames = np.arange(len(stereo))
    times = np.interp(frames, plays, played)
    times += step * (np.minimum(frames - plays[0], 0) + np.maximum(frames - plays[-1], 0))
    return np.maximum.accumulate(times)
