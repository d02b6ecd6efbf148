"""Pitch and loudness of a voice on the 10 ms grid, relative to the speaker's own habits."""

from dataclasses import dataclass

import numpy as np

SAMPLE_RATE, HOP = 16000, 160
_FRAME = 640  # 40 ms: three periods at 75 Hz
_LOW_HZ, _HIGH_HZ = 70.0, 420.0
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
    """Prosody of one utterance, float32 [N] at 16 kHz.

    Pitch is the peak of the normalised autocorrelation (P. Boersma 1993, without its path
    search), which is enough for the slow movements it drives.
    """
    count = -(-len(samples) // HOP)
    padded = np.pad(samples.astype(np.float32), (_FRAME // 2, _FRAME + HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::HOP][:count]
    window = np.hanning(_FRAME).astype(np.float32)
    power = np.mean(frames**2, 1)
    decibels = 10 * np.log10(power + 1e-9)
    loudest = np.percentile(decibels, 95) if count else 0.0
    speaking = decibels > loudest - 28

    pitch = np.full(count, np.nan)
    low, high = int(SAMPLE_RATE / _HIGH_HZ), int(SAMPLE_RATE / _LOW_HZ)
    own = _autocorrelation(window[None])[0]
    for start in range(0, count, 2000):
        part = frames[start : start + 2000]
        centred = (part - part.mean(1, keepdims=True)) * window
        correlation = _autocorrelation(centred)
        normal = correlation[:, low:high] / (own[low:high] / own[0])
        normal /= correlation[:, :1] + 1e-9
        lag = np.argmax(normal, 1)
        clear = normal[np.arange(len(lag)), lag] > _VOICED
        pitch[start : start + 2000] = np.where(clear, SAMPLE_RATE / (lag + low), np.nan)
    pitch[~speaking] = np.nan

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


def _autocorrelation(frames: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(frames, 2 * _FRAME)
    return np.fft.irfft(np.abs(spectrum) ** 2)[:, :_FRAME]
