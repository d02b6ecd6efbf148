"""The tongue: a flattened ellipsoid with a groove, its tip behind the lower teeth."""

from __future__ import annotations

import numpy as np

from .part import TONGUE, Part, grid_faces
from .skull import MOUTH

TONGUE_COLOUR = (0.60, 0.17, 0.18)
CENTRE = MOUTH + np.array([0.0, 0.44, -0.135])
RADII = np.array([0.165, 0.245, 0.072])


def tongue() -> Part:
    """Return the tongue; `tongue` is 1 at its tip and falls to 0 at the root."""
    rows, columns = 25, 28
    theta = np.linspace(0, np.pi, rows)[:, None]
    turn = 2 * np.pi * np.arange(columns) / columns
    ball = np.stack(
        [
            np.sin(theta) * np.cos(turn),
            -np.cos(theta) * np.ones(columns),
            np.sin(theta) * np.sin(turn),
        ],
        -1,
    ).reshape(-1, 3)
    groove = np.exp(-((ball[:, 0] / 0.18) ** 2)) * (ball[:, 2] > 0) * (1 - ball[:, 1] ** 2)
    points = CENTRE + ball * RADII
    points[:, 2] -= 0.016 * groove + 0.05 * np.clip(-ball[:, 1], 0, 1) ** 2
    tip = np.clip(0.5 - 0.62 * ball[:, 1], 0, 1)
    return Part(
        points,
        grid_faces(rows, columns, wrap=True, flip=True),
        np.array(TONGUE_COLOUR) * (0.30 + 0.70 * tip[:, None]),
        TONGUE,
        {"tongue": tip**1.5, "jaw": 0.35 + 0.6 * tip, "rigid": 1},
    )
