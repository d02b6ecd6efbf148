"""Ears, hair, and the shoulders in a sweater."""

import numpy as np

from . import sdf
from .part import CLOTH, HAIR, SKIN, Part, bell, circle, grid_faces, ramp, xyz
from .skin import SKIN_COLOUR, mirrored, skin_distance

EAR_CENTRE = np.array([0.715, 0.13, -0.02])
HAIR_COLOUR = np.array([0.115, 0.045, 0.022])
HAIR_ROWS, HAIR_COLUMNS = 44, 144
CLOTH_COLOUR = np.array([0.035, 0.16, 0.19])
COLLAR_COLOUR = np.array([0.028, 0.13, 0.155])


def ear(side: int) -> Part:
    """Return an ear, a bowl with a rolled rim, its rows running from the middle to the back.

    `side` is +1 for the left one and -1 for the right.
    """
    rows, columns = 22, 48
    turn = circle(columns)
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
    across, up = flat[..., 0], flat[..., 1]
    points = xyz(rise + 0.01 + 0.16 * across + 0.26 * up, across + 0.25 * up * 0.4, up)
    points = (EAR_CENTRE + points).reshape(-1, 3) * [side, 1, 1]
    shade = np.clip(height / 0.09, 0, 1)[:, None]
    colour = np.repeat(SKIN_COLOUR * (1 - 0.35 * (1 - shade) * [0.4, 1, 1]), columns, 0)
    colour[15 * columns :] = SKIN_COLOUR
    return Part(points, grid_faces(rows, columns, wrap=True, flip=side < 0), colour, SKIN)


def hairline(turn: np.ndarray) -> np.ndarray:
    """Return the angle from the crown, in radians, where the hair ends; `turn` 0 is the face."""
    signed = ((turn + np.pi) % (2 * np.pi) - np.pi) / np.pi  # 0 front, 1 and -1 back
    at = [0.0, 0.15, 0.27, 0.33, 0.38, 0.42, 0.47, 0.53, 0.60, 0.70, 1.0]
    degrees = [53, 56, 66, 84, 96, 92, 80, 86, 106, 120, 126]
    line = np.interp(np.abs(signed), at, degrees)
    # A fringe that starts high at the parting on the left and falls over the right brow.
    fringe = 13 * bell(signed + 0.17, 0.12)
    parting = 9 * bell(signed - 0.13, 0.07)
    return np.radians(line + fringe - parting)


def hair() -> Part:
    """Return the hair: a cap of combed locks that closes onto the skin at the hairline."""
    turn = circle(HAIR_COLUMNS)
    v = np.linspace(0, 1, HAIR_ROWS)[:, None]
    line = hairline(turn)
    kernel = np.array([1, 2, 3, 2, 1]) / 9
    line = sum(k * np.roll(line, s) for k, s in zip(kernel, range(-2, 3), strict=True))
    theta = v * line
    direction = xyz(np.sin(theta) * np.sin(turn), -np.sin(theta) * np.cos(turn), np.cos(theta))
    scalp = sdf.cast(skin_distance, np.array([0.0, 0.16, 0.20]), direction.reshape(-1, 3))
    out = sdf.normal(skin_distance, scalp)
    # Locks run from a parting on the left and sweep across.
    signed = (turn + np.pi) % (2 * np.pi) - np.pi
    sweep = signed - 0.42 + 0.75 * v * bell(signed, 1.2)
    locks = 0.5 * np.abs(np.sin(7.5 * sweep)) ** 0.7 + 0.2 * np.abs(np.sin(17 * sweep + 2 * v))
    body = 0.105 + 0.050 * locks * np.clip(v * 3, 0, 1)
    swoop = bell(signed + 0.30, 0.75) - 0.55 * bell(signed - 0.42, 0.16)
    body = body + 0.11 * swoop * bell(v - 0.72, 0.26)
    edge = np.sqrt(np.clip(1 - v**10, 0, 1))
    thickness = (body * edge - 0.02 * (1 - edge)).reshape(-1, 1)
    points = scalp + out * thickness
    shade = (0.75 + 0.5 * locks).reshape(-1, 1)
    faces = grid_faces(HAIR_ROWS, HAIR_COLUMNS, wrap=True)
    return Part(points, faces, HAIR_COLOUR * shade, HAIR)


def sweater_distance(p: np.ndarray) -> np.ndarray:
    """Return the distance [N] to the sweater's outside."""
    m = mirrored(p)
    body = sdf.ellipsoid(p, (0, 0.26, -2.27), (0.98, 0.56, 0.95))
    body = sdf.union(body, sdf.ellipsoid(m, (0.86, 0.32, -2.10), (0.36, 0.36, 0.42)), 0.35)
    return sdf.union(body, sdf.capsule(p, (0, 0.19, -1.2), (0, 0.22, -1.8), 0.40, 0.50), 0.30)


def bust() -> list[Part]:
    """Return the sweater that the head rises from, and its round collar."""
    rows, columns = 40, 72
    turn = circle(columns)
    elevation = np.radians(np.linspace(-40, 78, rows))[:, None]
    level = np.cos(elevation)
    direction = xyz(level * np.sin(turn), -level * np.cos(turn), np.sin(elevation))
    points = sdf.cast(sweater_distance, np.array([0.0, 0.25, -2.2]), direction.reshape(-1, 3))
    points[:, 2] = np.minimum(points[:, 2], -1.32)
    under_chin = np.linalg.norm((points - [0, 0.0, -1.25]) / [1, 1.1, 1], axis=-1)
    shade = 0.45 + 0.55 * ramp(under_chin, 0.35, 0.95)[:, None]
    sweater = Part(points, grid_faces(rows, columns, wrap=True), CLOTH_COLOUR * shade, CLOTH)

    tube = 2 * np.pi * np.arange(13)[:, None] / 12
    radius = 0.415 + 0.062 * np.cos(tube)
    height = -1.29 + 0.10 * np.sin(tube) - 0.05 * np.cos(turn)
    ring = xyz(radius * np.sin(turn), 0.19 - radius * np.cos(turn), height)
    collar = Part(ring.reshape(-1, 3), grid_faces(13, columns, wrap=True), COLLAR_COLOUR, CLOTH)
    return [sweater, collar]
