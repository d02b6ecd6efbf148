"""The 52 shape keys of ARKit, as offsets of the head's points.

A key of the lips says how their contact loop moves, as an offset for each column; `spread` carries
it along the columns with a smooth falloff. Lips that both move by the same function of x stay
sealed.
"""

import numpy as np

from model.channels import ARKIT_52

from . import sdf
from .part import Part, around, ramp, side_weight, xyz
from .skin import (
    COLUMNS,
    CONTACT_ROW,
    COS,
    EYE_LEFT,
    JAW_HINGE,
    LIP_STEPS,
    MOUTH,
    MOUTH_HALF_WIDTH,
    PARTNER,
    SIN,
    skin_distance,
)

SIDES = (("Left", 1), ("Right", -1))
UPPER = np.maximum(SIN, 0) ** 0.7
LOWER = np.maximum(-SIN, 0) ** 0.7
UP, DOWN, IN, OUT = np.radians([22, 26, 28, 28])
"""How far the eyes turn."""
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
    return xyz(*(np.broadcast_to(a, (COLUMNS,)) for a in (x, y, z)))


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
    """Return the keys that pull a corner of the mouth, or all of it; both lips follow alike."""
    keys = {}
    for name, side in SIDES:
        lead = 0.75 + 0.25 * side * COS
        keys["mouth" + name] = spread(
            part, loop(side * 0.11 * lead, 0.030 * side * COS, 0.012 * side * COS), 0.40
        )
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


def tongue_out(part: Part) -> dict[str, np.ndarray]:
    """Return `tongueOut`; the lips part just enough to let the tongue through."""
    tip = part.get("tongue")[:, None]
    band = np.exp(-((COS / 0.62) ** 4))
    out = tip * [0, -0.50, 0.145] + tip**3 * [0, 0.0, -0.060]
    across = part.points[:, :1] * tip * [-0.22, 0, 0]
    lips = spread(part, loop(0, -0.02 * band, band * (0.032 * UPPER - 0.115 * LOWER)), 0.26)
    flat = (part.points[:, 2:] - part.points[part.get("tongue") > 0, 2].mean()) * tip
    return {"tongueOut": out + across - flat * [0, 0, 0.25] + lips}


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
    return share[:, None] * xyz(0, part.get("shut_y"), part.get("shut_z"))


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


def brow_keys(part: Part) -> dict[str, np.ndarray]:
    """Return the five brow keys; skin and brow share one field, so they stay together."""
    keys = {"browInnerUp": np.zeros_like(part.points)}
    for name, side in SIDES:
        inner = around(part, (0.15, -0.78, 0.42), (0.14, 0.25, 0.14), side)[:, None]
        whole = around(part, (0.30, -0.74, 0.44), (0.24, 0.25, 0.14), side)[:, None]
        outer = around(part, (0.43, -0.64, 0.48), (0.16, 0.25, 0.16), side)[:, None]
        keys["browDown" + name] = whole * [-0.030 * side, -0.012, -0.085] + inner * [
            -0.015 * side,
            -0.010,
            -0.045,
        ]
        keys["browOuterUp" + name] = outer * [0, 0.012, 0.080]
        keys["browInnerUp"] += inner * [0, 0.012, 0.110]
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


def shape_key_offsets(part: Part) -> dict[str, np.ndarray]:
    """Return each key's offsets, float [N, 3], by its ARKit name."""
    makers = (
        eye_keys, jaw_keys, rounded, corners, lip_lifts, rolls_and_shrugs, tongue_out, brow_keys,
        cheek_and_nose_keys,
    )  # fmt: skip
    keys = {name: offset for make in makers for name, offset in make(part).items()}
    return {name: keys[name] for name in ARKIT_52}
