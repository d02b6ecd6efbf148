"""The training loop: seeded, resumable, logged to a text file and to TensorBoard."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from model.network import AttentionBiLSTM
from model.weights_file import load_weights, save_weights
from tools.data.phones import PHONES

from .batches import Batch, BatchMaker
from .checkpoint import Checkpoint
from .config import TrainConfig
from .losses import contact_loss, lip_contact, opening_loss, phone_loss, smooth_loss, target_loss
from .run_log import RunLog
from .targets import UNKNOWN

_SAVE_EVERY = 100
_VALIDATE_EVERY = 500
_VALIDATION_BATCHES = 4


class Trainee(nn.Module):
    """The network and the phone head that only training needs."""

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        network = config.network
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


@dataclass(frozen=True)
class Machine:
    """What a run runs on.

    Attributes:
        device: torch's name of it; CUDA trains in bfloat16 where the card can.
        workers: processes that make batches; 0 makes them in this one.
    """

    device: str = "cpu"
    workers: int = 0


def train(
    config: TrainConfig,
    maker: BatchMaker,
    folder: Path,
    machine: Machine,
    start: Path | None = None,
    held_out: BatchMaker | None = None,
) -> Path:
    """Trains to config.steps, resuming from ``folder``; returns the exported weights file.

    Args:
        config: the experiment.
        maker: its batches.
        folder: gets checkpoint, log and weights.
        machine: device and processes.
        start: what a new run begins with (fine-tuning): a run's checkpoint.pt, or a weights file,
            whose phone head then starts at random.
        held_out: batches that are only looked at, every few hundred steps.
    """
    torch.manual_seed(config.seed)
    folder.mkdir(parents=True, exist_ok=True)
    trainee = _new_trainee(config, maker, start).to(machine.device)
    origin = [p.detach().clone() for p in trainee.network.parameters()] if config.pull else []
    optimiser = torch.optim.AdamW(trainee.parameters(), config.learning_rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.learning_rate, total_steps=config.steps + 1, pct_start=0.05,
        final_div_factor=200,
    )  # fmt: skip
    checkpoint = Checkpoint(
        folder / "checkpoint.pt",
        {"trainee": trainee, "optimiser": optimiser, "schedule": schedule},
    )
    first = checkpoint.load(machine.device)
    batches = DataLoader(
        maker, batch_size=None, sampler=range(first, config.steps), num_workers=machine.workers,
        collate_fn=_as_is, prefetch_factor=4 if machine.workers else None,
    )  # fmt: skip
    mixed = machine.device.startswith("cuda") and torch.cuda.is_bf16_supported()
    with RunLog(folder) as log:
        for step, batch in enumerate(batches, first):
            torch.manual_seed(config.seed + step)  # dropout is the same after a resume
            wide = step < config.wide_share * config.steps
            trainee.set_block(config.wide_block if wide else config.network.block)
            trainee.train()
            with torch.autocast(machine.device.split(":")[0], torch.bfloat16, enabled=mixed):
                losses = _losses(trainee, batch, config, machine.device)
            optimiser.zero_grad()
            losses["total"].backward()
            nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
            optimiser.step()
            _pull_back(trainee, origin, config.pull * schedule.get_last_lr()[0])
            schedule.step()
            log.add(step + 1, losses)
            if held_out is not None and (step + 1) % _VALIDATE_EVERY == 0:
                log.show("held out", step + 1, _validate(trainee, held_out, config, machine.device))
            if (step + 1) % _SAVE_EVERY == 0 or step + 1 == config.steps:
                checkpoint.save(step + 1)
    return export(trainee, config, folder)


def export(trainee: Trainee, config: TrainConfig, folder: Path) -> Path:
    """Writes the network as a weights file for every runtime."""
    arrays = {k: v.cpu().numpy() for k, v in trainee.network.state_dict().items()}
    path = folder / "attention_bilstm.npz"
    save_weights(path, config.network, arrays)
    return path


def _new_trainee(config: TrainConfig, maker: BatchMaker, start: Path | None) -> Trainee:
    trainee = Trainee(config)
    if start is None:
        mean, std = maker.feature_statistics(8)
        trainee.network.feature_mean.copy_(torch.from_numpy(mean))
        trainee.network.feature_std.copy_(torch.from_numpy(std))
    elif start.suffix == ".npz":
        _, arrays = load_weights(start)
        trainee.network.load_state_dict({k: torch.from_numpy(v) for k, v in arrays.items()})
    else:
        saved = torch.load(start, map_location="cpu", weights_only=True)
        trainee.load_state_dict(saved["trainee"])
    return trainee


@torch.no_grad()
def _pull_back(trainee: Trainee, origin: list[torch.Tensor], share: float) -> None:
    """Moves the network's parameters by a share of their way back to ``origin``, if there is one.

    Decoupled from the gradient, after X. Li et al., "Explicit Inductive Bias for Transfer
    Learning", 2018, whose penalty is on the squared distance.
    """
    for parameter, start in zip(trainee.network.parameters(), origin, strict=False):
        parameter.lerp_(start, share)


@torch.no_grad()
def _validate(
    trainee: Trainee, maker: BatchMaker, config: TrainConfig, device: str
) -> dict[str, float]:
    trainee.eval()
    rows = [_losses(trainee, maker[step], config, device) for step in range(_VALIDATION_BATCHES)]
    return {name: float(np.mean([float(row[name]) for row in rows])) for name in rows[0]}


def _as_is(batch: Batch) -> Batch:
    return batch


def _losses(
    trainee: Trainee, batch: Batch, config: TrainConfig, device: str
) -> dict[str, torch.Tensor]:
    steps, target, phones, known = (
        torch.from_numpy(np.ascontiguousarray(part)).to(device)
        for part in (batch.steps, batch.raw, batch.phones, batch.known)
    )
    network = trainee.network
    joined, _ = network.encode(steps, network.initial_state(len(steps)))
    raw = network.raw(joined).float()
    closure = config.closure_weight * lip_contact(target)
    sealed, sealed_target = network.seal(raw), network.seal(target)
    losses = {
        "target": target_loss(raw, target, known, closure)
        + target_loss(sealed, sealed_target, known, closure),
        "smooth": smooth_loss(sealed, sealed_target, known),
        "opening": opening_loss(sealed, sealed_target, known),
        "contact": _contact(raw, target, known),
        "phone": phone_loss(trainee.phone_logits(joined).float(), phones, UNKNOWN),
    }
    losses["total"] = (
        losses["target"]
        + config.smooth_weight * losses["smooth"]
        + config.opening_weight * losses["opening"]
        + config.contact_weight * losses["contact"]
        + config.phone_weight * losses["phone"]
    )
    return losses


def _contact(raw: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    with torch.autocast(raw.device.type, enabled=False):  # cross entropy of shares needs float32
        return contact_loss(raw, target, known)
