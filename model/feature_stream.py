"""Features of sound that arrives piece by piece, equal to audio_features.extract of the whole."""

from collections.abc import Callable

import numpy as np

from .audio_features import FeatureConfig, envelope_of, log_mel_of_frames, slopes
from .framing import HOP
from .pitch_features import PITCH_WINDOW, correlogram_of_frames

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
