"""Listening conditions of the evaluation, the same on every run."""

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, sosfiltfilt

SAMPLE_RATE = 16000


def noise_at(decibels: float) -> Callable[[np.ndarray], np.ndarray]:
    """Adds pink noise [N] at a signal-to-noise ratio in dB."""

    def add(samples: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng(len(samples))
        spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
        noise = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 10.0), len(samples))
        scale = np.sqrt(np.mean(samples**2) / np.mean(noise**2)) * 10 ** (-decibels / 20)
        return (samples + scale * noise).astype(np.float32)

    return add


def telephone(samples: np.ndarray) -> np.ndarray:
    """Keeps 300 to 3400 Hz of [N] samples."""
    band = butter(6, (300, 3400), "bandpass", fs=SAMPLE_RATE, output="sos")
    return sosfiltfilt(band, samples).astype(np.float32)


def quieter(decibels: float) -> Callable[[np.ndarray], np.ndarray]:
    """Lowers the level by so many dB."""
    return lambda samples: (samples * 10 ** (-decibels / 20)).astype(np.float32)


CONDITIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "clean": lambda samples: samples,
    "noise 20 dB": noise_at(20),
    "noise 10 dB": noise_at(10),
    "noise 5 dB": noise_at(5),
    "telephone": telephone,
    "-24 dB": quieter(24),
}
