"""Timecodes to seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

_DAY = 86400.0
_MOST = 1e6
_RATES = (24, 25, 30, 48, 50, 60)
_TIMECODE = re.compile(r"^(\d+):(\d+):(\d+)[:;](\d+(?:\.\d+)?)$")


def timecode_seconds(texts: Sequence[str], rate: int | None = None) -> np.ndarray:
    """Seconds of the day [F] of timecodes ``HH:MM:SS:FF`` or ``HH:MM:SS:FF.fff``.

    FF counts frames within the second, with a fraction; the app counts 60 of them also where it
    records 30 frames a second. Without a rate it is the smallest usual one that the highest FF
    allows. Midnight may pass. Raises ValueError for a text that is no timecode.
    """
    fields = np.array([_fields(text) for text in texts], np.float64).reshape(-1, 4)
    if (fields > _MOST).any():
        raise ValueError("a timecode counts more than any clock")
    if rate is None:
        rate = frame_rate(fields[:, 3])
    seconds = fields @ np.array([3600.0, 60.0, 1.0, 1.0 / rate])
    return seconds + _DAY * np.cumsum(np.diff(seconds, prepend=seconds[:1]) < -_DAY / 2)


def frame_rate(frames: np.ndarray) -> int:
    """Frames per second of a timecode whose frame fields are these."""
    highest = np.floor(np.max(frames, initial=0.0))
    return next((rate for rate in _RATES if rate > highest), int(highest) + 1)


def _fields(text: str) -> tuple[float, ...]:
    match = _TIMECODE.match(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is no timecode HH:MM:SS:FF')
    return tuple(float(part) for part in match.groups())
