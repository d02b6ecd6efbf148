"""Keys of the eyelids and eyeballs."""

from __future__ import annotations

import numpy as np

from .falloff import around
from .part import Part
from .skull import EYE_LEFT

SIDES = (("Left", 1), ("Right", -1))
UP, DOWN, IN, OUT = np.radians([22, 26, 28, 28])


def turned(part: Part, side: int, pitch: float, yaw: float) -> np.ndarray:
    """Return offsets [N, 3] of one eyeball; `pitch` up and `yaw` to the left, in radians."""
    arm = part.points - EYE_LEFT * [side, 1, 1]
    cp, sp, cy, sy = np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)
    tilt = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    swing = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    turn = swing @ tilt
    return (arm @ turn.T - arm) * (part.get("eyeball") == side)[:, None]


def lids(part: Part, side: int, upper: float, lower: float) -> np.ndarray:
    """Return offsets [N, 3] of the lids: 0 is rest, 1 shut, negative wider open."""
    share = np.where(part.get("lid") > 0, upper, lower) * (part.get("side") == side)
    return share[:, None] * np.stack(
        [np.zeros(len(part.points)), part.get("shut_y"), part.get("shut_z")], -1
    )


def eye_keys(part: Part) -> dict[str, np.ndarray]:
    """Return the offsets [N, 3] of the fourteen eye keys."""
    keys = {}
    for name, side in SIDES:
        below = around(part, (0.31, -0.68, -0.14), (0.19, 0.20, 0.09), side)[:, None]
        above = around(part, (0.30, -0.74, 0.36), (0.20, 0.20, 0.08), side)[:, None]
        keys["eyeBlink" + name] = lids(part, side, 1, 1) + above * [0, 0, -0.012]
        keys["eyeSquint" + name] = lids(part, side, 0.26, 0.62) + below * [0, -0.012, 0.035]
        keys["eyeWide" + name] = lids(part, side, -0.26, -0.12) + above * [0, 0, 0.014]
        keys["eyeLookUp" + name] = turned(part, side, UP, 0) + lids(part, side, -0.22, 0.05)
        keys["eyeLookDown" + name] = turned(part, side, -DOWN, 0) + lids(part, side, 0.38, -0.15)
        keys["eyeLookIn" + name] = turned(part, side, 0, -side * IN)
        keys["eyeLookOut" + name] = turned(part, side, 0, side * OUT)
    return keys
