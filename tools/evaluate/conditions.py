"""Listening conditions of the evaluation, the same on every run.

Samples are float32 at 16 kHz. The ratio of speech to noise is that of their mean powers over the
whole utterance, pauses included.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.signal import butter, fftconvolve, sosfiltfilt

SAMPLE_RATE = 16000
CLEAN = "clean"

Condition = Callable[[np.ndarray, int], np.ndarray]
"""From samples [N] and a seed to samples [N]."""

_VOICES = 5
_DECAY = 0.5  # s for 60 dB


def all_conditions(voices: Sequence[np.ndarray]) -> dict[str, Condition]:
    """Every condition by its name; ``voices`` are utterances of other speakers for the babble,
    which is left out where there are none."""
    return {
        CLEAN: lambda samples, seed: samples,
        "white noise 10 dB": white_noise(10),
        "pink noise 10 dB": pink_noise(10),
        **{f"babble {db} dB": babble(db, voices) for db in (20, 10, 5) if len(voices)},
        "telephone": telephone,
        "-24 dB": quieter(24),
        "reverberation": reverberation,
    }


def white_noise(decibels: float) -> Condition:
    """Noise of equal power at all frequencies, at a signal-to-noise ratio in dB."""

    def add(samples: np.ndarray, seed: int) -> np.ndarray:
        noise = np.random.default_rng(seed).standard_normal(len(samples))
        return mixed(samples, noise, decibels)

    return add


def pink_noise(decibels: float) -> Condition:
    """Noise whose power falls by 3 dB an octave, at a signal-to-noise ratio in dB."""

    def add(samples: np.ndarray, seed: int) -> np.ndarray:
        spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(len(samples)))
        frequency = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
        noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(frequency, 20.0)), len(samples))
        return mixed(samples, noise, decibels)

    return add


def babble(decibels: float, voices: Sequence[np.ndarray]) -> Condition:
    """Five other voices at once, equally loud, at a signal-to-noise ratio in dB."""

    def add(samples: np.ndarray, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        chosen = rng.choice(len(voices), min(_VOICES, len(voices)), replace=False)
        noise = np.zeros(len(samples))
        for index in chosen:
            voice = np.roll(voices[index], rng.integers(len(voices[index])))
            voice = np.resize(voice, len(samples))
            noise += voice / (np.sqrt(np.mean(voice**2)) + 1e-9)
        return mixed(samples, noise, decibels)

    return add


def telephone(samples: np.ndarray, _seed: int) -> np.ndarray:
    """Keeps 300 to 3400 Hz."""
    band = butter(6, (300, 3400), "bandpass", fs=SAMPLE_RATE, output="sos")
    return sosfiltfilt(band, samples).astype(np.float32)


def quieter(decibels: float) -> Condition:
    """Lowers the level by so many dB."""
    gain = np.float32(10 ** (-decibels / 20))
    return lambda samples, _seed: samples * gain


def reverberation(samples: np.ndarray, seed: int) -> np.ndarray:
    """A diffuse room: 0.5 s to fall by 60 dB, as much reverberant as direct power."""
    count = int(_DECAY * SAMPLE_RATE)
    tail = np.random.default_rng(seed).standard_normal(count)
    tail *= 10 ** (-3 * np.arange(count) / count)
    tail[0] = 0.0
    tail *= 1 / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return fftconvolve(samples, tail)[: len(samples)].astype(np.float32)


def mixed(samples: np.ndarray, noise: np.ndarray, decibels: float) -> np.ndarray:
    """Samples [N] with noise [N] so many dB below them, by their mean powers."""
    ratio = np.mean(samples.astype(float) ** 2) / (np.mean(noise**2) + 1e-20)
    return (samples + np.sqrt(ratio) * 10 ** (-decibels / 20) * noise).astype(np.float32)
