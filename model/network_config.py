"""Sizes of the network, shared by training and every runtime."""

from dataclasses import asdict, dataclass, field

from .audio_features import FeatureConfig
from .channels import ARKIT_52


@dataclass(frozen=True)
class NetworkConfig:
    """Shape of an AttentionBiLSTM. Lengths are in frames of 10 ms.

    Attributes:
        features: what the network hears.
        channels: output channel names.
        hidden: units of each LSTM direction.
        layers: stacked bidirectional layers.
        attention: width of the additive attention's scoring space.
        reach: attention sees at most this many frames to each side.
        block: frames the backward pass advances by (latency-controlled BiLSTM).
        right: frames of right context after each block.
    """

    features: FeatureConfig = field(default_factory=FeatureConfig)
    channels: tuple[str, ...] = ARKIT_52
    hidden: int = 160
    layers: int = 2
    attention: int = 48
    reach: int = 26
    block: int = 10
    right: int = 15

    @property
    def window(self) -> int:
        """Frames the backward pass sees for one block."""
        return self.block + self.right

    @property
    def look_ahead(self) -> int:
        """Most frames after an output frame that can influence it."""
        return self.block - 1 + self.right + self.features.look_ahead

    def to_dict(self) -> dict:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> "NetworkConfig":
        """Inverse of to_dict. Raises TypeError for keys that are not known."""
        values = dict(data)
        values["features"] = FeatureConfig(**values["features"])
        values["channels"] = tuple(values["channels"])
        return cls(**values)


def array_shapes(config: NetworkConfig) -> dict[str, tuple[int, ...]]:
    """Name and shape of every array that the forward pass needs."""
    gates, both = 4 * config.hidden, 2 * config.hidden
    shapes: dict[str, tuple[int, ...]] = {
        "feature_mean": (config.features.size,),
        "feature_std": (config.features.size,),
    }
    for layer in range(config.layers):
        width = config.features.size if layer == 0 else both
        for direction in ("forward_lstm", "backward_lstm"):
            prefix = f"layers.{layer}.{direction}"
            shapes[f"{prefix}.weight_ih_l0"] = (gates, width)
            shapes[f"{prefix}.weight_hh_l0"] = (gates, config.hidden)
            shapes[f"{prefix}.bias_ih_l0"] = (gates,)
            shapes[f"{prefix}.bias_hh_l0"] = (gates,)
    shapes["attention.query.weight"] = (config.attention, both)
    shapes["attention.query.bias"] = (config.attention,)
    shapes["attention.key.weight"] = (config.attention, both)
    shapes["attention.score"] = (config.attention,)
    shapes["attention.offset"] = (2 * config.reach + 1,)
    shapes["output.weight"] = (len(config.channels), 2 * both)
    shapes["output.bias"] = (len(config.channels),)
    return shapes
