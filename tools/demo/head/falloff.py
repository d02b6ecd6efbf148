"""Smooth weights that the shape keys are made of."""

from __future__ import annotations

import numpy as np

from .part import Part


def ramp(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return 0 below `low`, 1 above `high` and the cubic smoothstep in between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def around(part: Part, centre: tuple, radii: tuple, side: int = 0) -> np.ndarray:
    """Return a bell [N] on skin-like points: 1 at `centre`, about 0.1 at 1.5 `radii`.

    `centre` is given on the left; `side` +1 takes it, -1 its mirror image, 0 both. Teeth, tongue
    and eyeballs stay out, and so does what lies inside the mouth.
    """
    if side == 0:
        both = around(part, centre, radii, 1) + around(part, centre, radii, -1)
        return both if centre[0] else both / 2
    distance = (part.points - np.asarray(centre) * [side, 1, 1]) / np.asarray(radii)
    skin = np.where(part.get("sheet") > 0, ramp(part.get("reach"), 0.02, 0.16), 1)
    skin = skin * (part.get("rigid") == 0) * (part.get("eyeball") == 0) * (part.get("lid") == 0)
    return np.exp(-(distance**2).sum(-1)) * skin


def side_weight(part: Part, side: int, width: float = 0.10) -> np.ndarray:
    """Return 1 on `side` (+1 left, -1 right) and 0 on the other; both sum to 1 everywhere."""
    return ramp(part.points[:, 0] * side, -width, width)
