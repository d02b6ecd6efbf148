"""Lips: the output stage that lets them touch, and how far they are apart.

The output stage turns network outputs into ARKit channels whose lips can truly touch.

ARKit's mouthClose brings the lips together while the jaw is open, so a sealed mouth needs
mouthClose equal to jawOpen. Two channels regressed apart never agree exactly and leave a gap.
Lips touch or they do not, and a network that is nearly sure counts as sure. Two raw outputs are
therefore contacts in 0..1:

- raw mouthClose is the **seal** of the lips: the share of the jaw's opening that they make up for.
- raw mouthRollLower is the **tuck** of the lower lip under the upper teeth (f, v), where the jaw
  is nearly shut.

This stage is ours, not the paper's.
"""

import numpy as np

SURE_SEAL = 0.55
"""Raw seal from which the lips are shut completely."""

TUCK_FROM, TUCK_TO = 0.2, 0.45
"""Raw tuck at which the lower lip begins to meet the teeth, and from which it does."""

TUCK_ROLL = 0.62
"""mouthRollLower of a full tuck."""

TUCKED_JAW = 0.25
"""Share of the jaw's opening that a full tuck leaves."""

LOWER = ("mouthLowerDownLeft", "mouthLowerDownRight")
UPPER = ("mouthUpperUpLeft", "mouthUpperUpRight")
FUNNEL = "mouthFunnel"
"""It parts the lips too, so it yields to the seal."""


def apply_seal(names: tuple[str, ...], raw: np.ndarray) -> np.ndarray:
    """Channels [T, C] in 0..1 from raw outputs [T, C] in 0..1."""
    values = raw.copy()
    close, jaw, roll = (names.index(n) for n in ("mouthClose", "jawOpen", "mouthRollLower"))
    seal = np.minimum(raw[:, close] / SURE_SEAL, 1.0)
    tuck = np.clip((raw[:, roll] - TUCK_FROM) / (TUCK_TO - TUCK_FROM), 0.0, 1.0)
    values[:, jaw] *= 1.0 - (1.0 - TUCKED_JAW) * tuck
    values[:, roll] *= TUCK_ROLL
    values[:, close] = seal * values[:, jaw]
    for name in LOWER:
        values[:, names.index(name)] *= (1.0 - seal) * (1.0 - tuck)
    for name in (*UPPER, FUNNEL):
        values[:, names.index(name)] *= 1.0 - seal
    return values


def remove_seal(names: tuple[str, ...], values: np.ndarray) -> np.ndarray:
    """Raw outputs [T, C] that apply_seal turns into (nearly) these channels [T, C].

    A shut jaw says nothing of the lips, so there the seal is NaN: unknown. NaN stays NaN; a jaw
    whose lip roll is not known counts as one without a tuck.
    """
    raw = np.array(values, np.float32)
    close, jaw, roll = (names.index(n) for n in ("mouthClose", "jawOpen", "mouthRollLower"))
    raw[:, roll] = np.minimum(values[:, roll] / TUCK_ROLL, 1.0)
    tuck = np.clip((np.nan_to_num(raw[:, roll]) - TUCK_FROM) / (TUCK_TO - TUCK_FROM), 0.0, 1.0)
    raw[:, jaw] = np.minimum(values[:, jaw] / (1.0 - (1.0 - TUCKED_JAW) * tuck), 1.0)
    open_jaw = values[:, jaw] > 0.02
    share = values[:, close] / np.where(open_jaw, values[:, jaw], 1.0)
    raw[:, close] = np.where(open_jaw, SURE_SEAL * np.clip(share, 0.0, 1.0), np.nan)
    raw[:, close] = np.where(share >= 0.95, 1.0, raw[:, close])
    return raw


_JAW_AND_CLOSE = ("jawOpen", "mouthClose")
_RAISERS = (*LOWER, *UPPER)


def lip_opening(names: tuple[str, ...], values: np.ndarray) -> np.ndarray | None:
    """Lip opening [T], in shape-key units, of channel values [T, C]; None without jawOpen and
    mouthClose.

    ``max(jawOpen - mouthClose, 0) + 0.25 mean(mouthLowerDown L, R) + 0.25 mean(mouthUpperUp L,
    R)``: mouthClose as ARKit defines it brings the lips together while the jaw is open.
    """
    if not all(name in names for name in _JAW_AND_CLOSE):
        return None
    jaw, close = (values[:, names.index(name)] for name in _JAW_AND_CLOSE)
    opening = np.maximum(jaw - close, 0.0)
    for name in _RAISERS:
        if name in names:
            opening = opening + 0.125 * values[:, names.index(name)]
    return opening
