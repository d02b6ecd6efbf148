"""Shoulders in a sweater with a round collar: what the head stands on."""

from __future__ import annotations

import numpy as np

from . import sdf
from .falloff import ramp
from .part import CLOTH, Part, grid_faces

CLOTH_COLOUR = np.array([0.035, 0.16, 0.19])
COLLAR_COLOUR = np.array([0.028, 0.13, 0.155])


def sweater_distance(p: np.ndarray) -> np.ndarray:
    """Return the distance [N] to the sweater's outside."""
    m = np.abs(p) * [1, 0, 0] + p * [0, 1, 1]
    body = sdf.ellipsoid(p, (0, 0.26, -2.27), (0.98, 0.56, 0.95))
    body = sdf.union(body, sdf.ellipsoid(m, (0.86, 0.32, -2.10), (0.36, 0.36, 0.42)), 0.35)
    return sdf.union(body, sdf.capsule(p, (0, 0.19, -1.2), (0, 0.22, -1.8), 0.40, 0.50), 0.30)


def bust() -> list[Part]:
    """Return the sweater and its collar."""
    rows, columns = 40, 72
    turn = 2 * np.pi * np.arange(columns) / columns
    elevation = np.radians(np.linspace(-40, 78, rows))[:, None]
    direction = np.stack(
        [
            np.cos(elevation) * np.sin(turn),
            -np.cos(elevation) * np.cos(turn),
            np.sin(elevation) + 0 * turn,
        ],
        -1,
    ).reshape(-1, 3)
    origin = np.array([0.0, 0.25, -2.2])
    points = sdf.cast(sweater_distance, np.broadcast_to(origin, direction.shape), direction)
    points[:, 2] = np.minimum(points[:, 2], -1.32)
    under_chin = np.linalg.norm((points - [0, 0.0, -1.25]) / [1, 1.1, 1], axis=-1)
    shade = 0.45 + 0.55 * ramp(under_chin, 0.35, 0.95)[:, None]
    sweater = Part(points, grid_faces(rows, columns, wrap=True), CLOTH_COLOUR * shade, CLOTH)

    tube = 2 * np.pi * np.arange(13)[:, None] / 12
    radius = 0.415 + 0.062 * np.cos(tube)
    ring = np.stack(
        [
            radius * np.sin(turn),
            0.19 - radius * np.cos(turn),
            -1.29 + 0.10 * np.sin(tube) - 0.05 * np.cos(turn),
        ],
        -1,
    )
    collar = Part(ring.reshape(-1, 3), grid_faces(13, columns, wrap=True), COLLAR_COLOUR, CLOTH)
    return [sweater, collar]
