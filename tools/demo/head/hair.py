"""Hair: a cap of combed locks, thick at the crown and closing onto the skin at the hairline."""

from __future__ import annotations

import numpy as np

from . import sdf
from .part import HAIR, Part, grid_faces
from .skull import skin_distance

HAIR_COLOUR = np.array([0.115, 0.045, 0.022])
ROWS, COLUMNS = 44, 144


def hairline(turn: np.ndarray) -> np.ndarray:
    """Return the angle from the crown, in radians, where the hair ends; `turn` 0 is the face."""
    signed = ((turn + np.pi) % (2 * np.pi) - np.pi) / np.pi  # 0 front, 1 and -1 back
    at = [0.0, 0.15, 0.27, 0.33, 0.38, 0.42, 0.47, 0.53, 0.60, 0.70, 1.0]
    degrees = [53, 56, 66, 84, 96, 92, 80, 86, 106, 120, 126]
    line = np.interp(np.abs(signed), at, degrees)
    # A fringe that starts high at the parting on the left and falls over the right brow.
    fringe = 13 * np.exp(-(((signed + 0.17) / 0.12) ** 2))
    parting = 9 * np.exp(-(((signed - 0.13) / 0.07) ** 2))
    return np.radians(line + fringe - parting)


def hair() -> Part:
    """Return the hair as one surface over the scalp."""
    turn = 2 * np.pi * np.arange(COLUMNS) / COLUMNS
    v = np.linspace(0, 1, ROWS)[:, None]
    line = hairline(turn)
    kernel = np.array([1, 2, 3, 2, 1]) / 9
    line = sum(k * np.roll(line, s) for k, s in zip(kernel, range(-2, 3), strict=True))
    theta = v * line
    direction = np.stack(
        [np.sin(theta) * np.sin(turn), -np.sin(theta) * np.cos(turn), np.cos(theta) + 0 * turn], -1
    ).reshape(-1, 3)
    origin = np.array([0.0, 0.16, 0.20])
    scalp = sdf.cast(skin_distance, np.broadcast_to(origin, direction.shape), direction)
    out = sdf.normal(skin_distance, scalp)
    # Locks run from a parting on the left and sweep across.
    signed = (turn + np.pi) % (2 * np.pi) - np.pi
    sweep = signed - 0.42 + 0.75 * v * np.exp(-((signed / 1.2) ** 2))
    locks = 0.5 * np.abs(np.sin(7.5 * sweep)) ** 0.7 + 0.2 * np.abs(np.sin(17 * sweep + 2 * v))
    body = 0.105 + 0.050 * locks * np.clip(v * 3, 0, 1)
    swoop = np.exp(-(((signed + 0.30) / 0.75) ** 2)) - 0.55 * np.exp(
        -(((signed - 0.42) / 0.16) ** 2)
    )
    body = body + 0.11 * swoop * np.exp(-(((v - 0.72) / 0.26) ** 2))
    edge = np.sqrt(np.clip(1 - v**10, 0, 1))
    thickness = (body * edge - 0.02 * (1 - edge)).reshape(-1, 1)
    points = scalp + out * thickness
    shade = (0.75 + 0.5 * locks).reshape(-1, 1)
    faces = grid_faces(ROWS, COLUMNS, wrap=True)
    return Part(points, faces, HAIR_COLOUR * shade, HAIR)
