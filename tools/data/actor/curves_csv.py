"""CSV with seconds and channels, as ``python -m model predict`` writes it: ``t,jawOpen,…``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .track import ActorError, Track, checked


def read_curves_csv(path: Path) -> Track:
    """Reads one file; an empty cell is unknown. Raises `ActorError` where it is another."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            names = [name.strip() for name in file.readline().split(",")]
            table = np.genfromtxt(file, np.float64, delimiter=",", ndmin=2)
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise ActorError(f"{path} has rows that do not fit its header ({reason}).") from error
    if names[0] not in ("t", "time") or table.shape[1:] != (len(names),) or not len(table):
        raise ActorError(
            f'{path} is neither a Live Link Face take nor a CSV with "t" in seconds and channels.'
        )
    with np.errstate(over="ignore"):
        values = table[:, 1:].astype(np.float32)
    return checked(Track(table[:, 0], tuple(names[1:]), values), path)
