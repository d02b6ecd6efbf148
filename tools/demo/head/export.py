"""Write the character as the small file that blender_audio2face/demo_head/README.md describes."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .features import brow, bust, ear, eyeball, hair, lid, teeth, tongue
from .part import MATERIALS, Part, join
from .shape_keys import shape_key_offsets
from .skin import COLUMNS, CONTACT_ROW, PARTNER, SIN, face_sheet


def head_part() -> Part:
    """Return all that the shape keys move, as one part, the face sheet first."""
    eyes = [eyeball(1), eyeball(-1)]
    eyes += [lid(side, upper) for side in (1, -1) for upper in (True, False)]
    brows, ears = [brow(1), brow(-1)], [ear(1), ear(-1)]
    return join([face_sheet(), *eyes, *teeth(), tongue(), *brows, *ears])


def character() -> dict[str, Part]:
    """Return the parts by object name: the head that the keys move, then what never deforms."""
    return {"Demo Head": head_part(), "Demo Hair": hair(), "Demo Sweater": join(bust())}


STEP = 2.0**-15
"""Coordinates become multiples of this. As a power of two it leaves their sums exact in float32;
int16 then holds offsets up to 1, twice the largest."""


def in_steps(lengths: np.ndarray) -> np.ndarray:
    """Return the nearest whole numbers of steps, int64."""
    return np.rint(lengths / STEP).astype(np.int64)


def sealed(part: Part, offsets: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the key offsets, int64 [N, 3] in steps, with lips that still meet exactly.

    `jawOpen` and `mouthClose` bring facing points of the two lips together by different ways;
    rounded one by one they would miss by a step. `mouthClose` of the lower lip takes that up.
    """
    keys = {name: in_steps(offset) for name, offset in offsets.items()}
    columns = np.flatnonzero(SIN < 0)
    for row in (CONTACT_ROW - 1, CONTACT_ROW):  # the two loops that touch; the sheet comes first
        lower, upper = row * COLUMNS + columns, row * COLUMNS + PARTNER[columns]
        closed = keys["jawOpen"][upper] + keys["mouthClose"][upper]
        keys["mouthClose"][lower] = closed - keys["jawOpen"][lower]
    return keys


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Return linear RGB in 0..1 as sRGB bytes (IEC 61966-2-1)."""
    linear = np.clip(linear, 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * curved).astype(np.uint8)


def mean_colours(part: Part) -> np.ndarray:
    """Return each material's mean colour, float32 [len(MATERIALS), 3], linear RGB."""
    of_faces = part.colour[part.faces].mean(1)
    return np.stack(
        [of_faces[part.material == slot].mean(0) for slot in range(len(MATERIALS))]
    ).astype(np.float32)


def second_differences(values: np.ndarray, dtype: type) -> np.ndarray:
    """Return the second differences along the last axis, wrapped around in `dtype`.

    Neighbours differ little and steadily, so these are small numbers, which compress well.
    """
    return np.diff(
        values.astype(dtype), n=2, axis=-1, prepend=np.zeros((*values.shape[:-1], 2), dtype)
    )


def write_head(path: Path) -> None:
    """Compute the character and write it to `path`, an .npz file."""
    parts = character()
    head, *_ = parts.values()
    together = join(parts.values())
    keys = sealed(head, shape_key_offsets(head))
    np.savez_compressed(
        path,
        step=np.float64(STEP),
        names=np.array(list(parts)),
        vertex_counts=np.array([len(part.points) for part in parts.values()], np.int32),
        face_counts=np.array([len(part.faces) for part in parts.values()], np.int32),
        points=second_differences(in_steps(together.points).T, np.int32),
        quads=second_differences(
            np.concatenate([part.faces for part in parts.values()]).T, np.int32
        ),
        colours=to_srgb(together.colour),
        slots=together.material.astype(np.uint8),
        materials=np.array(MATERIALS),
        material_colours=mean_colours(together),
        keys=np.array(list(keys)),
        offsets=second_differences(np.stack(list(keys.values())).transpose(0, 2, 1), np.int16),
    )
