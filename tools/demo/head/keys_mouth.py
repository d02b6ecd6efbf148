"""Keys of the lips.

A key says how the contact loop moves, as an offset for each column; `spread` carries it along the
columns with a smooth falloff. What is the same function of x on both lips keeps them sealed.
"""

from __future__ import annotations

import numpy as np

from .falloff import around, ramp, side_weight
from .part import Part
from .skin import COLUMNS, CONTACT_ROW, COS, LIP_STEPS, SIN
from .skull import MOUTH_HALF_WIDTH

UPPER = np.maximum(SIN, 0) ** 0.7
LOWER = np.maximum(-SIN, 0) ** 0.7
SIDES = (("Left", 1), ("Right", -1))


def spread(part: Part, loop: np.ndarray, out: float, into: float = 0.22) -> np.ndarray:
    """Return offsets [N, 3]: `loop` [COLUMNS, 3] at the lips, fading over `out` and `into`.

    The fade starts beyond the red of the lips, so they move whole.
    """
    reach = part.get("reach")
    weight = np.where(reach >= 0, 1 - ramp(reach, 0.05, 0.05 + out), 1 - ramp(-reach, 0.04, into))
    weight = weight * (part.get("sheet") > 0)
    return weight[:, None] * loop[part.get("column").astype(int)]


def loop(
    x: np.ndarray | float = 0, y: np.ndarray | float = 0, z: np.ndarray | float = 0
) -> np.ndarray:
    """Return a loop offset [COLUMNS, 3] from its components, each [COLUMNS] or a number."""
    return np.stack([np.broadcast_to(np.asarray(a, float), (COLUMNS,)) for a in (x, y, z)], -1)


def red(part: Part) -> np.ndarray:
    """Return 1 in the middle of the red of the lips, 0 where they touch and at their border."""
    last = CONTACT_ROW + LIP_STEPS
    t = (part.get("row") - CONTACT_ROW) / (last - CONTACT_ROW)
    return (part.get("sheet") > 0) * np.where((t > 0) & (t < 2), np.sin(np.pi * t / 2), 0)


def towards_contact(part: Part, share: float) -> np.ndarray:
    """Return offsets [N, 3] that pull the red of the lips in to the contact loop, `share` of it."""
    contact = part.points[part.get("sheet") > 0].reshape(-1, COLUMNS, 3)[CONTACT_ROW]
    target = contact[part.get("column").astype(int)]
    offset = (target - part.points) * red(part)[:, None] * share
    offset[:, 0] = 0
    return offset


def rounded(part: Part) -> dict[str, np.ndarray]:
    """Return `mouthFunnel` (open, rounded, forward) and `mouthPucker` (closed to a kiss)."""
    centre = np.exp(-((COS / 0.75) ** 4))
    funnel = loop(
        -0.42 * MOUTH_HALF_WIDTH * COS, -0.115 * (0.45 + 0.55 * np.abs(SIN)),
        0.034 * np.maximum(SIN, 0) ** 0.9 - 0.100 * np.maximum(-SIN, 0) ** 0.9,
    )  # fmt: skip
    pucker = loop(
        -0.58 * MOUTH_HALF_WIDTH * COS, -0.14 * (0.45 + 0.55 * centre), -0.018 * np.abs(SIN)
    )
    plump = np.where(SIN > 0, 0.022, -0.026)[part.get("column").astype(int)] * red(part)
    kiss = spread(part, pucker, 0.34)
    kiss[:, 2] += plump
    return {"mouthFunnel": spread(part, funnel, 0.34), "mouthPucker": kiss}


def corners(part: Part) -> dict[str, np.ndarray]:
    """Return the keys that pull a corner of the mouth; both lips follow alike."""
    keys = {}
    for name, side in SIDES:
        wide = np.clip((1 + side * COS) / 2, 0, 1) ** 2.2
        tight = np.clip((1 + side * COS) / 2, 0, 1) ** 5
        cheek = around(part, (0.42, -0.60, -0.24), (0.20, 0.22, 0.17), side)[:, None]
        keys["mouthSmile" + name] = spread(
            part, loop(side * 0.090 * wide, 0.055 * wide, 0.095 * wide), 0.42
        ) + cheek * [side * 0.022, -0.020, 0.050]
        keys["mouthFrown" + name] = spread(
            part, loop(side * 0.015 * wide, 0.015 * wide, -0.085 * wide), 0.38
        )
        dimple = around(part, (0.36, -0.70, -0.52), (0.07, 0.12, 0.09), side)[:, None]
        keys["mouthDimple" + name] = spread(
            part, loop(side * 0.060 * tight, 0.060 * tight, 0.012 * tight), 0.26
        ) + dimple * [0, 0.030, 0]
        keys["mouthStretch" + name] = spread(
            part, loop(side * 0.100 * wide, 0.050 * wide, -0.035 * wide), 0.40
        )
    return keys


def lip_lifts(part: Part) -> dict[str, np.ndarray]:
    """Return the keys that bare the teeth, or press the lips, on one side."""
    keys = {}
    for name, side in SIDES:
        half = side_weight(part, side, 0.12)[:, None]
        fold = around(part, (0.16, -0.83, -0.30), (0.08, 0.12, 0.12), side)[:, None]
        keys["mouthUpperUp" + name] = spread(
            part, loop(0, -0.020 * UPPER, 0.105 * UPPER), 0.28
        ) * half + fold * [0, -0.008, 0.030]
        keys["mouthLowerDown" + name] = (
            spread(part, loop(0, -0.010 * LOWER, -0.105 * LOWER), 0.26) * half
        )
        keys["mouthPress" + name] = (
            towards_contact(part, 0.48)
            + spread(part, loop(0, 0.030 * np.abs(SIN) ** 0.7, 0), 0.14)
        ) * half  # fmt: skip
    return keys


def rolls_and_shrugs(part: Part) -> dict[str, np.ndarray]:
    """Return the keys that tuck one lip in over its teeth, or push it up."""
    column = part.get("column").astype(int)
    upper, lower = UPPER[column][:, None], LOWER[column][:, None]
    tuck = towards_contact(part, 0.62)
    chin = around(part, (0, -0.74, -0.88), (0.20, 0.20, 0.14))[:, None]
    philtrum = around(part, (0, -0.85, -0.38), (0.16, 0.14, 0.08))[:, None]
    return {
        "mouthRollLower": tuck * lower
        + spread(part, loop(0, 0.085 * LOWER, 0.018 * LOWER), 0.20)
        + chin * [0, 0.0, 0.012],
        "mouthRollUpper": tuck * upper
        + spread(part, loop(0, 0.070 * UPPER, -0.024 * UPPER), 0.18),
        "mouthShrugLower": spread(
            part, loop(0, -0.040 * LOWER, 0.055 * np.abs(SIN) ** 0.7), 0.24
        )
        + chin * [0, -0.020, 0.060],
        "mouthShrugUpper": spread(part, loop(0, -0.030 * UPPER, 0.022 * np.abs(SIN) ** 0.7), 0.20)
        + red(part)[:, None] * upper * [0, -0.015, 0.020]
        + philtrum * [0, -0.010, 0.030],
    }  # fmt: skip


def sideways(part: Part) -> dict[str, np.ndarray]:
    """Return `mouthLeft` and `mouthRight`: the whole mouth slides."""
    keys = {}
    for name, side in SIDES:
        lead = 0.75 + 0.25 * side * COS
        keys["mouth" + name] = spread(
            part, loop(side * 0.11 * lead, 0.030 * side * COS, 0.012 * side * COS), 0.40
        )
    return keys


def tongue_out(part: Part) -> dict[str, np.ndarray]:
    """Return `tongueOut`; the lips part just enough to let the tongue through."""
    tip = part.get("tongue")[:, None]
    band = np.exp(-((COS / 0.62) ** 4))
    out = tip * [0, -0.50, 0.145] + tip**3 * [0, 0.0, -0.060]
    across = part.points[:, :1] * tip * [-0.22, 0, 0]
    lips = spread(part, loop(0, -0.02 * band, band * (0.032 * UPPER - 0.115 * LOWER)), 0.26)
    flat = (part.points[:, 2:] - part.points[part.get("tongue") > 0, 2].mean()) * tip
    return {"tongueOut": out + across - flat * [0, 0, 0.25] + lips}


def mouth_keys(part: Part) -> dict[str, np.ndarray]:
    """Return the offsets [N, 3] of all lip keys and `tongueOut`."""
    return {
        **rounded(part),
        **sideways(part),
        **corners(part),
        **lip_lifts(part),
        **rolls_and_shrugs(part),
        **tongue_out(part),
    }
