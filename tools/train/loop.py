"""The training loop: seeded, resumable, logged to a text file and to TensorBoard."""

import math
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from .batch_pool import BatchPool
from .batches import Batch, BatchMaker
from .config import TrainConfig
from .run_log import RunLog
from .trainee import Trainee, new_trainee

CHECKPOINT = "checkpoint.pt"
WEIGHTS = "attention_bilstm.npz"

_SAVE_EVERY = 100
_VALIDATE_EVERY = 500
_VALIDATION_BATCHES = 4


@dataclass(frozen=True)
class Machine:
    """The hardware of a run.

    Attributes:
        device: torch's name of it. CUDA trains in bfloat16 where the card can, a CPU where it has
            AMX, which halves a step.
        workers: processes that make batches; 0 makes them in this one.
    """

    device: str = "cpu"
    workers: int = 0

    @property
    def has_bfloat16(self) -> bool:
        """Whether products in bfloat16 are faster here than in float32."""
        if self.device.startswith("cuda"):
            return torch.cuda.is_bf16_supported()
        return self.device == "cpu" and torch.cpu.get_capabilities().get("amx_bf16", False)


def learning_rate(step: int, config: TrainConfig) -> float:
    """The rate of a step: a rise, a constant part, and half a cosine down to nothing."""
    rise = min(1.0, (step + 1) / config.warm_up)
    left = min(1.0, (config.steps - step) / config.finish) if config.finish else 1.0
    return config.learning_rate * rise * 0.5 * (1.0 - math.cos(math.pi * left))


def has_wide_block(step: int, config: TrainConfig) -> bool:
    """Whether a step trains with the longer block."""
    narrow = config.narrow_every and step % config.narrow_every == config.narrow_every - 1
    return not narrow and step < config.wide_share * config.steps


def branch_to_finish(config: TrainConfig, folder: Path, steps: int) -> tuple[TrainConfig, Path]:
    """An experiment that winds a run up in so many steps, and its folder beside the run's files.

    The rate falls to nothing, and the second half has the network's own block. The run's checkpoint
    is copied, so that the run itself can go on as if it had not been wound up.
    """
    checkpoint = folder / CHECKPOINT
    if not checkpoint.is_file():
        raise FileNotFoundError(f"There is no run to wind up: {checkpoint} is missing.")
    done = torch.load(checkpoint, map_location="cpu", weights_only=True)["step"]
    branch = folder / f"finish_{done}"
    branch.mkdir(exist_ok=True)
    if not (branch / CHECKPOINT).is_file():
        shutil.copyfile(checkpoint, branch / CHECKPOINT)
    total = done + steps
    wide = (done + steps // 2) / total
    return replace(config, steps=total, finish=steps, wide_share=wide), branch


def train(
    config: TrainConfig,
    batches: BatchMaker | BatchPool,
    folder: Path,
    machine: Machine,
    start: Path | None = None,
    held_out: BatchMaker | BatchPool | None = None,
) -> Path:
    """Trains to config.steps, resuming from ``folder``; returns the exported weights file.

    Args:
        config: the experiment.
        batches: the batch of each step.
        folder: gets checkpoint, log and weights, the latter with each checkpoint.
        machine: device and processes.
        start: what a new run begins with (fine-tuning): a run's checkpoint.pt, or a weights file,
            whose phone head then starts at random.
        held_out: batches that are only looked at, every few hundred steps.
    """
    torch.manual_seed(config.seed)
    folder.mkdir(parents=True, exist_ok=True)
    trainee = new_trainee(config, batches, start).to(machine.device)
    run = _Run(trainee, machine, folder)
    first = run.resume()
    loader = DataLoader(
        batches, batch_size=None, sampler=range(first, config.steps), num_workers=machine.workers,
        prefetch_factor=12 if machine.workers else None,
    )  # fmt: skip
    with closing(RunLog(folder)) as log:
        for done, batch in enumerate(loader, first + 1):
            log.add(done, run.step(done - 1, batch))
            if held_out is not None and done % _VALIDATE_EVERY == 0:
                log.write("held out", done, run.validate(held_out))
            if done % _SAVE_EVERY == 0 or done == config.steps:
                run.save(done)
    return run.export()


class _Run:
    """A trainee, its optimiser and the mean of its weights, and the checkpoint that keeps them."""

    def __init__(self, trainee: Trainee, machine: Machine, folder: Path) -> None:
        config = trainee.config
        self._trainee, self._config = trainee, config
        self._device, self._mixed = machine.device, machine.has_bfloat16
        self._checkpoint, self._weights = folder / CHECKPOINT, folder / WEIGHTS
        self._parameters = list(trainee.network.parameters())
        self._origin = [p.detach().clone() for p in self._parameters] if config.pull else []
        self._mean = [p.detach().clone() for p in self._parameters]
        self._optimiser = torch.optim.AdamW(
            trainee.parameters(), config.learning_rate, weight_decay=1e-2, fused=True
        )
        self._parts = {"trainee": trainee, "optimiser": self._optimiser}

    def resume(self) -> int:
        """Goes back to the checkpoint; the number of steps done by then, 0 without a file."""
        if not self._checkpoint.is_file():
            return 0
        saved = torch.load(self._checkpoint, map_location=self._device, weights_only=True)
        for name, part in self._parts.items():
            part.load_state_dict(saved[name])
        self._mean = saved["mean"]
        return saved["step"]

    def save(self, done: int) -> None:
        """Replaces the checkpoint in one step: a kill leaves the old file or the new one."""
        partial = self._checkpoint.with_suffix(".part")
        state = {name: part.state_dict() for name, part in self._parts.items()}
        torch.save({**state, "mean": self._mean, "step": done}, partial)
        partial.replace(self._checkpoint)
        self.export()

    def export(self) -> Path:
        """Writes the mean weights as a weights file for every runtime."""
        partial = self._weights.with_suffix(".part.npz")
        with self._mean_weights():
            self._trainee.export(partial)
        return partial.replace(self._weights)

    def step(self, step: int, batch: Batch) -> dict[str, torch.Tensor]:
        """Takes one optimiser step; returns its losses."""
        config, trainee = self._config, self._trainee
        torch.manual_seed(config.seed + step)  # dropout is the same after a resume
        wide = has_wide_block(step, config)
        trainee.set_block(config.wide_block if wide else config.network.block)
        trainee.train()
        losses = self._losses(batch)
        rate = learning_rate(step, config)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._optimiser.zero_grad()
        losses["total"].backward()
        nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
        self._optimiser.step()
        self._pull_back(config.pull * rate)
        with torch.no_grad():
            torch._foreach_lerp_(self._mean, self._parameters, 1.0 - config.averaging)
        return losses

    @torch.no_grad()
    def _pull_back(self, share: float) -> None:
        """Moves the network's parameters by a share of their way back to where the run began.

        Decoupled from the gradient, after X. Li et al., "Explicit Inductive Bias for Transfer
        Learning", 2018, whose penalty is on the squared distance. Does nothing without a pull.
        """
        for parameter, start in zip(self._parameters, self._origin, strict=False):
            parameter.lerp_(start, share)

    @torch.no_grad()
    def validate(self, held_out: BatchMaker | BatchPool) -> dict[str, float]:
        """Mean losses of the mean weights over the first few batches held out."""
        self._trainee.eval()
        self._trainee.set_block(self._config.network.block)
        with self._mean_weights():
            rows = [self._losses(held_out[step]) for step in range(_VALIDATION_BATCHES)]
        return {name: float(np.mean([float(row[name]) for row in rows])) for name in rows[0]}

    def _losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        with torch.autocast(self._device.split(":")[0], torch.bfloat16, enabled=self._mixed):
            return self._trainee.losses(batch)

    @contextmanager
    def _mean_weights(self) -> Iterator[None]:
        """Lends the network its mean weights, after B. Polyak and A. Juditsky 1992."""
        own = [parameter.data for parameter in self._parameters]
        for parameter, mean in zip(self._parameters, self._mean, strict=True):
            parameter.data = mean
        try:
            yield
        finally:
            for parameter, value in zip(self._parameters, own, strict=True):
                parameter.data = value
