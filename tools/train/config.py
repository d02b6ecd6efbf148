"""One experiment's settings, read from a TOML file."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from model.audio_features import FeatureConfig
from model.network_config import NetworkConfig


@dataclass(frozen=True)
class TrainConfig:
    """What a run does.

    Attributes:
        seed: fixes weights, the order of the data and the augmentation.
        steps: optimiser steps.
        batch: crops per step.
        seconds: length of a crop.
        learning_rate: peak of the one-cycle schedule.
        wide_block, wide_share: the first share of the steps trains with a longer block (in network
            steps), which is cheaper; the rest with the network's own.
        phone_weight: weight of the auxiliary phone classification.
        closure_weight: extra weight of mouth channels while the lips touch.
        smooth_weight: weight of the smooth loss (velocity).
        opening_weight: weight of the lip opening's own error.
        dropout: share of hidden units left out while training.
        noise_share: share of crops that hold no speech and must leave the face at rest.
        corpora: share of speech crops by corpus name.
    """

    seed: int
    steps: int
    batch: int
    seconds: float
    learning_rate: float
    wide_block: int
    wide_share: float
    phone_weight: float
    closure_weight: float
    smooth_weight: float
    opening_weight: float
    dropout: float
    noise_share: float
    corpora: dict[str, float]
    network: NetworkConfig = field(default_factory=NetworkConfig)


def read_config(path: Path) -> TrainConfig:
    """Reads one TOML file. Raises TypeError for unknown keys, OSError for a missing file."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    features = FeatureConfig(**data.pop("features", {}))
    network = NetworkConfig(features=features, **data.pop("network", {}))
    return TrainConfig(network=network, **data)
