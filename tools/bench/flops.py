"""Arithmetic of the network, counted from its configuration alone."""

from model.framing import SAMPLE_RATE, frame_count
from model.network_config import NetworkConfig

_MULTIPLY_ADD = 2


def block_flops(config: NetworkConfig) -> int:
    """Floating-point operations of the matrix products for one block of output.

    A multiply and an add are two. Each block runs over its own steps and its right context, as the
    latency-controlled form asks. Element-wise work (gates, softmax, the output stage) is left out:
    it is under two hundredths of the products.
    """
    gates, state, directions = 4 * config.hidden, config.state_size, 1 + config.bidirectional
    products = 0
    for layer in range(config.layers):
        width = config.input_size if layer == 0 else state
        products += directions * config.window * gates * (width + config.hidden)
    if config.attention:
        around = config.reach + config.window
        products += (around + config.block) * config.attention * state
        near = sum(_near(config, row) for row in range(config.block))
        products += near * (config.attention + state)
    products += config.block * config.joined_size * config.stride * len(config.channels)
    return _MULTIPLY_ADD * products


def sound_flops(config: NetworkConfig, seconds: float) -> int:
    """Operations of the network on so many seconds of sound."""
    return blocks(config, seconds) * block_flops(config)


def blocks(config: NetworkConfig, seconds: float) -> int:
    """Blocks of output for so many seconds of sound."""
    return -(-frame_count(round(seconds * SAMPLE_RATE)) // config.block_frames)


def dependent_steps(config: NetworkConfig, seconds: float) -> int:
    """Steps that each wait for the one before: the carried forward states of all layers, if these
    run one after the other. However many units a card has, it takes them in turn."""
    return config.layers * config.block * blocks(config, seconds)


def _near(config: NetworkConfig, row: int) -> int:
    """Steps that attention sees from one row of a block."""
    return min(2 * config.reach + 1, config.reach + config.window - row)
