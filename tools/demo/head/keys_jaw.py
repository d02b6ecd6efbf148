"""Keys that move the lower jaw, and `mouthClose`, which undoes its opening at the lips."""

from __future__ import annotations

import numpy as np

from .falloff import ramp
from .part import Part
from .skin import COLUMNS, COS, PARTNER, SIN
from .skull import JAW_HINGE, MOUTH

OPEN_ANGLE = np.radians(25)
CORNER_SHARE = 0.42
UPPER_LIP_SHARE = 0.30
"""How much of the gap the upper lip closes in `mouthClose`; the lower lip closes the rest."""


def jaw_weight(part: Part) -> np.ndarray:
    """Return how far each point follows the jaw, [N] in 0..1."""
    weight = part.get("jaw").copy()
    sheet = part.get("sheet") > 0
    p = part.points[sheet]
    reach = part.get("reach")[sheet]
    sine = SIN[part.get("column")[sheet].astype(int)]

    grip = 1 - (1 - np.abs(sine)) ** 1.7
    lips = np.where(sine > 0, CORNER_SHARE * (1 - grip), CORNER_SHARE + (1 - CORNER_SHARE) * grip)

    # Skin away from the lips: below the line from the ear to the corner of the mouth.
    corner = np.array([MOUTH[1] + 0.06, MOUTH[2]])
    line = corner - JAW_HINGE[1:]
    line /= np.linalg.norm(line)
    offset = p[:, 1:] - JAW_HINGE[1:]
    below = offset[:, 1] * line[0] - offset[:, 0] * line[1]
    skin = ramp(below, -0.25, 0.18)
    forward = ramp(-p[:, 1], -0.10, 0.42)
    throat = 1 - ramp(-p[:, 2], 1.02, 1.30) * ramp(p[:, 1], -0.62, -0.30)
    skin = skin * forward * throat * (1 - ramp(-p[:, 2], 1.15, 1.45))
    blend = ramp(reach, 0.06, 0.34)
    inside = ramp(-reach, 0.45, 0.95)
    mixed = lips * (1 - blend) + skin * blend
    weight[sheet] = mixed * (1 - inside) + 0.15 * inside
    return weight


def open_offset(part: Part) -> np.ndarray:
    """Return `jawOpen`: a turn about the axis through the ears, [N, 3]."""
    c, s = np.cos(OPEN_ANGLE), np.sin(OPEN_ANGLE)
    turn = np.array([[1, 0, 0], [0, c, s], [0, -s, c]])
    arm = part.points - JAW_HINGE
    offset = (arm @ turn - arm) * jaw_weight(part)[:, None]
    # The corners come in a little: lips are a band of fixed length.
    near = (part.get("sheet") > 0) * (1 - ramp(np.abs(part.get("reach")), 0.03, 0.35))
    cos = COS[part.get("column").astype(int)]
    offset[:, 0] -= 0.030 * near * cos * np.abs(cos) ** 2
    return offset


def close_offset(part: Part) -> np.ndarray:
    """Return `mouthClose`, [N, 3]: with `jawOpen` at the same value the lips touch exactly.

    Facing points of the two lips coincide at rest. Each is moved by a share of the difference
    between the jaw's effect on its partner and on itself, so both end in the same place.
    """
    offset = np.zeros_like(part.points)
    sheet = np.flatnonzero(part.get("sheet"))
    opened = open_offset(part)[sheet].reshape(-1, COLUMNS, 3)
    share = np.where(SIN >= 0, UPPER_LIP_SHARE, 1 - UPPER_LIP_SHARE)
    closing = (opened[:, PARTNER] - opened) * share[None, :, None]
    reach = part.get("reach")[sheet].reshape(-1, COLUMNS)
    outward = np.where(SIN >= 0, 1 - ramp(reach, 0.06, 0.30), 1 - ramp(reach, 0.08, 0.44))
    weight = np.where(reach >= 0, outward, 1 - ramp(-reach, 0.04, 0.34))
    offset[sheet] = (closing * weight[..., None]).reshape(-1, 3)
    return offset


def jaw_keys(part: Part) -> dict[str, np.ndarray]:
    """Return the offsets [N, 3] of `jawForward`, `jawLeft`, `jawRight`, `jawOpen`, `mouthClose`."""
    weight = jaw_weight(part)[:, None]
    return {
        "jawForward": weight * [0, -0.10, 0.0],
        "jawLeft": weight * [0.10, 0, 0],
        "jawRight": weight * [-0.10, 0, 0],
        "jawOpen": open_offset(part),
        "mouthClose": close_offset(part),
    }
