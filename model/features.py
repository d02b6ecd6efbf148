"""The network's input, on a 10 ms grid: the spectrum's envelope and the voice's pitch.

Envelope: mel-frequency cepstral coefficients (S. Davis and P. Mermelstein, "Comparison of
parametric representations for monosyllabic word recognition", IEEE TASSP 28(4), 1980; mel scale and
delta regression as in the HTK Book) or the log mel energies themselves. Pitch: a correlogram, see
pitch_features. FeatureStream computes the same of sound that arrives piece by piece.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .framing import FRAMES_AT_ONCE, HOP, SAMPLE_RATE, centred_frames
from .pitch_features import PITCH_BINS, PITCH_WINDOW, correlogram, correlogram_of_frames

FRAME_RATE = SAMPLE_RATE / HOP


@dataclass(frozen=True)
class FeatureConfig:
    """The network's input.

    Attributes:
        spectrum: "mfcc" for cepstra, "log_mel" for the mel energies themselves.
        pitch: whether the pitch correlogram is appended.
        window: samples under the Hann window (25 ms).
        fft: transform length in samples.
        mels: triangular mel filters between low_hz and high_hz.
        mfcc: cepstral coefficients kept, the zeroth (level) included.
        delta_span: frames on each side of the delta regression.
        floor: energy added to each mel band before the logarithm (1e-8 is -80 dB full scale).
    """

    spectrum: str = "mfcc"
    pitch: bool = True
    window: int = 400
    fft: int = 512
    mels: int = 40
    low_hz: float = 60.0
    high_hz: float = 7600.0
    mfcc: int = 26
    delta_span: int = 2
    floor: float = 1e-8

    @property
    def size(self) -> int:
        """Features per frame: the spectrum, its deltas, and the correlogram."""
        envelope = self.mfcc if self.spectrum == "mfcc" else self.mels
        return 2 * envelope + (PITCH_BINS if self.pitch else 0)

    @property
    def look_ahead(self) -> int:
        """Frames to the right that a frame's deltas need."""
        return self.delta_span


def log_mel(samples: np.ndarray, config: FeatureConfig) -> np.ndarray:
    """Log mel energies [T, mels] float32 of [N] samples; T = frame_count(N)."""
    if len(samples) == 0:
        return np.zeros((0, config.mels), np.float32)
    return log_mel_of_frames(centred_frames(samples, config.window), config)


def log_mel_of_frames(frames: np.ndarray, config: FeatureConfig) -> np.ndarray:
    """Log mel energies [T, mels] float32 of frames [T, window]."""
    window = hann_window(config)
    mel = np.empty((len(frames), config.mels), np.float32)
    filters = mel_filters(config)
    for start in range(0, len(frames), FRAMES_AT_ONCE):
        spectrum = np.fft.rfft(frames[start : start + FRAMES_AT_ONCE] * window, config.fft)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        mel[start : start + FRAMES_AT_ONCE] = power @ filters
    return np.log(mel + config.floor, dtype=np.float32)


def envelope_of(mel: np.ndarray, config: FeatureConfig) -> np.ndarray:
    """Cepstra [T, mfcc] of log mel energies [T, mels], or the energies, as configured."""
    return mel @ cosine_basis(config) if config.spectrum == "mfcc" else mel


def from_log_mel(mel: np.ndarray, config: FeatureConfig) -> np.ndarray:
    """Envelope and its deltas [T, 2 E] of log mel energies [T, mels]; edges repeat end frames."""
    envelope = envelope_of(mel, config)
    return np.concatenate([envelope, deltas(envelope, config.delta_span)], axis=1)


def extract(samples: np.ndarray, config: FeatureConfig) -> np.ndarray:
    """Features [T, size] float32 of [N] float32 samples at 16 kHz."""
    envelope = from_log_mel(log_mel(samples, config), config)
    return with_pitch(envelope, samples, config)


def with_pitch(envelope: np.ndarray, samples: np.ndarray, config: FeatureConfig) -> np.ndarray:
    """Envelope features [T, 2 E] and, where the configuration asks, the samples' correlogram."""
    if not config.pitch:
        return envelope
    return np.concatenate([envelope, correlogram(samples)], axis=1)


def deltas(cepstra: np.ndarray, span: int) -> np.ndarray:
    """Regression slopes over +-span frames (HTK Book, eq. 5.16), shape as the input."""
    if len(cepstra) == 0:
        return cepstra
    return slopes(np.pad(cepstra, ((span, span), (0, 0)), mode="edge"), span)


def slopes(padded: np.ndarray, span: int) -> np.ndarray:
    """Deltas [T, E] of rows [T + 2 span, E], for all but the first and last ``span`` rows."""
    count = len(padded) - 2 * span
    slope = sum(
        k * (padded[span + k : span + k + count] - padded[span - k : span - k + count])
        for k in range(1, span + 1)
    )
    return (slope / (2 * sum(k * k for k in range(1, span + 1)))).astype(np.float32)


def _mel(hz: np.ndarray | float) -> np.ndarray:
    return 2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0)


@lru_cache(maxsize=4)
def mel_filters(config: FeatureConfig) -> np.ndarray:
    """Triangular filters [fft / 2 + 1, mels], equally spaced on the mel scale."""
    edges_mel = np.linspace(_mel(config.low_hz), _mel(config.high_hz), config.mels + 2)
    edges = 700.0 * (10.0 ** (edges_mel / 2595.0) - 1.0)
    bins = np.arange(config.fft // 2 + 1) * SAMPLE_RATE / config.fft
    rise = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rise, fall), 0.0, None).astype(np.float32)


@lru_cache(maxsize=4)
def hann_window(config: FeatureConfig) -> np.ndarray:
    """Periodic Hann window scaled so that a band's energy is a mean square, not a sum."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(config.window) / config.window)
    return (window / np.sqrt(config.fft * np.sum(window**2) / 2)).astype(np.float32)


@lru_cache(maxsize=4)
def cosine_basis(config: FeatureConfig) -> np.ndarray:
    """Orthonormal DCT-II [mels, mfcc]."""
    n = np.arange(config.mels)[:, None]
    k = np.arange(config.mfcc)[None, :]
    basis = np.cos(np.pi * (n + 0.5) * k / config.mels) * np.sqrt(2.0 / config.mels)
    basis[:, 0] *= np.sqrt(0.5)
    return basis.astype(np.float32)


Measure = Callable[[np.ndarray, FeatureConfig], tuple[np.ndarray, np.ndarray | None]]
"""Envelope [T, E] and, where configured, correlogram [T, P] of [(T - 1) HOP + longest_window]."""


def measure(samples: np.ndarray, config: FeatureConfig) -> tuple[np.ndarray, np.ndarray | None]:
    """Measure in NumPy."""
    window = longest_window(config)
    frames = np.lib.stride_tricks.sliding_window_view(samples, window)[::HOP]
    margin = (window - config.window) // 2
    mel = log_mel_of_frames(frames[:, margin : margin + config.window], config)
    return envelope_of(mel, config), correlogram_of_frames(frames) if config.pitch else None


def longest_window(config: FeatureConfig) -> int:
    """Samples that one frame is measured on, centred on the frame."""
    return max(config.window, PITCH_WINDOW) if config.pitch else config.window


class FeatureStream:
    """Carries the samples and cepstra that the next frames still need; memory is constant."""

    def __init__(self, config: FeatureConfig, measure: Measure = measure) -> None:
        self._config = config
        self._measure = measure
        self._window = longest_window(config)
        # From half a window before the next frame; what lies before the sound is silence.
        self._samples = np.zeros(self._window // 2, np.float32)
        self._envelope: np.ndarray | None = None  # the last 2 span rows
        self._pitch: np.ndarray | None = None  # of the last span rows

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Features [n, size] that became complete with samples [N], float32 mono at 16 kHz."""
        config = self._config
        self._samples = np.concatenate([self._samples, samples], dtype=np.float32)
        ready = max((len(self._samples) - self._window) // HOP + 1, 0)
        if ready == 0:
            return np.zeros((0, config.size), np.float32)
        envelope, pitch = self._measure(self._samples, config)
        self._samples = self._samples[ready * HOP :].copy()
        rows = self._with_deltas(envelope)
        if pitch is None:
            return rows
        if self._pitch is not None:
            pitch = np.concatenate([self._pitch, pitch])
        self._pitch = pitch[len(rows) :].copy()
        return np.concatenate([rows, pitch[: len(rows)]], axis=1)

    def _with_deltas(self, envelope: np.ndarray) -> np.ndarray:
        """Rows [n, 2 E] whose deltas are known once rows [T, E] have followed those before."""
        span = self._config.delta_span
        before = self._envelope
        if before is None:
            before = np.repeat(envelope[:1], span, axis=0)
        padded = np.concatenate([before, envelope])
        count = max(len(padded) - 2 * span, 0)
        self._envelope = padded[count:].copy()
        if count == 0:
            return np.zeros((0, 2 * envelope.shape[1]), np.float32)
        return np.concatenate([padded[span : span + count], slopes(padded, span)], axis=1)
