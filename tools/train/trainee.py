"""The network with the phone head that only training needs, and its losses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from model.network import AttentionBiLSTM
from model.weights_file import load_weights, save_weights
from tools.data.phones import PHONES

from .batches import Batch, BatchMaker
from .config import TrainConfig
from .losses import contact_loss, lip_contact, opening_loss, phone_loss, smooth_loss, target_loss
from .targets import UNKNOWN


class Trainee(nn.Module):
    """A network of random weights, its face at rest, and a phone head over its joined states."""

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        network = config.network
        self.config = config
        self.network = AttentionBiLSTM(network)
        self.network.dropout.p = config.dropout
        self.phone_head = nn.Linear(network.joined_size, network.stride * len(PHONES))
        nn.init.constant_(self.network.output.bias, -2.5)  # a face at rest

    def set_block(self, block: int) -> None:
        """Trains with another block length; no parameter depends on it."""
        network = self.network
        network.config = replace(network.config, block=block)
        if network.attention is not None:
            network.attention.config = network.config
        for layer in network.layers:
            layer.block = block

    def phone_logits(self, joined: torch.Tensor) -> torch.Tensor:
        """Logits [B, T, P] of joined states [B, T / stride, J]."""
        stride = self.network.config.stride
        return self.phone_head(joined).unflatten(-1, (stride, len(PHONES))).flatten(1, 2)

    def losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Each loss of one batch, and their weighted sum as "total"."""
        config, network = self.config, self.network
        steps, target, phones, known = (
            torch.from_numpy(np.ascontiguousarray(part)).to(self.phone_head.weight.device)
            for part in (batch.steps, batch.raw, batch.phones, batch.known)
        )
        joined, _ = network.encode(steps, network.initial_state(len(steps)))
        raw = network.raw(joined).float()
        closure = config.closure_weight * lip_contact(target)
        sealed, sealed_target = network.seal(raw), network.seal(target)
        losses = {
            "target": target_loss(raw, target, known, closure)
            + target_loss(sealed, sealed_target, known, closure),
            "smooth": smooth_loss(sealed, sealed_target, known),
            "opening": opening_loss(sealed, sealed_target, known),
            "contact": contact_loss(raw, target, known),
            "phone": phone_loss(self.phone_logits(joined).float(), phones, UNKNOWN),
        }
        losses["total"] = (
            losses["target"]
            + config.smooth_weight * losses["smooth"]
            + config.opening_weight * losses["opening"]
            + config.contact_weight * losses["contact"]
            + config.phone_weight * losses["phone"]
        )
        return losses

    def export(self, path: Path) -> Path:
        """Writes the network as a weights file for every runtime."""
        arrays = {name: value.cpu().numpy() for name, value in self.network.state_dict().items()}
        save_weights(path, self.config.network, arrays)
        return path


def new_trainee(config: TrainConfig, maker: BatchMaker, start: Path | None) -> Trainee:
    """A trainee to begin with.

    Args:
        config: the experiment.
        maker: its batches, whose features' statistics a network from random weights keeps.
        start: None, a run's checkpoint.pt, or a weights file, whose phone head is random.
    """
    trainee = Trainee(config)
    if start is None:
        mean, std = maker.feature_statistics(8)
        trainee.network.feature_mean.copy_(torch.from_numpy(mean))
        trainee.network.feature_std.copy_(torch.from_numpy(std))
    elif start.suffix == ".npz":
        _, arrays = load_weights(start)
        trainee.network.load_state_dict({k: torch.from_numpy(v) for k, v in arrays.items()})
    else:
        load_trainee(trainee, start)
    return trainee


def load_trainee(trainee: Trainee, checkpoint: Path) -> None:
    """Gives a trainee the weights of a run's checkpoint.pt."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    trainee.load_state_dict(saved["trainee"])
