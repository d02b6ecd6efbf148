"""Automatic gain: a voice too quiet or too loud is brought to the level the network was trained at.

In training the peak of 2.5 s of sound lay between -36 and 0 dBFS, so the gain does nothing to most
microphones and only brings back what lies outside. It listens to speech alone (what rises above the
room's noise), moves slowly, and depends on nothing that is still to come, nor on how the sound is
cut into blocks.
"""

import math

import numpy as np

from .meter import decibels

TARGET_DB = -36.0
"""Mean level of speech, frame by frame without its pauses, that is aimed at. Peaks lie about 22 dB
higher: -14 dBFS, in the upper middle of the training's."""

TOLERANCE_DB = 14.0
"""Speech that is less than this away from it is left as it is."""

LARGEST_DB = 30.0
"""Bound of the gain in both directions."""

_FRAME = 160  # samples; the gain changes from one to the next
_UP, _DOWN = 4.0, 12.0  # dB/s
_SPEECH_MEAN = 1.5  # s of speech over which its level is averaged
_ABOVE_NOISE_DB = 12.0
_LEAST_SPEECH_DB = -75.0
_NOISE_RISE = 1.5  # dB/s
_NOISE_AT_FIRST_DB = -50.0


class AutoGain:
    """Carries the gain from block to block. 16 kHz."""

    def __init__(self, rate: int = 16000) -> None:
        self._frame_seconds = _FRAME / rate
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
        """Samples [n] float32 after the gain, within -1..1."""
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
                self._listen()
        return result

    def _amplify(self, part: np.ndarray) -> None:
        """Multiplies the next samples of the frame [n] in place."""
        steps = np.arange(self._filled + 1, self._filled + len(part) + 1) / _FRAME
        gain = 10.0 ** ((self._from_db + steps * (self._to_db - self._from_db)) / 20.0)
        part *= gain.astype(np.float32)
        np.clip(part, -1.0, 1.0, out=part)

    def _listen(self) -> None:
        """Learns from the frame that is full where the gain goes over the next one."""
        power, peak = self._energy / _FRAME, self._peak
        self._filled, self._energy, self._peak = 0, 0.0, 0.0
        self._from_db = self._to_db
        level = decibels(power**0.5)
        self._noise_db = min(level, self._noise_db + _NOISE_RISE * self._frame_seconds)
        if level < max(self._noise_db + _ABOVE_NOISE_DB, _LEAST_SPEECH_DB):
            return
        share = self._frame_seconds / _SPEECH_MEAN
        self._speech_db += share * (level - self._speech_db)
        self._to_db = self._approached(decibels(peak))

    def _approached(self, peak_db: float) -> float:
        away = TARGET_DB - self._speech_db
        beyond = math.copysign(max(abs(away) - TOLERANCE_DB, 0.0), away)
        wanted = min(max(beyond, -LARGEST_DB), LARGEST_DB)
        up, down = _UP * self._frame_seconds, _DOWN * self._frame_seconds
        moved = min(max(wanted, self._to_db - down), self._to_db + up)
        return min(moved, max(-peak_db, -LARGEST_DB)) if moved > 0.0 else moved
