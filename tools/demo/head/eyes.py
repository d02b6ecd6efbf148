"""Eyeballs, lids and eyebrows.

A lid is a visor: a shell around the eyeball that turns about its corners. `elevation` turns about
the x axis through the eye's centre, 0 forward and positive up; `latitude` runs along that axis from
the right corner to the left one. A brow is a tapered ridge that lies on the skin and moves with it.
Everywhere `side` is +1 for the character's left and -1 for its right.
"""

import numpy as np

from . import part as slots
from . import sdf
from .part import Part, ball, circle, grid_faces, xyz
from .skin import EYE_LEFT, EYE_RADIUS, LID_RADIUS, SKIN_COLOUR, skin_distance

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
