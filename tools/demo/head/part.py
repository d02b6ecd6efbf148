"""One piece of the head (skin, tooth row, eye ...) as arrays, before it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

MATERIALS = (
    "Demo Skin", "Demo Mouth Cavity", "Demo Teeth", "Demo Gums", "Demo Tongue", "Demo Eyes",
    "Demo Hair", "Demo Sweater", "Demo Lips", "Demo Irises", "Demo Pupils", "Demo Lashes",
)  # fmt: skip
"""Names of the material slots; the extension has a finish for each."""
SKIN, CAVITY, TOOTH, GUM, TONGUE, EYE, HAIR, CLOTH, LIPS, IRIS, PUPIL, LASHES = range(12)


@dataclass
class Part:
    """Vertices and faces with what the shape keys need to know about them.

    Attributes:
        points: float64 [N, 3], head space: x to the character's left, -y forward, z up.
        faces: int [F, 4] quads.
        colour: float [N, 3], linear RGB.
        material: slot of the whole part, or int [F] for each face.
        fields: named float [N] weights; a part that lacks a name has zeros there.
    """

    points: np.ndarray
    faces: np.ndarray
    colour: np.ndarray
    material: int | np.ndarray
    fields: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.points)
        self.colour = np.broadcast_to(np.asarray(self.colour, float), (count, 3))
        self.material = np.broadcast_to(self.material, (len(self.faces),))
        self.fields = {
            name: np.broadcast_to(np.asarray(weight, float), (count,))
            for name, weight in self.fields.items()
        }

    def get(self, name: str) -> np.ndarray:
        """Return the field `name`, float [N]; zeros where the part does not have it."""
        return self.fields.get(name, np.zeros(len(self.points)))

    def material_of_points(self) -> np.ndarray:
        """Return the material slot at each point, int [N]."""
        slots = np.zeros(len(self.points), int)
        slots[self.faces.ravel()] = np.repeat(self.material, self.faces.shape[1])
        return slots


def join(parts: Iterable[Part]) -> Part:
    """Return all parts as one, in order; fields are filled with zeros where missing."""
    parts = list(parts)
    starts = np.cumsum([0] + [len(part.points) for part in parts])
    names = sorted({name for part in parts for name in part.fields})
    return Part(
        points=np.concatenate([part.points for part in parts]),
        faces=np.concatenate([part.faces + s for part, s in zip(parts, starts, strict=False)]),
        colour=np.concatenate([part.colour for part in parts]),
        material=np.concatenate([part.material for part in parts]),
        fields={name: np.concatenate([part.get(name) for part in parts]) for name in names},
    )


def grid_faces(rows: int, columns: int, wrap: bool = False, flip: bool = False) -> np.ndarray:
    """Return quads [F, 4] over vertices stored row by row; `wrap` joins the last column to 0."""
    row = np.arange(rows - 1)[:, None] * columns
    column = np.arange(columns if wrap else columns - 1)[None, :]
    after = (column + 1) % columns
    quads = np.stack([row + column, row + after, row + columns + after, row + columns + column], -1)
    quads = quads.reshape(-1, 4)
    return quads[:, ::-1] if flip else quads
