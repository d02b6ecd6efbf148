"""Networks without trained weights: small ones of the real shape, and a fake."""

from collections.abc import Iterable

import numpy as np

from model.curves import Curves
from model.features import FeatureConfig
from model.network_config import NetworkConfig, array_shapes


def random_network(seed: int = 0, **changes) -> tuple[NetworkConfig, dict[str, np.ndarray]]:
    """A small network of the real shape, lively enough that every part matters."""
    sizes = {"features": FeatureConfig(mels=20, mfcc=8), "hidden": 12, "attention": 6}
    config = NetworkConfig(**(sizes | changes))
    rng = np.random.default_rng(seed)
    arrays = {
        name: rng.normal(0, 0.4, shape).astype(np.float32)
        for name, shape in array_shapes(config).items()
    }
    arrays["feature_std"] = np.abs(arrays["feature_std"]) + 2
    return config, arrays


class FakeRuntime:
    """Moves the jaw with the samples; counts how often it is made and asked."""

    name, device, remark = "fake", "cpu", None
    made = runs = 0

    def __init__(self, *_: object) -> None:
        type(self).made += 1

    def predict_blocks(self, blocks: Iterable[np.ndarray], seconds: float, on_progress) -> Curves:
        """A row for each whole hop."""
        type(self).runs += 1
        samples = np.abs(np.concatenate(list(blocks)))
        assert seconds == len(samples) / 16000
        for part in (0.0, 0.5, 0.5, 0.25, 1.0):
            on_progress(part)
        rows = len(samples) // 160
        return Curves(("jawOpen",), 100.0, samples[: rows * 160 : 160, None])
