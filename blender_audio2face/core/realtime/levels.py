"""Levels of live sound: automatic gain and a level meter.

In training the peak of 2.5 s of sound lay between -36 and 0 dBFS. The gain therefore leaves most
microphones alone and only corrects levels outside that range. It measures speech only (what rises
above the room's noise), moves slowly, is causal, and does not depend on how the sound is cut into
blocks.
"""

import math

import numpy as np

TARGET_DB = -36.0
"""Target for the mean level of speech, measured frame by frame without pauses. Peaks lie about
22 dB higher: -14 dBFS, in the upper middle of the training data."""

TOLERANCE_DB = 14.0
"""Speech within this distance of the target is left alone."""

LARGEST_DB = 30.0
"""Bound of the gain in both directions."""

SILENT_DB = -90.0
"""What the meter shows of silence."""

_AVERAGED = 0.3  # s, as a VU meter (IEC 60268-17)
_FALL = 20.0  # dB/s, as a programme meter (IEC 60268-10, type I)

_FRAME = 160  # samples; the gain is interpolated from one frame to the next
_FRAME_SECONDS = _FRAME / 16000
_UP, _DOWN = 4.0, 12.0  # dB/s
_SPEECH_MEAN = 1.5  # s of speech over which its level is averaged
_ABOVE_NOISE_DB = 12.0
_LEAST_SPEECH_DB = -90.0  # speech whose peaks lie at -60 dB, and the rounding to 16 bits
_NOISE_RISE = 1.5  # dB/s
_NOISE_AT_FIRST_DB = -50.0


class AutoGain:
    """Automatic gain, carried from block to block. 16 kHz."""

    def __init__(self) -> None:
        self._from_db = self._to_db = 0.0
        self._filled = 0
        self._energy = self._peak = 0.0
        self._noise_db = _NOISE_AT_FIRST_DB
        self._speech_db = TARGET_DB

    @property
    def gain_db(self) -> float:
        """The present gain."""
        return self._to_db

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Samples float32 [n] after the gain, within -1..1."""
        result = np.array(samples, np.float32)
        done = 0
        while done < len(samples):
            part = result[done : done + _FRAME - self._filled]
            self._energy += float(np.dot(part, part))
            self._peak = max(self._peak, float(part.max()), -float(part.min()))
            if self._from_db or self._to_db:
                self._amplify(part)
            self._filled += len(part)
            done += len(part)
            if self._filled == _FRAME:
                self._update()
        return result

    def _amplify(self, part: np.ndarray) -> None:
        """Multiplies the next samples of the frame [n] in place."""
        steps = np.arange(self._filled + 1, self._filled + len(part) + 1) / _FRAME
        gain = 10.0 ** ((self._from_db + steps * (self._to_db - self._from_db)) / 20.0)
        part *= gain.astype(np.float32)
        np.clip(part, -1.0, 1.0, out=part)

    def _update(self) -> None:
        """Sets the gain to reach at the end of the next frame, from the frame that just ended."""
        power, peak = self._energy / _FRAME, self._peak
        self._filled, self._energy, self._peak = 0, 0.0, 0.0
        self._from_db = self._to_db
        level = decibels(power**0.5)
        self._noise_db = min(level, self._noise_db + _NOISE_RISE * _FRAME_SECONDS)
        if level < max(self._noise_db + _ABOVE_NOISE_DB, _LEAST_SPEECH_DB):
            return
        share = _FRAME_SECONDS / _SPEECH_MEAN
        self._speech_db += share * (level - self._speech_db)
        self._to_db = self._approached(decibels(peak))

    def _approached(self, peak_db: float) -> float:
        away = TARGET_DB - self._speech_db
        beyond = math.copysign(max(abs(away) - TOLERANCE_DB, 0.0), away)
        wanted = min(max(beyond, -LARGEST_DB), LARGEST_DB)
        up, down = _UP * _FRAME_SECONDS, _DOWN * _FRAME_SECONDS
        moved = min(max(wanted, self._to_db - down), self._to_db + up)
        return min(moved, max(-peak_db, -LARGEST_DB)) if moved > 0.0 else moved


class Meter:
    """Mean and peak level of sound that arrives in blocks; falls back like a needle."""

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
