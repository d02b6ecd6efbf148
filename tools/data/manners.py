"""Manners of speaking for synthetic voices: plain, fast, slow, shouted, whispered, like a child.

A synthesizer has no effort of its own. "Shouted" is what effort does to the sound: a high, wide
pitch, slow and loud with the strong high harmonics of a pressed voice (a shelf above 1 kHz, softly
clipped); vowels do not get the longer and wider mouths of real shouting. "Child" is a high voice
played faster, which shortens the vocal tract (formants up by 10 to 35 %), not a child's prosody.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soxr

from .cache import SAMPLE_RATE
from .espeak import Manner
from .phones import Phone

Spoken = tuple[np.ndarray, list[Phone]]

_SHELF_FROM = 1000.0


@dataclass(frozen=True)
class SpokenAs:
    """A manner by name, how espeak-ng speaks it, and what is done to the sound afterwards."""

    name: str
    manner: Manner
    change: Callable[[np.ndarray, list[Phone]], Spoken]


def draw_manner(voice: str, rng: random.Random, whisper: bool = True) -> SpokenAs:
    """One way of speaking for espeak-ng's `voice`, drawn with `rng`.

    A whisper replaces the voice's variant; without `whisper` it is never drawn.
    """
    name = rng.choices(_NAMES, (*_SHARES[:-1], _SHARES[-1] if whisper else 0.0))[0]
    low, high = _RATES.get(name, (120, 250))
    rate = rng.randint(low, high)
    if name == "whisper":
        # The variants whisper and whisperf shape the voice source; the language stays the same.
        voice = voice.partition("+")[0] + rng.choice(("+whisper", "+whisperf"))
    if name == "shouted":
        gain = rng.uniform(4.0, 12.0)
        manner = Manner(voice, rate, rng.randint(65, 95), rng.randint(60, 99))
        return SpokenAs(name, manner, lambda samples, phones: (shout(samples, gain), phones))
    if name == "child":
        factor = rng.uniform(1.1, 1.35)
        # Slower by the factor, so that the tempo stays in its range.
        manner = Manner(voice, round(rate / factor), rng.randint(55, 90), rng.randint(40, 99))
        return SpokenAs(name, manner, lambda samples, phones: play_faster(samples, phones, factor))
    manner = Manner(voice, rate, rng.randint(10, 90), rng.randint(5, 99))
    return SpokenAs(name, manner, lambda samples, phones: (samples, phones))


# Whisper is the last.
_NAMES = ("plain", "fast", "slow", "shouted", "child", "whisper")
_SHARES = (0.46, 0.12, 0.10, 0.12, 0.14, 0.06)
_RATES = {"fast": (250, 330), "slow": (80, 120), "shouted": (110, 190), "child": (120, 220)}


def shout(samples: np.ndarray, gain: float) -> np.ndarray:
    """`samples` [N] at 16 kHz with what lies above 1 kHz raised by `gain` dB, softly clipped."""
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    # Half the gain at the corner, all of it from about two octaves above.
    raised = (frequency / _SHELF_FROM) ** 2
    shelf = 10 ** (gain / 20 * raised / (1 + raised))
    loud = np.fft.irfft(spectrum * shelf, len(samples))
    loud *= 1.5 / max(float(np.abs(loud).max(initial=0.0)), 1e-6)
    return (0.95 * np.tanh(loud)).astype(np.float32)


def play_faster(samples: np.ndarray, phones: list[Phone], factor: float) -> Spoken:
    """Tempo, pitch and formants times `factor`, like a tape; the phones' times follow."""
    faster = soxr.resample(samples, SAMPLE_RATE * factor, SAMPLE_RATE)
    end = len(faster) / SAMPLE_RATE
    moved = [p._replace(start=p.start / factor, end=min(p.end / factor, end)) for p in phones]
    return faster, moved
