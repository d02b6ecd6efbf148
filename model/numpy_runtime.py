"""The runtime that every Blender has: NumPy alone."""

import numpy as np

from .audio_features import FRAME_RATE
from .curves import Curves
from .network_config import NetworkConfig
from .numpy_network import NumpyNetwork
from .runtime import Progress, padded_steps

_BLOCKS_PER_STRETCH = 60  # 6 s of sound: a batch wide enough for BLAS, short enough to cancel


class NumpyRuntime:
    """Runs the network on the CPU in stretches of a few seconds of sound."""

    name = "numpy"
    device = "cpu"

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray]) -> None:
        self.config = config
        self.network = NumpyNetwork(config, arrays)

    def predict(self, samples: np.ndarray, on_progress: Progress | None = None) -> Curves:
        """See runtime.Runtime.predict."""
        config = self.config
        steps, count = padded_steps(samples, config)
        total = len(steps) - config.right
        values = np.zeros((total * config.stride, len(config.channels)), np.float32)
        state = self.network.initial_state()
        stretch = _BLOCKS_PER_STRETCH * config.block
        for start in range(0, total, stretch):
            if on_progress:
                on_progress(start / total)
            stop = min(start + stretch, total)
            rows = slice(start * config.stride, stop * config.stride)
            values[rows], state = self.network.advance(steps[start : stop + config.right], state)
        if on_progress:
            on_progress(1.0)
        return Curves(config.channels, FRAME_RATE, values[:count])
