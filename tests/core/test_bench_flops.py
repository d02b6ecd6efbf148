"""The count of the network's arithmetic, against the sizes of its arrays."""

from dataclasses import replace
from math import prod

import pytest

from model.network_config import NetworkConfig, array_shapes
from tools.bench.cards import CARDS
from tools.bench.figures import Figures, Row
from tools.bench.flops import block_flops, blocks, dependent_steps, sound_flops
from tools.bench.graphics import gpu_speed

CONFIG = NetworkConfig(hidden=8, attention=4, reach=3, block=2, right=1)


@pytest.mark.parametrize(
    "config",
    [CONFIG, replace(CONFIG, attention=0), replace(CONFIG, bidirectional=False, layers=1)],
)
def test_a_matrix_costs_two_operations_for_each_weight_and_step(config: NetworkConfig) -> None:
    sizes = {name: prod(shape) for name, shape in array_shapes(config).items()}
    steps = {".weight_ih": config.window, ".weight_hh": config.window, "output.w": config.block}
    steps |= {"query.w": config.block, "key.w": config.reach + config.window}
    products = sum(
        size * count for name, size in sizes.items() for end, count in steps.items() if end in name
    )
    if config.attention:
        # Row 0 sees steps 0 to 5, row 1 steps 1 to 5: what lies further left is out of reach.
        products += (6 + 5) * (config.attention + config.state_size)
    assert block_flops(config) == 2 * products


def test_sound_costs_whole_blocks() -> None:
    # Blocks of two steps of two frames of 10 ms.
    assert blocks(CONFIG, 0.04) == 1
    assert blocks(CONFIG, 0.05) == 2
    assert sound_flops(CONFIG, 0.05) == 2 * block_flops(CONFIG)
    assert dependent_steps(CONFIG, 0.08) == 2 * 2 * 2


def test_a_gpu_is_set_against_its_card() -> None:
    values = {"wall": 2.0, "card": "NVIDIA H200", "card_memory": 7, "tf32": False}
    figures = Figures({}, [Row("cuda", 5.0, values | {"wall": 9.0}), Row("cuda", 60.0, values)])
    speed = gpu_speed(figures, CONFIG)
    assert speed.times_real_time == 30.0
    assert speed.rate == sound_flops(CONFIG, 60.0) / 2.0
    assert speed.share == pytest.approx(speed.rate / CARDS["NVIDIA H200"].fp32)
    assert replace(speed, tf32=True).share < speed.share
    assert replace(speed, card="another").share is None
    assert gpu_speed(Figures(), CONFIG) is None
