"""The output stage: raw network outputs to ARKit channels whose lips can truly seal.

ARKit's mouthClose brings the lips together while the jaw is open, so a sealed mouth needs
mouthClose equal to jawOpen. Two channels regressed apart never agree exactly and leave a gap.
The raw mouthClose output is therefore a seal in 0..1, the share of the jaw's opening that the
lips make up for, and a full seal also lowers the lip raisers. Lips touch or they do not, so a
network that is nearly sure counts as sure. This stage is ours, not the paper's.
"""

import numpy as np

SURE = 0.8
"""Raw seal from which the lips are shut completely."""

SEALED_AWAY = (
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
)
"""Channels that part the lips and therefore vanish under a full seal."""


def apply_seal(names: tuple[str, ...], raw: np.ndarray) -> np.ndarray:
    """Channels [T, C] in 0..1 from raw outputs [T, C] in 0..1 (mouthClose column: the seal)."""
    values = raw.copy()
    close = names.index("mouthClose")
    seal = np.minimum(raw[:, close] / SURE, 1.0)
    values[:, close] = seal * raw[:, names.index("jawOpen")]
    for name in SEALED_AWAY:
        values[:, names.index(name)] *= 1.0 - seal
    return values
