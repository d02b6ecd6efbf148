"""The runtime on torch, on any device of it."""

from collections.abc import Iterable

import numpy as np
import torch

from .curves import Curves
from .feature_stream import Measure, measure
from .framing import SAMPLE_RATE
from .network import AttentionBiLSTM
from .network_config import NetworkConfig
from .runtime_protocol import Progress
from .streaming import stream_curves
from .torch_features import TorchMeasure

_CPU_PIECE = 6 * SAMPLE_RATE
_GPU_PIECE = 480 * SAMPLE_RATE  # a few hundred MB on the device
_GPU_PARTS = 32  # of 15 s: on real speech with pauses, three sweeps a layer settle them


class TorchRuntime:
    """Runs the network through torch."""

    name = "torch"
    remark: str | None = None

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray], device: str) -> None:
        self.config = config
        self.device = device
        self.network = AttentionBiLSTM(config)
        self.network.load_state_dict({k: torch.from_numpy(v) for k, v in arrays.items()})
        self.network.to(device).eval()
        self.measure: Measure = measure
        self.piece = _CPU_PIECE
        if torch.device(device).type != "cpu":
            self.measure = TorchMeasure(device)
            self.piece = _GPU_PIECE
            for layer in self.network.layers:
                layer.parts = _GPU_PARTS

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
        return stream_curves(self, blocks, seconds, on_progress)

    def initial_state(self) -> dict:
        """See streaming.StepNetwork."""
        return self.network.initial_state(1)

    def advance(self, steps: np.ndarray, state: dict) -> tuple[np.ndarray, dict]:
        """See streaming.StepNetwork."""
        with torch.inference_mode():
            values, state = self.network(torch.from_numpy(steps).to(self.device)[None], state)
            return values[0].cpu().numpy(), state
