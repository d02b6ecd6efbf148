"""Pitch, loudness and arousal of a voice, from sound alone, on the 10 ms grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SAMPLE_RATE, _HOP = 16000, 160
_FRAME = 640  # 40 ms: three periods at 75 Hz
_SHORTEST, _LONGEST = 38, 229  # samples: 421 to 70 Hz
_PART = 2000  # frames at a time, to bound memory
_VOICED = 0.55  # periodicity

# Arousal
_SPREAD = np.array([4.94, 0.888, 4.61])  # dB, semitones, semitones: typical departures
_WEIGHTS = np.array([0.27, 0.13, 0.47])
_CLEARLY_VOICED = 0.6  # periodicity
_LEAST_VOICED = 10  # frames below which a voice has no statistics


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


@dataclass(frozen=True)
class Prosody:
    """Rows at 100 Hz, relative to the utterance's own median.

    Attributes:
        semitones: pitch above the median, smoothed, 0 where unvoiced for long, [T].
        level: dB above the median speech level, smoothed, [T].
        speech: share of the frame's surroundings that is speech, 0..1, [T].
    """

    semitones: np.ndarray
    level: np.ndarray
    speech: np.ndarray


def pitch_track(samples: np.ndarray) -> PitchTrack:
    """Pitch of one utterance, float32 [N] at 16 kHz.

    The peak of the autocorrelation over the window's own (P. Boersma, "Accurate short-term
    analysis of the fundamental frequency", 1993), without its path search: enough for the slow
    movements that depend on it.
    """
    frames = _frames(samples)
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
    return PitchTrack(_SAMPLE_RATE / np.maximum(lags, 1), periodicity, level)


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
    half = int(3 * deviation * _SAMPLE_RATE / _HOP)
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) * _HOP / _SAMPLE_RATE / deviation) ** 2)
    full = np.convolve(values, kernel / kernel.sum())
    return full[half : half + len(values)]


def arousals(samples: Sequence[np.ndarray], speakers: Sequence[str | None]) -> np.ndarray:
    """Arousal [U] in -1..1 per utterance: anger and joy against boredom and sadness.

    Arousal raises the pitch, widens its range and flattens the spectrum's slope (R. Banse and
    K. Scherer, "Acoustic profiles in vocal emotion expression", 1996). All three are taken from the
    speaker's own average, so no voice counts as excited by nature. The weights come from a linear
    regression on Emo-DB's anger and happiness (1) against boredom and sadness (-1); on actors left
    out of it the two groups lay 3.8 standard deviations apart. Level is not used: a recording's
    gain is no property of the speaker.

    Args:
        samples: float32 [N] at 16 kHz per utterance.
        speakers: of each utterance; all utterances of a speaker make its average. None is an
            unknown speaker, whose arousal is 0.
    """
    statistics = np.array([voice_statistics(sound) for sound in samples])
    result = np.zeros(len(statistics))
    for speaker in set(speakers) - {None}:
        own = np.array([name == speaker for name in speakers]) & np.isfinite(statistics[:, 0])
        if not own.any():
            continue
        departure = statistics[own] - statistics[own].mean(0)
        result[own] = np.clip(departure / _SPREAD @ _WEIGHTS, -1.0, 1.0)
    return result


def voice_statistics(samples: np.ndarray) -> np.ndarray:
    """Spectral balance (1 to 4 kHz over 60 Hz to 1 kHz, dB), pitch deviation and median.

    Over the voiced frames of [N] samples, pitch in semitones; NaN where hardly any are voiced.
    """
    track = pitch_track(samples)
    loud = track.level > np.percentile(track.level, 95) - 25
    voiced = (track.periodicity > _CLEARLY_VOICED) & loud
    if voiced.sum() < _LEAST_VOICED:
        return np.full(3, np.nan)
    frames = _frames(samples)[voiced]
    frames = (frames - frames.mean(1, keepdims=True)) * np.hanning(frames.shape[1])
    power = np.abs(np.fft.rfft(frames, 2048)) ** 2
    hertz = np.fft.rfftfreq(2048, 1 / _SAMPLE_RATE)
    low, high = (
        10 * np.log10(power[:, (hertz > a) & (hertz < b)].sum(1) + 1e-9)
        for a, b in ((60, 1000), (1000, 4000))
    )
    pitch = 12 * np.log2(track.hertz[voiced])
    median = np.median(pitch)
    near = pitch[np.abs(pitch - median) < 10]  # beyond are octave errors
    return np.array([np.mean(high - low), near.std(), median])


def _frames(samples: np.ndarray) -> np.ndarray:
    """Frames [T, 640] centred on the grid, T = ceil(N / 160), of [N] samples at 16 kHz."""
    count = -(-len(samples) // _HOP)
    padded = np.pad(samples.astype(np.float32), (_FRAME // 2, _FRAME + _HOP))
    return np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP][:count]


def _autocorrelation(frames: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(frames, 2 * _FRAME)
    return np.fft.irfft(np.abs(spectrum) ** 2)[:, :_FRAME]
