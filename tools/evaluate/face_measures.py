"""What a face does as a whole, read off its ARKit channels [T, 52] in ARKIT_52 order."""

import numpy as np

from model.channels import ARKIT_52, BROWS

_COLUMN = {name: index for index, name in enumerate(ARKIT_52)}


def brow_raise(values: np.ndarray) -> np.ndarray:
    """How far the brows are up [T]: the mean of inner and outer raise minus that of lowering."""
    outer = (column(values, "browOuterUpLeft") + column(values, "browOuterUpRight")) / 2
    down = (column(values, "browDownLeft") + column(values, "browDownRight")) / 2
    return (column(values, "browInnerUp") + outer) / 2 - down


def brow_departure(values: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Mean absolute departure [T] of the five brow channels from a face at rest [52]."""
    columns = [_COLUMN[name] for name in BROWS]
    return np.abs(values[:, columns] - rest[columns]).mean(1)


def cheek_raise(values: np.ndarray) -> np.ndarray:
    """Mean [T] of both cheekSquint channels."""
    return (column(values, "cheekSquintLeft") + column(values, "cheekSquintRight")) / 2


def column(values: np.ndarray, name: str) -> np.ndarray:
    """One channel [T]."""
    return values[:, _COLUMN[name]]
