"""The form of the head, and its skin.

The form is one smooth distance field. Lengths: the head is about 2.2 high; x is the character's
left, -y is forward, z is up.

The skin is one sheet, a grid that runs from the throat over the lips and the face to the neck.
Every row is a closed loop of `COLUMNS` points around the mouth, so the lips are true edge loops.
On the face the loops are confocal ellipses about the mouth (the map z = c cosh w), carried onto
the sphere of directions so that the outermost loop closes around the neck (a Möbius map).
Column 0 is the left corner of the mouth; columns in the first half are the upper side.
"""

import numpy as np

from . import sdf
from .part import CAVITY, LIPS, SKIN, Part, bell, circle, grid_faces, ramp, xyz

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


COLUMNS = 112
SKIN_ROWS = 76
LIP_STEPS = 9
INNER_ROWS = 10
CONTACT_ROW = INNER_ROWS
"""The loop where the lips touch; rows below it are inside the mouth. The loop before it,
slightly inside, touches as well: the lips meet in a narrow band, not in a line."""

ANGLE = circle(COLUMNS)
COS, SIN = np.cos(ANGLE), np.sin(ANGLE)
PARTNER = (-np.arange(COLUMNS)) % COLUMNS
"""Column of the point that each column touches when the lips are closed."""

SKIN_COLOUR = np.array([0.80, 0.50, 0.37])
BLUSH_COLOUR = np.array([0.80, 0.32, 0.25])
LIP_COLOUR = np.array([0.52, 0.10, 0.10])
INNER_LIP_COLOUR = np.array([0.36, 0.05, 0.06])
SHADE = np.array([0.28, 0.42, 0.46])
"""How much of each colour the deepest hollow of the skin takes away."""
CAVITY_COLOUR = np.array([0.06, 0.008, 0.010])


def skin_loops() -> np.ndarray:
    """Return points [SKIN_ROWS, COLUMNS, 3] on the skin, from the lips' border to the neck."""
    eye_level = np.array([0.0, 0.10, 0.12])
    axis = MOUTH - eye_level
    axis /= np.linalg.norm(axis)
    up = np.array([0.0, axis[2], -axis[1]])
    neck = np.tan(np.arccos(-axis[2]) / 2) * -1j  # straight down

    half_width = 0.118
    half_height = 0.043
    mu0 = np.arctanh(half_height / half_width)
    focus = half_width / np.cosh(mu0)
    u = np.linspace(0, 1, SKIN_ROWS)
    mu = mu0 + u * 1.1 + 3.6 * u**1.6
    w = focus * np.cosh(mu[:, None] + 1j * ANGLE[None, :])
    bow = 0.006 * bell(np.abs(COS) - 0.32, 0.22) - 0.006 * bell(COS, 0.16)
    w = w + 1j * (bow * (SIN > 0))[None, :] * bell(mu - mu0, 0.35)[:, None]
    at_lips = bell(mu - mu0, 0.40)[:, None]
    pointed = 1 - (1 - np.abs(SIN) ** 0.6) * at_lips  # lips end in a point, ellipses do not
    w = w.real + 1j * (w.imag * pointed + 0.010 * COS**2 * at_lips)
    z = w / (1 + w / neck)

    scale = 2 / (1 + np.abs(z) ** 2)
    d = (
        scale[..., None] * (z.real[..., None] * [1, 0, 0] + z.imag[..., None] * up)
        + (scale - 1)[..., None] * axis
    )
    # Towards the neck the rays turn from a star into a fan down a pole, which a neck needs.
    pole = np.clip((np.arange(SKIN_ROWS) / (SKIN_ROWS - 1) - 0.66) / 0.34, 0, 1)[:, None]
    pole = pole**2 * (3 - 2 * pole)
    origin = eye_level + pole[..., None] * (np.array([0, 0.2, NECK_END]) - eye_level)
    flat = d * [1, 1, 0]
    flat /= np.linalg.norm(flat, axis=-1, keepdims=True)
    d = d * (1 - pole[..., None]) + flat * pole[..., None]
    d /= np.linalg.norm(d, axis=-1, keepdims=True)
    origin = np.broadcast_to(origin, d.shape)
    points = sdf.cast(skin_distance, origin.reshape(-1, 3), d.reshape(-1, 3)).reshape(d.shape)
    return relax(points)


def relax(points: np.ndarray) -> np.ndarray:
    """Even out the loops [R, C, 3] along the surface; the two border loops stay."""
    for _ in range(24):
        around = (np.roll(points, 1, 1) + np.roll(points, -1, 1))[2:-1]
        across = points[1:-2] + points[3:]
        moved = points.copy()
        moved[2:-1] += 0.5 * ((around + across) / 4 - points[2:-1])
        inner = moved[2:-1].reshape(-1, 3)
        moved[2:-1] = sdf.project(skin_distance, inner).reshape(moved[2:-1].shape)
        points = moved
    return points


def lip_loops(border: np.ndarray) -> np.ndarray:
    """Return points [LIP_STEPS, COLUMNS, 3] from the contact loop out to just before `border`.

    Both halves of the first row hold the same points: the closed lips touch without a gap.
    """
    half = MOUTH_HALF_WIDTH - 0.012
    scale = half / np.abs(border[:, 0]).max()
    mid_y = 0.5 * (border[:, 1] + border[PARTNER, 1])
    height = MOUTH[2] + (border[0, 2] - MOUTH[2]) * np.abs(COS) ** 3 - 0.008 * bell(COS, 0.25)
    contact = xyz(border[:, 0] * scale, mid_y + 0.012 - 0.030 * SIN**2, height)
    contact = 0.5 * (contact + contact[PARTNER])
    s = (np.arange(LIP_STEPS) / LIP_STEPS)[:, None]
    full = np.abs(SIN) ** 0.8
    upper = SIN > 0
    bulge = np.where(upper, 0.058, 0.078) * full * np.sin(np.pi * s**0.75) ** 0.8
    path = np.sin(s * np.pi / 2)
    points = contact + path[..., None] * (border - contact)
    points[..., 1] -= bulge
    return points


def inner_loops(contact: np.ndarray) -> np.ndarray:
    """Return points [INNER_ROWS, COLUMNS, 3] from the throat to just inside `contact`."""
    # Each row: how far behind the lips, half height above and below, scale of the width.
    profile = [
        (0.62, 0.02, 0.02, 0.10),
        (0.61, 0.14, 0.10, 0.75),
        (0.50, 0.21, 0.19, 1.05),
        (0.30, 0.24, 0.24, 1.10),
        (0.17, 0.24, 0.23, 1.12),
        (0.095, 0.20, 0.20, 1.10),
        (0.070, 0.13, 0.13, 1.06),
        (0.060, 0.06, 0.06, 1.03),
        (0.050, 0.02, 0.02, 1.01),
        (0.028, 0.0, 0.0, 1.0),
    ]
    rows = []
    for back, above, below, width in profile:
        row = contact.copy()
        row[:, 0] *= width
        row[:, 1] += back
        # Away from the lips the pocket is flatter across than the curve of the lips.
        row[:, 2] += np.where(SIN > 0, above, below) * np.sign(SIN) * np.abs(SIN) ** 0.7
        rows.append(row)
    return np.stack(rows)


def face_sheet() -> Part:
    """Return the sheet with the fields `column`, `row`, `reach` and `sheet`.

    `reach` is the length along the column from the contact loop: positive over the lips and the
    skin, negative into the mouth.
    """
    skin = skin_loops()
    lips = lip_loops(skin[0])
    inner = inner_loops(lips[0])
    loops = np.concatenate([inner, lips, skin])
    steps = np.linalg.norm(np.diff(loops, axis=0), axis=-1)
    reach = np.concatenate([np.zeros((1, COLUMNS)), np.cumsum(steps, 0)])
    reach -= reach[CONTACT_ROW]
    rows = len(loops)
    row = np.repeat(np.arange(rows), COLUMNS)
    column = np.tile(np.arange(COLUMNS), rows)
    points = sink_under_lids(loops.reshape(-1, 3))
    faces = grid_faces(rows, COLUMNS, wrap=True)
    face_row = row[:-COLUMNS]
    inside, red = face_row < CONTACT_ROW - 2, face_row < CONTACT_ROW + LIP_STEPS
    material = np.select([inside, red], [CAVITY, LIPS], SKIN)
    fields = {"column": column, "row": row, "reach": reach.ravel(), "sheet": 1}
    return Part(points, faces, colours(points, row), material, fields)


def sink_under_lids(points: np.ndarray) -> np.ndarray:
    """Return points [N, 3] with the skin over an open eye sunk into the eyeball, out of sight."""
    arm = mirrored(points) - EYE_LEFT
    radius = np.linalg.norm(arm, axis=-1)
    latitude = np.degrees(np.arcsin(arm[:, 0] / radius)) / 60
    elevation = np.degrees(np.arctan2(arm[:, 2], -arm[:, 1])) / 33
    near = radius < LID_RADIUS * 1.35
    sunk = near * (1 - ramp(np.hypot(latitude, elevation), 0.85, 1.25))
    target = np.minimum(radius, 0.93 * EYE_RADIUS)
    moved = arm * ((radius + sunk * (target - radius)) / radius)[:, None]
    return points + (moved - arm) * xyz(np.sign(points[:, 0]), 1.0, 1.0)


def colours(points: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return the sheet's colours [N, 3]: dark mouth, red lips, blushed cheeks and nose."""
    fold = mirrored(points)

    def near(centre: tuple, size: float) -> np.ndarray:
        return np.exp(-(np.linalg.norm(fold - centre, axis=-1) ** 2) / size**2)[:, None]

    blush = 0.55 * near((0.44, -0.62, -0.22), 0.20) + 0.45 * near((0, -1.05, -0.2), 0.12)
    colour = SKIN_COLOUR + np.clip(blush, 0, 1) * (BLUSH_COLOUR - SKIN_COLOUR)
    shade = sdf.openness(skin_distance, points, 0.32) * ramp(points[:, 2], NECK_END, -1.10)
    colour = colour * (1 - (1 - shade[:, None]) * SHADE)
    border = CONTACT_ROW + LIP_STEPS
    colour[row <= border - 1] = LIP_COLOUR
    colour[row == border] = 0.6 * LIP_COLOUR + 0.4 * SKIN_COLOUR
    colour[row == CONTACT_ROW] = 0.7 * LIP_COLOUR
    colour[row < CONTACT_ROW] = INNER_LIP_COLOUR
    colour[row < CONTACT_ROW - 3] = CAVITY_COLOUR
    return colour
