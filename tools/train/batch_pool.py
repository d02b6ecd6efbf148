"""Batches kept on disk, made once and used by several steps and by several runs."""

import os
from pathlib import Path

import numpy as np

from .batches import Batch, BatchMaker
from .config import TrainConfig

_MOST_FILES = 1500
"""Of one pool, about 3 GB; what lies further back is deleted."""

_LAG = 120  # batches between two uses of one, each use being a turn of the reuse


class BatchPool:
    """``pool[step]`` is the batch of a training step, taken from disk or made and kept there.

    Every batch serves ``config.reuse`` steps, a few hundred steps apart, so that all but one of as
    many steps read theirs. Which batch a step gets follows from its number alone, and a batch from
    its number and the seed: a resumed run, or another that shares the pool, gets the same.
    """

    def __init__(self, maker: BatchMaker, folder: Path) -> None:
        self._maker = maker
        self._folder = folder / maker.fingerprint()
        self._folder.mkdir(parents=True, exist_ok=True)

    def feature_statistics(self, batches: int) -> tuple[np.ndarray, np.ndarray]:
        """See BatchMaker."""
        return self._maker.feature_statistics(batches)

    def __getitem__(self, step: int) -> Batch:
        number = batch_number(step, self._maker.config)
        path = self._path(number)
        if path.is_file():
            return _read(path)
        batch = self._maker[number]
        partial = path.with_suffix(f".{os.getpid()}.part")
        with partial.open("wb") as file:
            _write(file, batch)
        partial.replace(path)
        self._path(number - _MOST_FILES).unlink(missing_ok=True)
        return _read(path)  # halved precision, whether it was there or not

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:07}.npz"


def batch_number(step: int, config: TrainConfig) -> int:
    """The batch of a step: turn j of ``reuse`` is that many lags ahead of turn 0."""
    fresh, turn = divmod(step, config.reuse)
    return fresh + (config.reuse - 1 - turn) * _LAG


def _write(file, batch: Batch) -> None:
    np.savez(
        file, steps=batch.steps.astype(np.float16),
        raw=batch.raw.astype(np.float16), phones=batch.phones.astype(np.int16),
        known=np.packbits(batch.known > 0),
    )  # fmt: skip


def _read(path: Path) -> Batch:
    with np.load(path, allow_pickle=False) as file:
        raw = file["raw"].astype(np.float32)
        known = np.unpackbits(file["known"], count=raw.size).reshape(raw.shape)
        steps, phones = file["steps"].astype(np.float32), file["phones"].astype(np.int64)
        return Batch(steps, raw, phones, known.astype(np.float32))
