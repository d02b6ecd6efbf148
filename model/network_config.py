"""Sizes of the network, shared by training and every runtime."""

from dataclasses import asdict, dataclass, field

from .channels import ARKIT_52
from .features import FeatureConfig


@dataclass(frozen=True)
class NetworkConfig:
    """Shape of an AttentionBiLSTM. Its steps take ``stride`` frames of 10 ms at once.

    Attributes:
        features: of the sound.
        channels: output channel names.
        stride: frames per step.
        hidden: units of each LSTM direction.
        layers: stacked layers.
        bidirectional: False leaves out the backward LSTMs, and with them the look-ahead.
        attention: width of the additive attention's scoring space; 0 leaves attention out.
        reach: attention sees at most this many steps to each side.
        block: steps the backward pass advances by (latency-controlled BiLSTM).
        right: steps of right context after each block.
    """

    features: FeatureConfig = field(default_factory=FeatureConfig)
    channels: tuple[str, ...] = ARKIT_52
    stride: int = 2
    hidden: int = 192
    layers: int = 2
    bidirectional: bool = True
    attention: int = 48
    reach: int = 13
    block: int = 5
    right: int = 6

    @property
    def input_size(self) -> int:
        """Features that one step takes in."""
        return self.stride * self.features.size

    @property
    def state_size(self) -> int:
        """Hidden units of a layer, all directions."""
        return (2 if self.bidirectional else 1) * self.hidden

    @property
    def joined_size(self) -> int:
        """Units that the output layer reads: the hidden state and, with attention, its context."""
        return (2 if self.attention else 1) * self.state_size

    @property
    def window(self) -> int:
        """Steps the backward pass sees for one block."""
        return self.block + self.right

    @property
    def block_frames(self) -> int:
        """Frames of 10 ms that one block puts out."""
        return self.block * self.stride

    @property
    def look_ahead(self) -> int:
        """Most frames after an output frame whose features can influence it."""
        steps = self.block - 1 + self.right if self.bidirectional or self.attention else 0
        return (steps + 1) * self.stride - 1 + self.features.look_ahead

    def to_dict(self) -> dict:
        """Plain values for JSON; ``weights_file.config_from`` reads them."""
        return asdict(self)


def array_shapes(config: NetworkConfig) -> dict[str, tuple[int, ...]]:
    """Name and shape of every array that the forward pass needs."""
    gates, state = 4 * config.hidden, config.state_size
    outputs = config.stride * len(config.channels)
    shapes: dict[str, tuple[int, ...]] = {
        "feature_mean": (config.input_size,),
        "feature_std": (config.input_size,),
    }
    directions = ("forward_lstm", "backward_lstm")[: 2 if config.bidirectional else 1]
    for layer in range(config.layers):
        width = config.input_size if layer == 0 else state
        for direction in directions:
            prefix = f"layers.{layer}.{direction}"
            shapes[f"{prefix}.weight_ih_l0"] = (gates, width)
            shapes[f"{prefix}.weight_hh_l0"] = (gates, config.hidden)
            shapes[f"{prefix}.bias_ih_l0"] = (gates,)
            shapes[f"{prefix}.bias_hh_l0"] = (gates,)
    if config.attention:
        shapes["attention.query.weight"] = (config.attention, state)
        shapes["attention.query.bias"] = (config.attention,)
        shapes["attention.key.weight"] = (config.attention, state)
        shapes["attention.score"] = (config.attention,)
        shapes["attention.offset"] = (2 * config.reach + 1,)
    shapes["output.weight"] = (outputs, config.joined_size)
    shapes["output.bias"] = (outputs,)
    return shapes
