"""One experiment's settings, read from a TOML file."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from model.features import FeatureConfig
from model.network_config import NetworkConfig


@dataclass(frozen=True)
class TrainConfig:
    """The settings of a run.

    Attributes:
        seed: fixes weights, the order of the data and the augmentation.
        steps: optimiser steps.
        batch: crops per step.
        seconds: length of a crop.
        learning_rate: highest rate, reached after ``warm_up`` steps.
        wide_block, wide_share: the first share of the steps trains with a longer block (in network
            steps), which is cheaper; the rest with the network's own.
        phone_weight: weight of the auxiliary phone classification.
        closure_weight: extra weight of mouth channels while the lips touch.
        smooth_weight: weight of the smooth loss (velocity).
        opening_weight: weight of the lip opening's own error.
        contact_weight: weight of the cross entropy of the lips' contacts.
        dropout: share of hidden units left out while training.
        noise_share: share of crops that hold no speech and must leave the face at rest.
        corpora: share of speech crops by corpus name.
        pull: how strongly each step draws the weights back to where the run began, as a factor of
            its learning rate (fine-tuning).
        keep_unknown: channels missing from a capture are trained towards the outputs of the
            network that the run begins with (fine-tuning); else they are left free.
        only_phone_head: the network stays as it is and its phone head alone learns.
        warm_up: steps in which the rate rises.
        finish: last steps, in which the rate falls to nothing; 0 leaves it for --finish.
        narrow_every: of the wide steps each so-manieth has the network's own block; 0 for none.
        reuse: steps that each batch serves (batch_pool).
        spread_weight: weight of the spread loss.
        averaging: share of the past in the mean weights, which are what is exported; 0 for none.
        grow: a weights file that a run begins with is put into a network of this configuration's
            sizes; else its own sizes count.
        half_precision: the weights file's matrices have 16 bits.
        phone_emphasis: factor of the contact loss by phone (IPA).
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
    contact_weight: float
    dropout: float
    noise_share: float
    corpora: dict[str, float]
    network: NetworkConfig = field(default_factory=NetworkConfig)
    pull: float = 0.0
    keep_unknown: bool = False
    only_phone_head: bool = False
    warm_up: int = 1
    finish: int = 0
    narrow_every: int = 0
    reuse: int = 1
    spread_weight: float = 0.0
    averaging: float = 0.0
    grow: bool = False
    half_precision: bool = False
    phone_emphasis: dict[str, float] = field(default_factory=dict)


def read_config(path: Path) -> TrainConfig:
    """Reads one TOML file.

    ``extends = "other.toml"`` takes the missing settings from another file beside it.

    Raises:
        TypeError: an unknown or a missing key.
        OSError: a missing file.
    """
    data = _read(path)
    features = FeatureConfig(**data.pop("features", {}))
    network = NetworkConfig(features=features, **data.pop("network", {}))
    return TrainConfig(network=network, **data)


def _read(path: Path) -> dict:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    base = data.pop("extends", None)
    if base is None:
        return data
    merged = _read(path.parent / base)
    for key, value in data.items():
        merged[key] = merged.get(key, {}) | value if isinstance(value, dict) else value
    return merged
