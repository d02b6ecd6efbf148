"""Keys of the brows, the cheeks and the nose."""

from __future__ import annotations

import numpy as np

from . import sdf
from .falloff import around
from .keys_eyes import lids
from .keys_mouth import UPPER, loop, spread
from .part import HAIR, Part
from .skin import COS
from .skull import skin_distance

SIDES = (("Left", 1), ("Right", -1))


def brow_keys(part: Part) -> dict[str, np.ndarray]:
    """Return the five brow keys; skin and brow share one field, so they stay together."""
    scalp = np.where(part.material_of_points() == HAIR, part.get("brow"), 1)[:, None]
    keys = {}
    for name, side in SIDES:
        inner = around(part, (0.15, -0.78, 0.42), (0.14, 0.25, 0.14), side)[:, None]
        whole = around(part, (0.30, -0.74, 0.44), (0.24, 0.25, 0.14), side)[:, None]
        outer = around(part, (0.43, -0.64, 0.48), (0.16, 0.25, 0.16), side)[:, None]
        keys["browDown" + name] = (
            whole * [-0.030 * side, -0.012, -0.085] + inner * [-0.015 * side, -0.010, -0.045]
        ) * scalp
        keys["browOuterUp" + name] = outer * [0, 0.012, 0.080] * scalp
        keys.setdefault("browInnerUp", np.zeros_like(part.points))
        keys["browInnerUp"] = keys["browInnerUp"] + inner * [0, 0.012, 0.110] * scalp
    return keys


def cheek_and_nose_keys(part: Part) -> dict[str, np.ndarray]:
    """Return `cheekPuff`, `cheekSquint*` and `noseSneer*`."""
    puff = around(part, (0.44, -0.54, -0.46), (0.19, 0.30, 0.20))[:, None]
    out = sdf.normal(skin_distance, part.points)
    keys = {"cheekPuff": 0.095 * puff * out + spread(part, loop(0, -0.020, 0), 0.20)}
    for name, side in SIDES:
        cheek = around(part, (0.36, -0.68, -0.16), (0.18, 0.20, 0.12), side)[:, None]
        keys["cheekSquint" + name] = cheek * [0, -0.022, 0.060] + lids(part, side, 0.06, 0.40)
        wing = around(part, (0.12, -0.88, -0.20), (0.085, 0.16, 0.10), side)[:, None]
        bridge = around(part, (0.06, -0.82, 0.10), (0.07, 0.12, 0.10), side)[:, None]
        half = loop(0, -0.01 * UPPER, 0.045 * UPPER * np.clip(side * COS + 0.3, 0, 1))
        keys["noseSneer" + name] = (
            wing * [0.018 * side, 0.0, 0.055]
            + bridge * [0, -0.010, 0.012]
            + spread(part, half, 0.2)
        )
    return keys


def face_keys(part: Part) -> dict[str, np.ndarray]:
    """Return the offsets [N, 3] of the brow, cheek and nose keys."""
    return {**brow_keys(part), **cheek_and_nose_keys(part)}
