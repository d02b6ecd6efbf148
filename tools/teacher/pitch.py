"""Pitch of a voice on the 10 ms grid, from the autocorrelation of each frame."""

from dataclasses import dataclass

import numpy as np

SAMPLE_RATE, HOP = 16000, 160
_FRAME = 640  # 40 ms: three periods at 75 Hz
_SHORTEST, _LONGEST = 38, 229  # samples: 421 to 70 Hz
_PART = 2000  # frames at a time, to bound memory


@dataclass(frozen=True)
class PitchTrack:
    """Rows at 100 Hz.

    Attributes:
        hertz: the likeliest pitch, [T], whether voiced or not.
        periodicity: how well the sound repeats at that pitch, [T], 1 for a perfect period.
        level: power in dB, [T].
    """

    hertz: np.ndarray
    periodicity: np.ndarray
    level: np.ndarray


def frames_of(samples: np.ndarray) -> np.ndarray:
    """Frames [T, 640] centred on the grid, T = ceil(N / 160), of [N] samples at 16 kHz."""
    count = -(-len(samples) // HOP)
    padded = np.pad(samples.astype(np.float32), (_FRAME // 2, _FRAME + HOP))
    return np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::HOP][:count]


def pitch_track(samples: np.ndarray) -> PitchTrack:
    """Pitch of one utterance, float32 [N] at 16 kHz.

    The peak of the autocorrelation over the window's own (P. Boersma, "Accurate short-term
    analysis of the fundamental frequency", 1993), without its path search: enough for the slow
    movements that hang on it.
    """
    frames = frames_of(samples)
    window = np.hanning(_FRAME).astype(np.float32)
    own = _autocorrelation(window[None])[0]
    own = (own / own[0])[_SHORTEST:_LONGEST]
    lags, periodicity = np.zeros(len(frames)), np.zeros(len(frames))
    for start in range(0, len(frames), _PART):
        part = frames[start : start + _PART]
        correlation = _autocorrelation((part - part.mean(1, keepdims=True)) * window)
        normal = correlation[:, _SHORTEST:_LONGEST] / own / (correlation[:, :1] + 1e-9)
        best = np.argmax(normal, 1)
        lags[start : start + _PART] = best + _SHORTEST
        periodicity[start : start + _PART] = normal[np.arange(len(best)), best]
    level = 10 * np.log10(np.mean(frames**2, 1) + 1e-9)
    return PitchTrack(SAMPLE_RATE / np.maximum(lags, 1), periodicity, level)


def _autocorrelation(frames: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(frames, 2 * _FRAME)
    return np.fft.irfft(np.abs(spectrum) ** 2)[:, :_FRAME]
