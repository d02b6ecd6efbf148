"""A training run that takes a moment, for the tests of training."""

from model.network_config import NetworkConfig
from tools.train.config import TrainConfig

TINY = TrainConfig(
    seed=3, steps=4, batch=2, seconds=0.6, learning_rate=1e-3, wide_block=10, wide_share=0.5,
    phone_weight=0.1, closure_weight=2.0, smooth_weight=1.0, opening_weight=0.5,
    contact_weight=0.1, dropout=0.1, noise_share=0.2,
    corpora={"tiny": 1.0}, network=NetworkConfig(hidden=6, attention=4),
)  # fmt: skip
