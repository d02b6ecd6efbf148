"""What a run says of itself: lines on the screen and in log.jsonl, curves in TensorBoard."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import torch
from torch.utils.tensorboard import SummaryWriter

_EVERY = 20  # steps between lines


class RunLog:
    """Means of the losses over every few steps. A context manager: it closes its files."""

    def __init__(self, folder: Path) -> None:
        self._lines = (folder / "log.jsonl").open("a", encoding="utf-8")
        self._board = SummaryWriter(folder / "tensorboard")
        self._started = time.monotonic()
        self._sums: dict[str, float] = {}

    def __enter__(self) -> "RunLog":
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()
        self._board.close()

    def add(self, step: int, losses: Mapping[str, torch.Tensor]) -> None:
        """Takes in one step's losses, and writes a line when it is time."""
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + float(value.detach()) / _EVERY
        if step % _EVERY:
            return
        seconds = round(time.monotonic() - self._started, 1)
        row = {"step": step, "seconds": seconds, **self._sums}
        self._lines.write(json.dumps(row) + "\n")
        self._lines.flush()
        print(" ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
        self.show("train", step, self._sums)
        self._sums = {}

    def show(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """Puts values into TensorBoard."""
        for name, value in values.items():
            self._board.add_scalar(f"{group}/{name}", value, step)
