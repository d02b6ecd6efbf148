"""How far the lips are apart, in shape-key units."""

import numpy as np

_NEEDED = ("jawOpen", "mouthClose")
_RAISERS = ("mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight")


def lip_opening(names: tuple[str, ...], values: np.ndarray) -> np.ndarray | None:
    """Lip opening [T] of channel values [T, C], or None without jawOpen and mouthClose.

    ``max(jawOpen - mouthClose, 0) + 0.25 mean(mouthLowerDown L, R) + 0.25 mean(mouthUpperUp L,
    R)``: mouthClose as ARKit defines it brings the lips together while the jaw is open.
    """
    return known_opening(names, values) if tells_opening(names) else None


def tells_opening(names: tuple[str, ...]) -> bool:
    """Whether there are jawOpen and mouthClose."""
    return all(name in names for name in _NEEDED)


def known_opening(names: tuple[str, ...], values: np.ndarray) -> np.ndarray:
    """``lip_opening`` of names that have jawOpen and mouthClose."""
    jaw, close = (values[:, names.index(name)] for name in _NEEDED)
    opening = np.maximum(jaw - close, 0.0)
    for name in _RAISERS:
        if name in names:
            opening = opening + 0.125 * values[:, names.index(name)]
    return opening
