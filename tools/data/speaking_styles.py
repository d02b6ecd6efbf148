"""Speaking styles for synthetic voices: plain, fast, slow, shouted, whispered, like a child.

A synthesizer has no vocal effort of its own. "Shouted" is what effort does to the sound: a high,
wide pitch, slow and loud with the strong high harmonics of a pressed voice (a shelf above 1 kHz,
softly clipped); vowels do not get the longer and wider mouths of real shouting. "Child" is a high
voice played faster, which shortens the vocal tract (formants up by 10 to 35 %), not a child's
prosody.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import soxr

from .cache import SAMPLE_RATE
from .espeak import EspeakVoice
from .phones import Phone

Speech = tuple[np.ndarray, list[Phone]]
"""Samples [N] float32 at 16 kHz and their phones."""

_STYLES = ("plain", "fast", "slow", "shouted", "child", "whisper")
_SHARES = (0.46, 0.12, 0.10, 0.12, 0.14, 0.06)
_WITHOUT_WHISPER = (*_SHARES[:-1], 0.0)
_RATES = {"fast": (250, 330), "slow": (80, 120), "shouted": (110, 190), "child": (120, 220)}
_SHELF_FROM = 1000.0


@dataclass(frozen=True)
class SpeakingStyle:
    """A style by name, the voice that espeak-ng speaks it with, and the change of its sound.

    `gain` is the decibels of `shout`, `factor` that of `play_faster`; None leaves it out.
    """

    name: str
    voice: EspeakVoice
    gain: float | None = None
    factor: float | None = None

    def change(self, samples: np.ndarray, phones: list[Phone]) -> Speech:
        """What espeak-ng spoke, [N] float32 at 16 kHz, in this style."""
        if self.gain is not None:
            return shout(samples, self.gain), phones
        if self.factor is not None:
            return play_faster(samples, phones, self.factor)
        return samples, phones


def draw_style(voice: str, rng: random.Random, whisper: bool = True) -> SpeakingStyle:
    """A style for espeak-ng's `voice`, drawn with `rng`.

    A whisper replaces the voice's variant; without `whisper` it is never drawn.
    """
    name = rng.choices(_STYLES, _SHARES if whisper else _WITHOUT_WHISPER)[0]
    low, high = _RATES.get(name, (120, 250))
    rate = rng.randint(low, high)
    if name == "whisper":
        # The variants whisper and whisperf shape the voice source; the language stays the same.
        voice = voice.partition("+")[0] + rng.choice(("+whisper", "+whisperf"))
    pitches, ranges, gain, factor = (10, 90), (5, 99), None, None
    if name == "shouted":
        pitches, ranges, gain = (65, 95), (60, 99), rng.uniform(4.0, 12.0)
    elif name == "child":
        pitches, ranges, factor = (55, 90), (40, 99), rng.uniform(1.1, 1.35)
        rate = round(rate / factor)  # so that the tempo stays in its range
    spoken_by = EspeakVoice(voice, rate, rng.randint(*pitches), rng.randint(*ranges))
    return SpeakingStyle(name, spoken_by, gain, factor)


def shout(samples: np.ndarray, gain: float) -> np.ndarray:
    """`samples` [N] at 16 kHz with everything above 1 kHz raised by `gain` dB, softly clipped."""
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    # Half the gain at the corner, all of it from about two octaves above.
    raised = (frequency / _SHELF_FROM) ** 2
    shelf = 10 ** (gain / 20 * raised / (1 + raised))
    loud = np.fft.irfft(spectrum * shelf, len(samples))
    loud *= 1.5 / max(float(np.abs(loud).max(initial=0.0)), 1e-6)
    return (0.95 * np.tanh(loud)).astype(np.float32)


def play_faster(samples: np.ndarray, phones: list[Phone], factor: float) -> Speech:
    """Tempo, pitch and formants times `factor`, like a tape; the phones' times follow."""
    faster = soxr.resample(samples, SAMPLE_RATE * factor, SAMPLE_RATE)
    end = len(faster) / SAMPLE_RATE
    moved = [p._replace(start=p.start / factor, end=min(p.end / factor, end)) for p in phones]
    return faster, moved
