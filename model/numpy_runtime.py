"""The runtime that every Blender has: NumPy alone."""

from collections.abc import Iterable

import numpy as np

from .curves import Curves
from .framing import SAMPLE_RATE
from .network_config import NetworkConfig
from .numpy_network import NumpyNetwork
from .runtime_protocol import Progress
from .streaming import stream_curves

_ROOM = 64 << 20
"""Bytes. OpenBLAS takes half of them at its first product, and tries for ever if it gets none."""


class NumpyRuntime:
    """Runs the network on the CPU in stretches of a few seconds of sound."""

    name = "numpy"
    device = "cpu"
    remark: str | None = None

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray]) -> None:
        """Raises MemoryError where there is no room to compute in."""
        np.empty(_ROOM, np.uint8)
        self.config = config
        self.network = NumpyNetwork(config, arrays)

    def predict(self, samples: np.ndarray, on_progress: Progress | None = None) -> Curves:
        """See runtime_protocol.Runtime.predict."""
        return self.predict_blocks([samples], len(samples) / SAMPLE_RATE, on_progress)

    def predict_blocks(
        self,
        blocks: Iterable[np.ndarray],
        seconds: float | None = None,
        on_progress: Progress | None = None,
    ) -> Curves:
        """See runtime_protocol.Runtime.predict_blocks."""
        return stream_curves(self.network, blocks, seconds, on_progress)
