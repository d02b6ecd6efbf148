"""The training loop: seeded, resumable, one log line at a time."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from model.network import AttentionBiLSTM
from model.weights_file import save_weights
from tools.data.phones import PHONES

from .batches import Batch, BatchMaker
from .config import TrainConfig
from .losses import lip_contact, phone_loss, seal_loss, smooth_loss, target_loss
from .targets import UNKNOWN

_EVERY = 20  # steps between log lines
_SAVE_EVERY = 100


class Trainee(nn.Module):
    """The network and the phone head that only training needs."""

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        self.network = AttentionBiLSTM(config.network)
        self.phone_head = nn.Linear(4 * config.network.hidden, len(PHONES))
        nn.init.constant_(self.network.output.bias, -2.5)  # a face at rest

    def set_block(self, block: int) -> None:
        """Trains with another block length; no parameter depends on it."""
        network = self.network
        network.config = replace(network.config, block=block)
        network.attention.config = network.config
        for layer in network.layers:
            layer.block = block


def train(
    config: TrainConfig,
    maker: BatchMaker,
    folder: Path,
    device: str,
    start_from: Path | None = None,
) -> Path:
    """Trains to config.steps, resuming from ``folder``; returns the exported weights file.

    ``start_from`` is another run's checkpoint whose weights a new run begins with (fine-tuning).
    """
    torch.manual_seed(config.seed)
    folder.mkdir(parents=True, exist_ok=True)
    trainee = Trainee(config)
    mean, std = maker.feature_statistics(8)
    trainee.network.feature_mean.copy_(torch.from_numpy(mean))
    trainee.network.feature_std.copy_(torch.from_numpy(std))
    if start_from is not None:
        saved = torch.load(start_from, map_location="cpu", weights_only=True)
        trainee.load_state_dict(saved["trainee"])
    trainee.to(device)
    optimiser = torch.optim.AdamW(trainee.parameters(), config.learning_rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.learning_rate, total_steps=config.steps + 1, pct_start=0.05,
        final_div_factor=200,
    )  # fmt: skip
    checkpoint = folder / "checkpoint.pt"
    first = 0
    if checkpoint.is_file():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        trainee.load_state_dict(saved["trainee"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        first = saved["step"]

    def save(step: int) -> None:
        state = {
            "trainee": trainee.state_dict(), "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(), "step": step,
        }  # fmt: skip
        partial = checkpoint.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(checkpoint)

    started, sums = time.time(), {}
    with ThreadPoolExecutor(1) as worker, (folder / "log.jsonl").open("a") as log:
        upcoming = worker.submit(maker.batch, first)
        for step in range(first, config.steps):
            batch = upcoming.result()
            upcoming = worker.submit(maker.batch, step + 1)
            wide = step < config.wide_share * config.steps
            trainee.set_block(config.wide_block if wide else config.network.block)
            losses = _losses(trainee, batch, config, device)
            optimiser.zero_grad()
            losses["total"].backward()
            nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach()) / _EVERY
            if (step + 1) % _EVERY == 0:
                row = {"step": step + 1, "seconds": round(time.time() - started, 1), **sums}
                log.write(json.dumps(row) + "\n")
                log.flush()
                print(" ".join(f"{k} {v:.4g}" for k, v in row.items()), flush=True)
                sums = {}
            if (step + 1) % _SAVE_EVERY == 0 or step + 1 == config.steps:
                save(step + 1)
    return export(trainee, config, folder)


def export(trainee: Trainee, config: TrainConfig, folder: Path) -> Path:
    """Writes the network as a weights file for every runtime."""
    arrays = {k: v.cpu().numpy() for k, v in trainee.network.state_dict().items()}
    path = folder / "attention_bilstm.npz"
    save_weights(path, config.network, arrays)
    return path


def _losses(
    trainee: Trainee, batch: Batch, config: TrainConfig, device: str
) -> dict[str, torch.Tensor]:
    features, target, phones, known = (
        torch.from_numpy(np.ascontiguousarray(part)).to(device)
        for part in (batch.features, batch.raw, batch.phones, batch.known)
    )
    network = trainee.network
    joined, _ = network.encode(features, network.initial_state(len(features)))
    raw = network.raw(joined)
    closure = config.closure_weight * lip_contact(target)
    sealed, sealed_target = network.seal(raw), network.seal(target)
    losses = {
        "target": target_loss(raw, target, known, closure)
        + target_loss(sealed, sealed_target, known, closure),
        "smooth": smooth_loss(sealed, sealed_target, known),
        "seal": seal_loss(raw, target, known),
        "phone": phone_loss(trainee.phone_head(joined), phones, UNKNOWN),
    }
    losses["total"] = (
        losses["target"]
        + config.smooth_weight * losses["smooth"]
        + 0.1 * losses["seal"]
        + config.phone_weight * losses["phone"]
    )
    return losses
