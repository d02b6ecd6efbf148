"""The runtime on torch: CUDA, then MPS, then the CPU."""

import numpy as np
import torch

from .audio_features import FRAME_RATE
from .curves import Curves
from .network import AttentionBiLSTM
from .network_config import NetworkConfig
from .runtime import Progress, padded_steps

_BLOCKS_PER_STRETCH = 60


def best_device() -> str:
    """Name of the fastest device torch finds."""
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu"


class TorchRuntime:
    """Runs the network through torch."""

    name = "torch"

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray], device: str) -> None:
        self.config = config
        self.device = device
        self.network = AttentionBiLSTM(config)
        self.network.load_state_dict({k: torch.from_numpy(v) for k, v in arrays.items()})
        self.network.to(device).eval()

    @torch.inference_mode()
    def predict(self, samples: np.ndarray, on_progress: Progress | None = None) -> Curves:
        """See runtime.Runtime.predict."""
        config = self.config
        steps, count = padded_steps(samples, config)
        total = len(steps) - config.right
        on_device = torch.from_numpy(steps).to(self.device)[None]
        values = np.zeros((total * config.stride, len(config.channels)), np.float32)
        state = self.network.initial_state(1)
        stretch = _BLOCKS_PER_STRETCH * config.block
        for start in range(0, total, stretch):
            if on_progress:
                on_progress(start / total)
            stop = min(start + stretch, total)
            output, state = self.network(on_device[:, start : stop + config.right], state)
            values[start * config.stride : stop * config.stride] = output[0].cpu().numpy()
        if on_progress:
            on_progress(1.0)
        return Curves(config.channels, FRAME_RATE, values[:count])
