"""A run's losses: printed, in log.jsonl, in TensorBoard and as a picture."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch
from torch.utils.tensorboard import SummaryWriter

_EVERY = 20  # steps between lines


class RunLog:
    """Means of the losses over every few steps."""

    def __init__(self, folder: Path) -> None:
        self._lines = (folder / "log.jsonl").open("a", encoding="utf-8")
        self._board = SummaryWriter(folder / "tensorboard")
        self._started = time.monotonic()
        self._sums: dict[str, float] = {}

    def close(self) -> None:
        """Closes its files."""
        self._lines.close()
        self._board.close()

    def add(self, step: int, losses: Mapping[str, torch.Tensor]) -> None:
        """Adds one step's losses; every few steps their means are written."""
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + float(value.detach()) / _EVERY
        if step % _EVERY:
            return
        seconds = round(time.monotonic() - self._started, 1)
        row = {"step": step, "seconds": seconds, **self._sums}
        self._lines.write(json.dumps(row) + "\n")
        self._lines.flush()
        print(" ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
        self.write("train", step, self._sums)
        self._sums = {}

    def write(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """Writes values to TensorBoard, and those that are not of training to the text file."""
        if group != "train":
            row = {"group": group, "step": step, **values}
            self._lines.write(json.dumps(row) + "\n")
            print(" ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        for name, value in values.items():
            self._board.add_scalar(f"{group}/{name}", value, step)


def plot_losses(folder: Path) -> Path:
    """Draws log.jsonl of a run as losses.png."""
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    rows = [row for row in rows if "group" not in row]
    last = rows[-1] if rows else {"total": 0.0}  # a run of a few steps has no mean to show
    names = [name for name in last if name not in ("step", "seconds")]
    figure, axes = plt.subplots(1, len(names), figsize=(3.6 * len(names), 3.2), squeeze=False)
    for axis, name in zip(axes[0], names, strict=True):
        axis.plot([row["step"] for row in rows], [row[name] for row in rows])
        axis.set(title=f"{name} loss", xlabel="step", yscale="log")
    figure.tight_layout()
    path = folder / "losses.png"
    figure.savefig(path, dpi=90)
    plt.close(figure)
    return path
