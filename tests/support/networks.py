"""Small networks of the real shape, without trained weights."""

import numpy as np

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
