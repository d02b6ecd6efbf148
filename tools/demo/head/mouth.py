"""Teeth with their gums on a parabolic arch behind the lips, and the tongue."""

import numpy as np

from .part import GUM, TONGUE, TOOTH, Part, ball, bell, circle, grid_faces, ramp, xyz
from .skin import MOUTH

TOOTH_COLOUR = (0.88, 0.85, 0.76)
GUM_COLOUR = (0.50, 0.12, 0.13)
TONGUE_COLOUR = (0.60, 0.17, 0.18)
FRONT_Y = MOUTH[1] + 0.055
UPPER_EDGE_Z = MOUTH[2] - 0.045
LOWER_EDGE_Z = MOUTH[2] - 0.052
WIDTHS = np.array([0.074, 0.062, 0.062, 0.060, 0.064, 0.070])
"""Widths of the teeth from the middle outwards; the other half is the mirror image."""
TONGUE_CENTRE = MOUTH + np.array([0.0, 0.44, -0.135])
TONGUE_RADII = np.array([0.165, 0.245, 0.072])


def arch(length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (x, y) and the outward normal, both [N, 2], at signed arc `length` from the middle."""
    x = np.linspace(-0.30, 0.30, 1201)
    y = 4.2 * x**2
    arc = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    arc -= arc[600]
    at = np.interp(length, arc, x)
    slope = 8.4 * at
    outward = np.stack([slope, -np.ones_like(slope)], -1)
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    return np.stack([at, np.interp(length, arc, y)], -1), outward


def tooth(middle: float, width: float, edge_z: float, up: int, jaw: float) -> Part:
    """Return one tooth: a rounded block, its edge at `edge_z`, its root towards `up` (+1 or -1)."""
    rows, columns, height = 11, 20, 0.165 if abs(middle) < 0.15 else 0.145
    turn = circle(columns)

    def block(a: np.ndarray) -> np.ndarray:
        return np.sign(a) * np.abs(a) ** 0.45

    v = np.sin(np.linspace(-0.5, 0.5, rows) * np.pi)[:, None]
    girth = np.maximum(1 - np.abs(v) ** 9, 0) ** 0.5
    across = girth * block(np.cos(turn)) * width * 0.50 * (1 - 0.06 * v)
    depth = girth * block(np.sin(turn)) * 0.034 * (1 + 0.25 * v)
    centre, outward = arch(np.array([middle]))
    along = np.array([-outward[0, 1], outward[0, 0]])
    xy = centre[0] + across[..., None] * along + depth[..., None] * outward[0]
    z = edge_z + up * height * (0.5 + 0.5 * v)
    points = xyz(xy[..., 0], FRONT_Y + 0.034 + xy[..., 1], z)
    faces = grid_faces(rows, columns, wrap=True, flip=up < 0)
    return Part(points.reshape(-1, 3), faces, TOOTH_COLOUR, TOOTH, {"jaw": jaw, "rigid": 1})


def gum(root_z: float, up: int, jaw: float) -> Part:
    """Return the gum: a scalloped ridge along the arch that the roots stand in."""
    columns, rows = 61, 10
    centre, outward = arch(np.linspace(-0.42, 0.42, columns))
    turn = circle(rows)
    xy = centre + np.cos(turn)[:, None, None] * outward * 0.047
    z = root_z + up * 0.035 + 0.075 * np.sin(turn)[:, None]
    points = xyz(xy[..., 0], FRONT_Y + 0.036 + xy[..., 1], z)
    points = np.concatenate([points, points[:1]])
    faces = grid_faces(rows + 1, columns)
    return Part(points.reshape(-1, 3), faces, GUM_COLOUR, GUM, {"jaw": jaw, "rigid": 1})


def teeth() -> list[Part]:
    """Return all teeth and both gums; the field `jaw` is 1 on the lower ones."""
    parts = []
    ends = np.concatenate([[0], np.cumsum(WIDTHS)])
    middles = 0.5 * (ends[1:] + ends[:-1])
    for up, edge, scale, jaw in ((1, UPPER_EDGE_Z, 1.0, 0.0), (-1, LOWER_EDGE_Z, 0.90, 1.0)):
        for middle, width in zip(middles, WIDTHS, strict=True):
            for side in (1, -1):
                at, size = side * middle * scale, width * scale
                lift = up * 0.006 * (width == WIDTHS[1])
                if up < 0:  # the back of the lower row sinks away, out of a half-open mouth
                    lift -= 0.35 * max(abs(at) - 0.10, 0)
                parts.append(tooth(at, size, edge + lift, up, jaw))
        parts.append(gum(edge + up * 0.165, up, jaw))
    for part in parts:
        depth = ramp(part.points[:, 1], FRONT_Y + 0.05, FRONT_Y + 0.45)[:, None]
        part.colour = part.colour * (1 - 0.75 * depth)
        lower = part.get("jaw") > 0
        part.points[lower, 1] += 0.030  # the lower row bites behind the upper one
    return parts


def tongue() -> Part:
    """Return the tongue: a flattened ellipsoid with a groove, its tip behind the lower teeth.

    The field `tongue` is 1 at its tip and falls to 0 at the root.
    """
    rows, columns = 25, 28
    unit = ball(np.linspace(0, np.pi, rows), circle(columns))
    groove = bell(unit[:, 0], 0.18) * (unit[:, 2] > 0) * (1 - unit[:, 1] ** 2)
    points = TONGUE_CENTRE + unit * TONGUE_RADII
    points[:, 2] -= 0.016 * groove + 0.05 * np.clip(-unit[:, 1], 0, 1) ** 2
    tip = np.clip(0.5 - 0.62 * unit[:, 1], 0, 1)
    return Part(
        points,
        grid_faces(rows, columns, wrap=True, flip=True),
        np.array(TONGUE_COLOUR) * (0.30 + 0.70 * tip[:, None]),
        TONGUE,
        {"tongue": tip**1.5, "jaw": 0.35 + 0.6 * tip, "rigid": 1},
    )
