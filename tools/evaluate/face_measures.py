"""What a face does as a whole, read off its ARKit channels [T, 52] in ARKIT_52 order."""

import numpy as np

from model.channels import ARKIT_52, BROWS

_COLUMN = {name: index for index, name in enumerate(ARKIT_52)}

WIDTH_SHARES: dict[str, float] = {
    "mouthSmileLeft": 0.055, "mouthSmileRight": 0.055,
    "mouthStretchLeft": 0.025, "mouthStretchRight": 0.025,
    "mouthDimpleLeft": 0.022, "mouthDimpleRight": 0.022,
    "mouthPucker": -0.30, "mouthFunnel": -0.15, "jawOpen": -0.06,
}  # fmt: skip
"""Change of the corner-to-corner distance, in rest widths, that each full shape makes.

The widening shapes are as measured on MakeHuman's ARKit face. The narrowing ones are ours: that
face hardly puckers, where the lips of filmed speakers lose up to a third of their width.
"""


def mouth_width(values: np.ndarray) -> np.ndarray:
    """Mouth width [T] in rest widths: 1 plus what each shape adds (WIDTH_SHARES)."""
    width = np.ones(len(values))
    for name, share in WIDTH_SHARES.items():
        width += share * values[:, _COLUMN[name]]
    return width


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
