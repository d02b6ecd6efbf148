"""Write `core/rigs/movements.json`: how ARKit's movements look in the frame of a face.

The descriptions are those of the demo head's shape keys, made by formulas of this project. Rigs do
some of them in another way than the demo head; `VARIANTS` describes those by hand, after ARKit's
documentation of ARFaceAnchor.BlendShapeLocation. `python -m tools.demo.movements` writes the file.
"""

import json
from collections.abc import Mapping
from unittest.mock import patch

import numpy as np

from blender_audio2face.core.rigs import geometry

from .head.export import character
from .head.shape_keys import shape_key_offsets

MOUTH, EYES, EYE = -0.56, 0.1, 0.3
"""Of the demo head: heights of its mouth and eyes, and an eye's distance from its middle."""

_HALF = (
    (0, 0.05, 0.04), (0, -0.05, 0.04), (0, 0.12, 0.1), (0, -0.12, 0.1),
    (0.35, 0.1, 0.12), (0.35, -0.1, 0.12), (0.7, 0, 0.15),
    (1.05, 0, 0.2), (0, -0.45, 0.2), (0.6, -0.45, 0.25), (1.2, -0.5, 0.3), (0, -0.8, 0.2),
    (0.4, 0.42, 0.15), (0, 0.5, 0.15), (0.9, 0.45, 0.2), (1, 0.7, 0.15), (1, 1.1, 0.08),
    (1, 1, 0.06), (1, 0.9, 0.08), (0.7, 1, 0.1), (1.35, 1, 0.1), (0.35, 1, 0.12),
    (0.4, 1.4, 0.15), (1, 1.4, 0.15), (1.6, 1.35, 0.2), (0, 1.45, 0.15),
)  # fmt: skip
SITES = tuple(
    (side * across, up, width)
    for across, up, width in _HALF
    for side in ((1, -1) if across else (1,))
)
"""(across in eyes from the middle, up in heights from the mouth, width in heights)."""

VARIANTS: Mapping[str, Mapping[tuple[float, float], tuple[float, float, float]]] = {
    # The lower lid rises.
    "eyeSquintLeft": {
        (1, 0.9): (0, -0.01, 0.03), (1, 0.7): (0, -0.01, 0.025), (1, 1.1): (0, 0, -0.01),
        (1.35, 1): (-0.005, 0, 0.01), (0.7, 1): (0, 0, 0.01),
    },
    # The wing of the nose rises, the brow's inner end falls.
    "noseSneerLeft": {
        (0.4, 0.42): (0, 0, 0.03), (0.35, 1): (0, 0, -0.01), (0.4, 1.4): (-0.01, 0, -0.02),
        (0.35, 0.1): (0, 0, 0.015),
    },
    # The corner is pressed out and up.
    "mouthPressLeft": {
        (0.7, 0): (0.02, 0, 0.015), (0.35, -0.1): (0.01, 0, 0.015),
        (0.35, 0.1): (0.01, 0, 0.005), (1.05, 0): (0.015, 0, 0.01),
    },
    # The cheek rises towards the eye.
    "cheekSquintLeft": {
        (1, 0.7): (0, -0.005, 0.04), (0.9, 0.45): (0, -0.005, 0.04), (1, 0.9): (0, 0, 0.02),
        (1.35, 1): (0, 0, 0.015),
    },
}  # fmt: skip


def movements() -> dict[str, list[list[int]]]:
    """Name → descriptions, flat, in steps; of a pair only the left one."""
    part = character()["Demo Head"]
    offsets = shape_key_offsets(part)
    names = [name for name in offsets if not name.endswith("Right")]
    moved = np.stack([offsets[name] for name in names]).astype(np.float32)
    seen = np.linalg.norm(moved, axis=2).max(0) > 0.0
    points = np.asarray(part.points, np.float32)
    described = geometry.describe(points[seen], moved[:, seen], MOUTH, EYES, EYE)
    found = {name: [description] for name, description in zip(names, described, strict=True)}
    places = {(across, up): place for place, (across, up, _) in enumerate(SITES)}
    for name, sites in VARIANTS.items():
        variant = np.zeros((len(SITES), 3), np.float32)
        for site, offset in sites.items():
            variant[places[site]] = offset
        found[name].append(variant)
    return {
        name: [np.rint(each.ravel() / geometry.STEP).astype(int).tolist() for each in descriptions]
        for name, descriptions in found.items()
    }


def text() -> str:
    """The whole file."""
    with patch.object(geometry, "_sites", lambda: np.array(SITES, np.float32)):
        made = movements()
    lines = ",\n  ".join(f'"{name}": {json.dumps(made[name])}' for name in sorted(made))
    return f'{{\n "sites": {json.dumps(SITES)},\n "movements": {{\n  {lines}\n }}\n}}\n'


if __name__ == "__main__":
    geometry.FILE.write_text(text(), "utf-8")
