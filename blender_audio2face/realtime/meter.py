"""The level meter: mean and peak in decibels below full scale, falling back as a needle does."""

import math

import numpy as np

SILENT_DB = -90.0
"""What is shown of silence."""

_AVERAGED = 0.3  # s, as a VU meter (IEC 60268-17)
_FALL = 20.0  # dB/s, as a programme meter (IEC 60268-10, type I)


class Meter:
    """Levels of sound that comes in pieces."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._power = 0.0
        self._peak_db = SILENT_DB

    def push(self, samples: np.ndarray) -> None:
        """Takes samples [n] in -1..1."""
        if len(samples) == 0:
            return
        seconds = len(samples) / self._rate
        power = float(np.dot(samples, samples)) / len(samples)
        kept = math.exp(-seconds / _AVERAGED)
        self._power = kept * self._power + (1.0 - kept) * power
        peak = decibels(max(float(samples.max()), -float(samples.min())))
        self._peak_db = max(peak, self._peak_db - _FALL * seconds, SILENT_DB)

    @property
    def level(self) -> tuple[float, float]:
        """Mean (over about 0.3 s) and peak, dBFS, each at least SILENT_DB."""
        return decibels(self._power**0.5), self._peak_db


def decibels(amplitude: float) -> float:
    """20 log10, at least SILENT_DB."""
    return max(20.0 * math.log10(max(amplitude, 1e-9)), SILENT_DB)
