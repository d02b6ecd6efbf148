"""Ears: a bowl with a rolled rim, set against the side of the head."""

from __future__ import annotations

import numpy as np

from .part import SKIN, Part, grid_faces
from .skin import SKIN_COLOUR

CENTRE = np.array([0.715, 0.13, -0.02])


def ear(side: int) -> Part:
    """Return one ear: rows run from the middle of the bowl over the rim to the back."""
    rows, columns = 22, 48
    turn = 2 * np.pi * np.arange(columns) / columns
    lobe = 0.5 - 0.5 * np.sin(turn)
    outline = np.stack([0.150 * np.cos(turn) * (1 - 0.30 * lobe), 0.245 * np.sin(turn) - 0.01], -1)
    # Profile of the cross-section: share of the outline, and height above the head.
    share = np.array([0, 0.12, 0.24, 0.36, 0.46, 0.54, 0.60, 0.66, 0.72, 0.78, 0.84, 0.90, 0.95,
                      0.985, 1.0, 0.985, 0.95, 0.90, 0.82, 0.72, 0.62, 0.55])  # fmt: skip
    height = np.array([0.0, 0.0, 0.004, 0.014, 0.034, 0.058, 0.070, 0.072, 0.066, 0.064, 0.074,
                       0.092, 0.10, 0.092, 0.070, 0.048, 0.028, 0.005, -0.03, -0.06, -0.09,
                       -0.12])  # fmt: skip
    inner = (share > 0.40) & (share < 0.80) & (np.arange(rows) < 13)
    ridge = 1 - 0.55 * inner[:, None] * (np.cos(turn) < -0.2)  # the bowl opens towards the face
    flat = share[:, None, None] * outline
    rise = height[:, None] * ridge
    points = np.stack(
        [
            rise + 0.01 + 0.16 * flat[..., 0] + 0.26 * flat[..., 1],
            flat[..., 0] + 0.25 * flat[..., 1] * 0.4,
            flat[..., 1],
        ],
        -1,
    )
    points = (CENTRE + points).reshape(-1, 3) * [side, 1, 1]
    shade = np.clip(height / 0.09, 0, 1)[:, None]
    colour = np.repeat(SKIN_COLOUR * (1 - 0.35 * (1 - shade) * [0.4, 1, 1]), columns, 0)
    colour[15 * columns :] = SKIN_COLOUR
    return Part(points, grid_faces(rows, columns, wrap=True, flip=side < 0), colour, SKIN)


def ears() -> list[Part]:
    """Return both ears."""
    return [ear(1), ear(-1)]
