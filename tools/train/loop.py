"""The training loop: seeded, resumable, logged to a text file and to TensorBoard."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from .batches import Batch, BatchMaker
from .config import TrainConfig
from .run_log import RunLog
from .trainee import Trainee, new_trainee

_SAVE_EVERY = 100
_VALIDATE_EVERY = 500
_VALIDATION_BATCHES = 4


@dataclass(frozen=True)
class Machine:
    """The hardware of a run.

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
    trainee = new_trainee(config, maker, start).to(machine.device)
    run = _Run(trainee, machine.device, folder / "checkpoint.pt")
    first = run.resume()
    batches = DataLoader(
        maker, batch_size=None, sampler=range(first, config.steps), num_workers=machine.workers,
        prefetch_factor=4 if machine.workers else None,
    )  # fmt: skip
    with closing(RunLog(folder)) as log:
        for done, batch in enumerate(batches, first + 1):
            log.add(done, run.step(done - 1, batch))
            if held_out is not None and done % _VALIDATE_EVERY == 0:
                log.write("held out", done, run.validate(held_out))
            if done % _SAVE_EVERY == 0 or done == config.steps:
                run.save(done)
    return trainee.export(folder / "attention_bilstm.npz")


class _Run:
    """A trainee, its optimiser and schedule, and the checkpoint that keeps the three."""

    def __init__(self, trainee: Trainee, device: str, checkpoint: Path) -> None:
        config = trainee.config
        self._trainee, self._config = trainee, config
        self._device, self._checkpoint = device, checkpoint
        self._mixed = device.startswith("cuda") and torch.cuda.is_bf16_supported()
        parameters = trainee.network.parameters()
        self._origin = [p.detach().clone() for p in parameters] if config.pull else []
        self._optimiser = torch.optim.AdamW(
            trainee.parameters(), config.learning_rate, weight_decay=1e-2
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, config.learning_rate, total_steps=config.steps + 1, pct_start=0.05,
            final_div_factor=200,
        )  # fmt: skip
        self._parts = {
            "trainee": trainee, "optimiser": self._optimiser, "schedule": self._schedule
        }  # fmt: skip

    def resume(self) -> int:
        """Goes back to the checkpoint; the number of steps done by then, 0 without a file."""
        if not self._checkpoint.is_file():
            return 0
        saved = torch.load(self._checkpoint, map_location=self._device, weights_only=True)
        for name, part in self._parts.items():
            part.load_state_dict(saved[name])
        return saved["step"]

    def save(self, done: int) -> None:
        """Replaces the checkpoint in one step: a kill leaves the old file or the new one."""
        partial = self._checkpoint.with_suffix(".part")
        state = {name: part.state_dict() for name, part in self._parts.items()}
        torch.save({**state, "step": done}, partial)
        partial.replace(self._checkpoint)

    def step(self, step: int, batch: Batch) -> dict[str, torch.Tensor]:
        """Takes one optimiser step; returns its losses."""
        config, trainee = self._config, self._trainee
        torch.manual_seed(config.seed + step)  # dropout is the same after a resume
        wide = step < config.wide_share * config.steps
        trainee.set_block(config.wide_block if wide else config.network.block)
        trainee.train()
        with torch.autocast(self._device.split(":")[0], torch.bfloat16, enabled=self._mixed):
            losses = trainee.losses(batch)
        self._optimiser.zero_grad()
        losses["total"].backward()
        nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
        self._optimiser.step()
        self._pull_back(config.pull * self._schedule.get_last_lr()[0])
        self._schedule.step()
        return losses

    @torch.no_grad()
    def _pull_back(self, share: float) -> None:
        """Moves the network's parameters by a share of their way back to where the run began.

        Decoupled from the gradient, after X. Li et al., "Explicit Inductive Bias for Transfer
        Learning", 2018, whose penalty is on the squared distance. Does nothing without a pull.
        """
        for parameter, start in zip(self._trainee.network.parameters(), self._origin, strict=False):
            parameter.lerp_(start, share)

    @torch.no_grad()
    def validate(self, held_out: BatchMaker) -> dict[str, float]:
        """Mean losses over the first few batches held out."""
        self._trainee.eval()
        rows = [self._trainee.losses(held_out[step]) for step in range(_VALIDATION_BATCHES)]
        return {name: float(np.mean([float(row[name]) for row in rows])) for name in rows[0]}
