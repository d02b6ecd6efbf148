"""The runtime that every Blender has: NumPy alone."""

import numpy as np

from .audio_features import FRAME_RATE
from .curves import Curves
from .network_config import NetworkConfig
from .numpy_network import NumpyNetwork
from .runtime import Progress, padded_features

_BLOCKS_PER_STEP = 60  # 6 s of sound: a batch wide enough for BLAS, short enough to cancel


class NumpyRuntime:
    """Runs the network on the CPU in steps of a few seconds of sound."""

    name = "numpy"
    device = "cpu"

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray]) -> None:
        self.config = config
        self.network = NumpyNetwork(config, arrays)

    def predict(self, samples: np.ndarray, on_progress: Progress | None = None) -> Curves:
        """See runtime.Runtime.predict."""
        config = self.config
        features, count = padded_features(samples, config)
        values = np.zeros((len(features) - config.right, len(config.channels)), np.float32)
        state = self.network.initial_state()
        step = _BLOCKS_PER_STEP * config.block
        for start in range(0, len(values), step):
            if on_progress:
                on_progress(start / len(values))
            stop = min(start + step, len(values))
            values[start:stop], state = self.network.advance(
                features[start : stop + config.right], state
            )
        if on_progress:
            on_progress(1.0)
        return Curves(config.channels, FRAME_RATE, values[:count])
