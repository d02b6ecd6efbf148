"""Pitch as the network gets it: a correlogram, not a decision.

The normalised autocorrelation of 40 ms of sound, its greatest value in each of 24 ranges of lags
that are equally wide in pitch. A voiced frame shows a ridge at its period (and at multiples of it),
which moves with intonation by the same distance for every voice; the network learns what to make
of it, so no pitch tracker can be wrong. It does not depend on level. Autocorrelation divided by the
window's own is after P. Boersma, "Accurate short-term analysis of the fundamental frequency and the
harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17, 1993.
"""

from functools import lru_cache

import numpy as np

from .framing import FRAMES_AT_ONCE, SAMPLE_RATE, centred_frames

PITCH_BINS = 24
PITCH_WINDOW = 640
"""Samples of a frame: 40 ms."""

PITCH_FFT = 1024
"""Window and longest lag do not wrap around into the lags that are read."""

SILENT_ENERGY = 1e-10 * PITCH_WINDOW
"""Added to the energy, so that silence has no pitch."""

_LOW_HZ, _HIGH_HZ = 65.0, 420.0


def correlogram(samples: np.ndarray) -> np.ndarray:
    """Autocorrelation [T, PITCH_BINS] float32, about -1..1, from high pitch to low.

    ``samples`` are [N] at 16 kHz; T = frame_count(N).
    """
    if len(samples) == 0:
        return np.zeros((0, PITCH_BINS), np.float32)
    return correlogram_of_frames(centred_frames(samples, PITCH_WINDOW))


def correlogram_of_frames(frames: np.ndarray) -> np.ndarray:
    """Autocorrelation [T, PITCH_BINS] float32 of frames [T, PITCH_WINDOW]."""
    result = np.empty((len(frames), PITCH_BINS), np.float32)
    window, edges, scale = pitch_tables()
    for start in range(0, len(frames), FRAMES_AT_ONCE):
        part = frames[start : start + FRAMES_AT_ONCE]
        part = (part - part.mean(1, keepdims=True)) * window
        spectrum = np.fft.rfft(part, PITCH_FFT)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        wave = np.fft.irfft(power).astype(np.float32)
        energy = wave[:, :1] + SILENT_ENERGY
        ratio = wave[:, edges[0] : edges[-1]] / energy * scale
        result[start : start + FRAMES_AT_ONCE] = np.maximum.reduceat(
            ratio, edges[:-1] - edges[0], axis=1
        )
    return result


@lru_cache(maxsize=1)
def pitch_tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Window, first lag of each range and the last range's end, 1 / the window's correlation."""
    window = np.hanning(PITCH_WINDOW + 1)[:-1]
    edges = np.round(SAMPLE_RATE / np.geomspace(_HIGH_HZ, _LOW_HZ, PITCH_BINS + 1)).astype(int)
    own = np.correlate(window, window, "full")[PITCH_WINDOW - 1 :]
    scale = own[0] / own[edges[0] : edges[-1]]
    return window.astype(np.float32), edges, scale.astype(np.float32)
