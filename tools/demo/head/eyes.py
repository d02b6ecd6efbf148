"""Eyeballs and lids. A lid is a visor: a shell around the eyeball that turns about its corners.

Angles: `elevation` turns about the x axis through the eye's centre, 0 forward and positive up;
`latitude` runs along that axis from the right corner to the left one.
"""

from __future__ import annotations

import numpy as np

from . import part as slots
from .part import Part, grid_faces
from .skin import SKIN_COLOUR
from .skull import EYE_LEFT, EYE_RADIUS, LID_RADIUS

CORNER = np.radians(58)
LID_ROWS, LID_COLUMNS = 18, 33
LASH_ROWS = 4
LASH_COLOUR = np.array([0.035, 0.016, 0.012])
LID_COLOUR = SKIN_COLOUR * np.array([0.90, 0.80, 0.78])

# Rings of the eyeball: angle from the optical axis in degrees, and the colour from there on.
PUPIL, IRIS, RIM = 13.0, 28.0, 31.0
PUPIL_COLOUR, RIM_COLOUR = (0.004, 0.004, 0.005), (0.012, 0.03, 0.04)
IRIS_COLOUR, WHITE_COLOUR = (0.06, 0.24, 0.28), (0.80, 0.79, 0.77)


def eyeball(side: int) -> Part:
    """Return one eyeball looking forward; `side` is +1 for the character's left, -1 for right."""
    rims = [0, 5, PUPIL - 0.5, PUPIL + 0.5, 17, 22, IRIS - 0.6, IRIS + 0.6, RIM - 0.6, RIM + 0.8]
    degrees = np.array([*rims, *range(36, 121, 9)])
    theta, columns = np.radians(degrees), 40
    turn = 2 * np.pi * np.arange(columns) / columns
    ball = np.stack(
        [
            np.sin(theta)[:, None] * np.cos(turn),
            -np.cos(theta)[:, None] * np.ones(columns),
            np.sin(theta)[:, None] * np.sin(turn),
        ],
        -1,
    )
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
        (centre + EYE_RADIUS * ball).reshape(-1, 3),
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
    offset = np.stack(
        [radius * np.sin(latitude), -across * np.cos(elevation), across * np.sin(elevation)], -1
    )
    return EYE_LEFT * [side, 1, 1] + offset


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
    grid = np.broadcast_to(latitude, radius.shape)
    points = place(grid, rest + t * (far - rest), radius, side)
    closed = place(grid, shut + t * (far - shut), radius * (1 + 0.035 * (1 - t)), side)
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


def eyes() -> list[Part]:
    """Return both eyeballs and all four lids."""
    parts = [eyeball(side) for side in (1, -1)]
    return parts + [lid(side, upper) for side in (1, -1) for upper in (True, False)]
