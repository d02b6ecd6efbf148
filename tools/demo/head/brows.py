"""Eyebrows: two tapered ridges that lie on the skin and move with it."""

from __future__ import annotations

import numpy as np

from . import sdf
from .part import HAIR, Part, grid_faces
from .skull import skin_distance

BROW_COLOUR = (0.085, 0.034, 0.018)


def brow(side: int) -> Part:
    """Return the brow of one side (+1 left, -1 right), with the field `brow`."""
    columns, rows = 25, 12
    u = np.linspace(0, 1, columns)
    inside = np.stack(
        [0.12 + 0.40 * u, 0 * u, 0.400 + 0.068 * np.sin(np.pi * u**0.85) - 0.02 * u], -1
    )
    path = sdf.cast(skin_distance, inside, np.broadcast_to([0.0, -1.0, 0.0], inside.shape))
    out = sdf.normal(skin_distance, path)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=-1, keepdims=True)
    across = np.cross(out, along)
    width = 0.034 * np.sin(np.pi * np.clip(0.16 + 0.84 * u, 0, 1)) ** 0.55
    turn = 2 * np.pi * np.arange(rows + 1)[:, None, None] / rows
    points = path + width[:, None] * (np.cos(turn) * across + 0.55 * np.sin(turn) * out)
    points = points.reshape(-1, 3) * [side, 1, 1]
    return Part(
        points, grid_faces(rows + 1, columns, flip=side > 0), BROW_COLOUR, HAIR, {"brow": 1}
    )


def brows() -> list[Part]:
    """Return both brows."""
    return [brow(1), brow(-1)]
