"""The form of the head: where things are, and the skin as one smooth distance field.

Lengths: the head is about 2.2 high. x is the character's left, -y is forward, z is up.
"""

from __future__ import annotations

import numpy as np

from . import sdf

MOUTH = np.array([0.0, -0.80, -0.54])
MOUTH_HALF_WIDTH = 0.27
JAW_HINGE = np.array([0.0, 0.02, -0.12])
EYE_LEFT = np.array([0.300, -0.600, 0.10])
EYE_RADIUS = 0.235
LID_RADIUS = EYE_RADIUS * 1.09
UNDER_LIDS = LID_RADIUS * 0.955
"""The skin swells to this radius around an eye, just below the lids, and is cut open there."""
NECK_END = -1.60


def mirrored(p: np.ndarray) -> np.ndarray:
    """Return points [N, 3] folded onto the left half, so that one primitive makes both sides."""
    return np.abs(p) * [1, 0, 0] + p * [0, 1, 1]


def skin_distance(p: np.ndarray) -> np.ndarray:
    """Return the distance [N] of points [N, 3] to the skin (without lips, ears and lids)."""
    m = mirrored(p)
    head = sdf.ellipsoid(p, (0, 0.14, 0.30), (0.80, 0.92, 0.84))
    head = sdf.union(head, sdf.ellipsoid(p, (0, -0.20, -0.28), (0.63, 0.60, 0.74)), 0.25)
    head = sdf.union(head, sdf.ellipsoid(p, (0, -0.52, -0.52), (0.36, 0.29, 0.34)), 0.20)
    head = sdf.union(head, sdf.ellipsoid(p, (0, -0.60, -0.93), (0.19, 0.15, 0.13)), 0.22)
    head = sdf.union(head, sdf.ellipsoid(m, (0.36, -0.53, -0.24), (0.24, 0.22, 0.20)), 0.22)
    head = sdf.union(
        head, sdf.capsule(m, (0.12, -0.70, 0.36), (0.46, -0.58, 0.37), 0.07, 0.06), 0.20
    )
    head = sdf.union(head, sdf.capsule(p, (0, 0.10, -0.60), (0, 0.20, -2.0), 0.34, 0.36), 0.20)
    head = sdf.union(head, sdf.capsule(p, (0, -0.74, 0.20), (0, -0.93, -0.15), 0.055, 0.085), 0.11)
    from_eye = np.linalg.norm(m - EYE_LEFT, axis=-1)
    head = sdf.subtract(head, from_eye - EYE_RADIUS * 1.06, 0.10)
    head = sdf.union(head, from_eye - UNDER_LIDS, 0.045)
    head = sdf.union(head, np.linalg.norm(p - [0, -0.975, -0.20], axis=-1) - 0.095, 0.06)
    wing = sdf.ellipsoid(m, (0.095, -0.88, -0.225), (0.062, 0.085, 0.058))
    return sdf.union(head, wing, 0.06)
