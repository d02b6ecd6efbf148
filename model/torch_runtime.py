"""The runtime on torch, on any of its devices; on a GPU it computes the features too.

The features are the same arithmetic as features.log_mel_of_frames and
pitch_features.correlogram_of_frames.
"""

import numpy as np
import torch

from .features import (
    FeatureConfig,
    Measure,
    cosine_basis,
    hann_window,
    longest_window,
    measure,
    mel_filters,
)
from .framing import HOP, SAMPLE_RATE
from .network import AttentionBiLSTM
from .network_config import NetworkConfig
from .pitch_features import PITCH_BINS, PITCH_FFT, SILENT_ENERGY, pitch_tables
from .streaming import Runtime

_CPU_PIECE = 6 * SAMPLE_RATE
_GPU_PIECE = 480 * SAMPLE_RATE  # a few hundred MB on the device
_FRAMES_AT_ONCE = 8192  # bounds the device's memory


class TorchRuntime(Runtime):
    """Runs the network through torch, as a streaming.StepNetwork of its own."""

    name = "torch"

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray], device: str) -> None:
        self.config = config
        self.steps = self
        self.device = device
        self.network = AttentionBiLSTM(config)
        self.network.load_state_dict({k: torch.from_numpy(v) for k, v in arrays.items()})
        self.network.to(device).eval()
        self.measure: Measure = measure
        self.piece = _CPU_PIECE
        if torch.device(device).type != "cpu":
            self.measure = TorchMeasure(device)
            self.piece = _GPU_PIECE

    def initial_state(self) -> dict:
        """See streaming.StepNetwork."""
        return self.network.initial_state(1)

    def advance(self, steps: np.ndarray, state: dict) -> tuple[np.ndarray, dict]:
        """See streaming.StepNetwork."""
        with torch.inference_mode():
            values, state = self.network(torch.from_numpy(steps).to(self.device)[None], state)
            return values[0].cpu().numpy(), state


class TorchMeasure:
    """A features.Measure on one device."""

    def __init__(self, device: str) -> None:
        self._device = device

    def __call__(
        self, samples: np.ndarray, config: FeatureConfig
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """See features.Measure."""
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
