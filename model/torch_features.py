"""The features' measures in torch, for devices that make short work of them.

The same arithmetic as audio_features.log_mel_of_frames and pitch_features.correlogram_of_frames.
"""

import numpy as np
import torch

from .audio_features import FeatureConfig, cosine_basis, hann_window, mel_filters
from .feature_stream import longest_window
from .framing import HOP
from .pitch_features import PITCH_BINS, PITCH_FFT, SILENT_ENERGY, pitch_tables

_FRAMES_AT_ONCE = 8192  # bounds the device's memory


class TorchMeasure:
    """A feature_stream.Measure on one device."""

    def __init__(self, device: str) -> None:
        self._device = device

    def __call__(
        self, samples: np.ndarray, config: FeatureConfig
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """See feature_stream.Measure."""
        with torch.inference_mode():
            return self._measured(samples, config)

    def _measured(
        self, samples: np.ndarray, config: FeatureConfig
    ) -> tuple[np.ndarray, np.ndarray | None]:
        window = longest_window(config)
        margin = (window - config.window) // 2
        sound = torch.from_numpy(samples).to(self._device)
        envelopes, pitches = [], []
        for frames in sound.unfold(0, window, HOP).split(_FRAMES_AT_ONCE):
            envelopes.append(self._envelope(frames[:, margin : margin + config.window], config))
            if config.pitch:
                pitches.append(self._correlogram(frames))
        envelope = torch.cat(envelopes).cpu().numpy()
        return envelope, torch.cat(pitches).cpu().numpy() if config.pitch else None

    def _envelope(self, frames: torch.Tensor, config: FeatureConfig) -> torch.Tensor:
        power = _power(frames * self._on_device(hann_window(config)), config.fft)
        mel = torch.log(power @ self._on_device(mel_filters(config)) + config.floor)
        if config.spectrum == "mfcc":
            return mel @ self._on_device(cosine_basis(config))
        return mel

    def _correlogram(self, frames: torch.Tensor) -> torch.Tensor:
        window, edges, scale = pitch_tables()
        centred = (frames - frames.mean(1, keepdim=True)) * self._on_device(window)
        wave = torch.fft.irfft(_power(centred, PITCH_FFT), PITCH_FFT)
        ratio = wave[:, edges[0] : edges[-1]] / (wave[:, :1] + SILENT_ENERGY)
        ratio = ratio * self._on_device(scale)
        first = edges - edges[0]
        ranges = [ratio[:, first[i] : first[i + 1]].amax(1) for i in range(PITCH_BINS)]
        return torch.stack(ranges, 1)

    def _on_device(self, table: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(table).to(self._device)


def _power(frames: torch.Tensor, size: int) -> torch.Tensor:
    """Power spectrum [T, size / 2 + 1] of frames [T, window]."""
    return torch.fft.rfft(frames, size).abs().square()
