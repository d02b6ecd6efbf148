"""All parts of the head but its skin: eyes, brows, teeth, tongue, ears, hair and a sweater.

A lid is a visor: a shell around the eyeball that turns about its corners. `elevation` turns about
the x axis through the eye's centre, 0 forward and positive up; `latitude` runs along that axis from
the right corner to the left one. A brow is a tapered ridge that lies on the skin and moves with it.
The teeth stand with their gums on a parabolic arch behind the lips. Everywhere `side` is +1 for the
character's left and -1 for its right.
"""

import numpy as np

from . import part as slots
from . import sdf
from .part import Part, ball, bell, circle, grid_faces, ramp, xyz
from .skin import EYE_LEFT, EYE_RADIUS, LID_RADIUS, MOUTH, SKIN_COLOUR, mirrored, skin_distance

CORNER = np.radians(58)
LID_ROWS, LID_COLUMNS = 18, 33
LASH_ROWS = 4
LASH_COLOUR = np.array([0.035, 0.016, 0.012])
BROW_COLOUR = (0.085, 0.034, 0.018)
LID_COLOUR = SKIN_COLOUR * np.array([0.90, 0.80, 0.78])

# Rings of the eyeball: angle from the optical axis in degrees, and the colour from there on.
PUPIL, IRIS, RIM = 13.0, 28.0, 31.0
PUPIL_COLOUR, RIM_COLOUR = (0.004, 0.004, 0.005), (0.012, 0.03, 0.04)
IRIS_COLOUR, WHITE_COLOUR = (0.06, 0.24, 0.28), (0.80, 0.79, 0.77)


def eyeball(side: int) -> Part:
    """Return one eyeball looking forward."""
    rims = [0, 5, PUPIL - 0.5, PUPIL + 0.5, 17, 22, IRIS - 0.6, IRIS + 0.6, RIM - 0.6, RIM + 0.8]
    degrees = np.array([*rims, *range(36, 121, 9)])
    theta, columns = np.radians(degrees), 40
    turn = circle(columns)
    inner = np.array(IRIS_COLOUR) * 1.9  # lighter towards the pupil, as irises look
    colours = np.select(
        [(degrees < PUPIL)[:, None], (degrees < 20)[:, None], (degrees < IRIS)[:, None],
         (degrees < RIM)[:, None]],
        [PUPIL_COLOUR, inner, IRIS_COLOUR, RIM_COLOUR],
        WHITE_COLOUR,
    )  # fmt: skip
    between = 0.5 * (degrees[1:] + degrees[:-1])
    ring_slots = np.select([between < PUPIL, between < RIM], [slots.PUPIL, slots.IRIS], slots.EYE)
    centre = EYE_LEFT * [side, 1, 1]
    return Part(
        centre + EYE_RADIUS * ball(theta, turn),
        grid_faces(len(degrees), columns, wrap=True, flip=True),
        np.repeat(colours, columns, 0),
        np.repeat(ring_slots, columns),
        {"eyeball": side},
    )


def opening(latitude: np.ndarray, side: int) -> dict[str, np.ndarray]:
    """Return the lid edges' elevations in radians at `latitude`: relaxed, and where they meet."""
    out = np.clip(latitude * side / CORNER, -1, 1)  # -1 at the nose, 1 at the temple
    arch = np.maximum(1 - np.abs(out) ** 2.2, 0)
    corner = -5 + 5 * out
    return {
        "upper": np.radians(corner + (26 + 3 * out) * arch),
        "lower": np.radians(corner - (24 - 2 * out) * arch),
        "closed": np.radians(corner - 18 * arch),
    }


def place(latitude: np.ndarray, elevation: np.ndarray, radius: np.ndarray, side: int) -> np.ndarray:
    """Return points [..., 3] around the eye of `side`."""
    across = radius * np.cos(latitude)
    forward, up = -across * np.cos(elevation), across * np.sin(elevation)
    return EYE_LEFT * [side, 1, 1] + xyz(radius * np.sin(latitude), forward, up)


def lid(side: int, upper: bool) -> Part:
    """Return one lid at rest; the fields say where its points lie when the eye is shut.

    `shut_y`, `shut_z` are that displacement (x does not move), `lid` is +1 for an upper lid and
    -1 for a lower one, `lid_edge` is 1 at the edge and 0 where the lid leaves the face.
    """
    latitude = np.radians(np.linspace(-84, 84, LID_COLUMNS))[None, :]
    edges = opening(latitude, side)
    rest, shut = edges["upper" if upper else "lower"], edges["closed"]
    far = np.radians(115 if upper else -115)
    # Two rows turn in to the eyeball at the edge: the lid has a thickness.
    t = np.concatenate([[0, 0], np.linspace(0, 1, LID_ROWS - 2) ** 1.4])[:, None]
    thickness = np.array([0.935, 0.975] + [1.0] * (LID_ROWS - 2))[:, None]
    if upper:
        thickness = thickness + np.array([0, 0.03, 0.045, 0.02] + [0.0] * (LID_ROWS - 4))[:, None]
    # The shell dives under the skin far from the edge, and stays clear of the eyeball half way.
    thickness = thickness - 0.08 * np.clip((t - 0.42) / 0.3, 0, 1) ** 2
    radius = LID_RADIUS * thickness * np.ones_like(latitude)
    points = place(latitude, rest + t * (far - rest), radius, side)
    closed = place(latitude, shut + t * (far - shut), radius * (1 + 0.035 * (1 - t)), side)
    colour = np.tile(LID_COLOUR, (LID_ROWS, 1))
    colour[8:] = SKIN_COLOUR
    colour[: LASH_ROWS if upper else 2] = LASH_COLOUR if upper else LID_COLOUR * 0.7
    lashes = upper & (np.arange(LID_ROWS - 1) < LASH_ROWS)
    shift = (closed - points).reshape(-1, 3)
    return Part(
        points.reshape(-1, 3),
        grid_faces(LID_ROWS, LID_COLUMNS, flip=upper),
        np.repeat(colour, LID_COLUMNS, 0),
        np.repeat(np.where(lashes, slots.LASHES, slots.SKIN), LID_COLUMNS - 1),
        {
            "lid": 1 if upper else -1,
            "side": side,
            "lid_edge": ((1 - t) * np.ones_like(latitude)).ravel(),
            "shut_y": shift[:, 1],
            "shut_z": shift[:, 2],
        },
    )


def brow(side: int) -> Part:
    """Return the brow of one side."""
    columns, rows = 25, 12
    u = np.linspace(0, 1, columns)
    inside = xyz(0.12 + 0.40 * u, 0 * u, 0.400 + 0.068 * np.sin(np.pi * u**0.85) - 0.02 * u)
    path = sdf.cast(skin_distance, inside, np.array([0.0, -1.0, 0.0]))
    out = sdf.normal(skin_distance, path)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=-1, keepdims=True)
    across = np.cross(out, along)
    width = 0.034 * np.sin(np.pi * np.clip(0.16 + 0.84 * u, 0, 1)) ** 0.55
    turn = 2 * np.pi * np.arange(rows + 1)[:, None, None] / rows
    points = path + width[:, None] * (np.cos(turn) * across + 0.55 * np.sin(turn) * out)
    points = points.reshape(-1, 3) * [side, 1, 1]
    faces = grid_faces(rows + 1, columns, flip=side > 0)
    return Part(points, faces, BROW_COLOUR, slots.HAIR)


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
    return Part(points.reshape(-1, 3), faces, TOOTH_COLOUR, slots.TOOTH, {"jaw": jaw, "rigid": 1})


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
    return Part(points.reshape(-1, 3), faces, GUM_COLOUR, slots.GUM, {"jaw": jaw, "rigid": 1})


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
        slots.TONGUE,
        {"tongue": tip**1.5, "jaw": 0.35 + 0.6 * tip, "rigid": 1},
    )


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
    return Part(points, grid_faces(rows, columns, wrap=True, flip=side < 0), colour, slots.SKIN)


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
    return Part(points, faces, HAIR_COLOUR * shade, slots.HAIR)


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
    sweater = Part(points, grid_faces(rows, columns, wrap=True), CLOTH_COLOUR * shade, slots.CLOTH)

    tube = 2 * np.pi * np.arange(13)[:, None] / 12
    radius = 0.415 + 0.062 * np.cos(tube)
    height = -1.29 + 0.10 * np.sin(tube) - 0.05 * np.cos(turn)
    ring = xyz(radius * np.sin(turn), 0.19 - radius * np.cos(turn), height)
    collar = Part(
        ring.reshape(-1, 3), grid_faces(13, columns, wrap=True), COLLAR_COLOUR, slots.CLOTH
    )
    return [sweater, collar]
