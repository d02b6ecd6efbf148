"""Pitch and loudness of a voice on the 10 ms grid, relative to the speaker's own habits."""

from dataclasses import dataclass

import numpy as np

from .pitch import HOP, SAMPLE_RATE, pitch_track

_VOICED = 0.55


@dataclass(frozen=True)
class Prosody:
    """Rows at 100 Hz.

    Attributes:
        semitones: pitch above the utterance's median, smoothed, 0 where unvoiced for long, [T].
        level: dB above the utterance's median speech level, smoothed, [T].
        speech: how much of the frame's surroundings is speech, 0..1, [T].
    """

    semitones: np.ndarray
    level: np.ndarray
    speech: np.ndarray


def prosody(samples: np.ndarray) -> Prosody:
    """Prosody of one utterance, float32 [N] at 16 kHz."""
    track = pitch_track(samples)
    count, decibels = len(track.level), track.level
    loudest = np.percentile(decibels, 95) if count else 0.0
    speaking = decibels > loudest - 28
    pitch = np.where(speaking & (track.periodicity > _VOICED), track.hertz, np.nan)

    voiced = np.isfinite(pitch)
    semitones = np.zeros(count)
    if voiced.sum() > 10:
        relative = 12 * np.log2(pitch[voiced] / np.median(pitch[voiced]))
        relative = np.where(np.abs(relative) > 9, 0.0, relative)  # octave errors
        share = smooth(voiced.astype(float), 0.06)
        carried = np.zeros(count)
        carried[voiced] = relative
        semitones = smooth(carried, 0.06) / np.maximum(share, 0.15)
    median = np.median(decibels[speaking]) if speaking.any() else 0.0
    level = smooth(np.clip(decibels - median, -30, 15), 0.06)
    return Prosody(semitones, level, smooth(speaking.astype(float), 0.08))


def smooth(values: np.ndarray, deviation: float) -> np.ndarray:
    """Gaussian smoothing of [T] with a standard deviation in seconds, zeros outside."""
    half = int(3 * deviation * SAMPLE_RATE / HOP)
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) * HOP / SAMPLE_RATE / deviation) ** 2)
    full = np.convolve(values, kernel / kernel.sum())
    return full[half : half + len(values)]
