"""Made-up curves of a talking mouth."""

import numpy as np
from a2f.model.curves import Curves
from a2f.model.lip_seal import lip_opening
from a2f.model.sampling import SEALED

NAMES = (
    "jawOpen", "mouthClose", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
    "mouthUpperUpRight", "mouthRollLower", "mouthSmileLeft", "mouthSmileRight", "browInnerUp",
    "eyeBlinkLeft", "eyeBlinkRight",
)  # fmt: skip


def talking(
    closures: list[tuple[int, int]],
    rows: int = 200,
    jaw: float = 0.4,
    noise: float = 0.02,
    leak: float = 0.0,
) -> Curves:
    """A jaw that opens five times a second, with the lips shut at (first row, number of rows).

    ``leak`` is the lip opening that is left where they are shut, below SEALED.
    """
    time = np.arange(rows) / 100
    rng = np.random.default_rng(len(closures))
    wave = 0.55 - 0.45 * np.cos(2 * np.pi * 5 * time)
    values = np.zeros((rows, len(NAMES)))
    values[:, 0] = 0.05 + jaw * wave
    values[:, 2:9] = 0.2 * wave[:, None]
    values += noise * rng.random(values.shape)
    values[:, 1] = 0.0
    for first, count in closures:
        shut = slice(first, min(first + count, rows))
        values[shut, 1] = values[shut, 0] - leak
        values[shut, 2:6] = 0.0
    return Curves(NAMES, 100.0, np.clip(values, 0.0, 1.0).astype(np.float32))


def opening(curves: Curves) -> np.ndarray:
    """Lip opening [T]."""
    return lip_opening(curves.names, curves.values)


def runs(values: np.ndarray) -> list[tuple[int, int]]:
    """Runs [first, stop) of shut lips in an opening [T]."""
    shut = np.concatenate(([0], (values < SEALED).astype(np.int8), [0]))
    edges = np.flatnonzero(np.diff(shut))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
