"""A piece of the head (skin, tooth, eye …) as arrays, and smooth weights over its points."""

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
    """Vertices and faces, with the weights that the shape keys need.

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


def circle(count: int) -> np.ndarray:
    """Return the angles [count] of points around a circle, in radians, from 0 on."""
    return 2 * np.pi * np.arange(count) / count


def xyz(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return points [..., 3] of their coordinates, which are broadcast together."""
    return np.stack(np.broadcast_arrays(x, y, z), -1)


def ball(polar: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Return the points [R * C, 3] of a unit sphere, ring by ring.

    `polar` [R] is a ring's angle from straight forward and `turn` [C] the place on it, in radians.
    """
    radius, forward = np.sin(polar)[:, None], np.cos(polar)[:, None]
    return xyz(radius * np.cos(turn), -forward, radius * np.sin(turn)).reshape(-1, 3)


def ramp(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return 0 below `low`, 1 above `high` and the cubic smoothstep in between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def bell(x: np.ndarray, width: float) -> np.ndarray:
    """Return 1 where `x` is 0, falling as a Gaussian to 1/e at `width` on both sides."""
    return np.exp(-((x / width) ** 2))


def around(part: Part, centre: tuple, radii: tuple, side: int = 0) -> np.ndarray:
    """Return a bell [N] on skin-like points: 1 at `centre`, about 0.1 at 1.5 `radii`.

    `centre` is given on the left; `side` +1 takes it, -1 its mirror image, 0 both. Teeth, tongue
    and eyeballs stay out, and so does what lies inside the mouth.
    """
    if side == 0:
        both = around(part, centre, radii, 1) + around(part, centre, radii, -1)
        return both if centre[0] else both / 2
    distance = (part.points - np.asarray(centre) * [side, 1, 1]) / np.asarray(radii)
    skin = np.where(part.get("sheet") > 0, ramp(part.get("reach"), 0.02, 0.16), 1)
    skin = skin * (part.get("rigid") == 0) * (part.get("eyeball") == 0) * (part.get("lid") == 0)
    return np.exp(-(distance**2).sum(-1)) * skin


def side_weight(part: Part, side: int, width: float = 0.10) -> np.ndarray:
    """Return 1 on `side` (+1 left, -1 right) and 0 on the other; both sum to 1 everywhere."""
    return ramp(part.points[:, 0] * side, -width, width)
