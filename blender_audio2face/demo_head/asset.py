"""The head's file as arrays. README.md describes the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HEAD = Path(__file__).with_name("head.npz")


@dataclass(frozen=True)
class Shape:
    """One mesh: points float32 [N, 3] in Blender's units, quads int32 [F, 4], colours uint8 [N, 3]
    in sRGB, slots uint8 [F] into the head's materials."""

    name: str
    points: np.ndarray
    quads: np.ndarray
    colours: np.ndarray
    slots: np.ndarray


@dataclass(frozen=True)
class HeadAsset:
    """The whole character.

    Attributes:
        shapes: the head itself, then its hair and its sweater.
        materials: their names.
        material_colours: float32 [M, 3], linear RGB, the mean of each material.
        keys: offsets from rest, float32 [N, 3], of the head's shape keys by name, in order.
    """

    shapes: tuple[Shape, ...]
    materials: tuple[str, ...]
    material_colours: np.ndarray
    keys: Mapping[str, np.ndarray]


def read_asset(path: Path) -> HeadAsset:
    """Reads the head's file."""
    with np.load(path, allow_pickle=False) as file:
        stored = dict(file)
    step = np.float32(stored["step"])
    after_vertices = np.cumsum(stored["vertex_counts"])[:-1]
    after_faces = np.cumsum(stored["face_counts"])[:-1]
    points = _summed_twice(stored["points"]).T * step
    quads = _summed_twice(stored["quads"]).T
    shapes = tuple(
        Shape(str(name), *arrays)
        for name, *arrays in zip(
            stored["names"],
            np.split(points.astype(np.float32), after_vertices),
            np.split(quads, after_faces),
            np.split(stored["colours"], after_vertices),
            np.split(stored["slots"], after_faces),
            strict=True,
        )
    )
    offsets = _summed_twice(stored["offsets"]).transpose(0, 2, 1).astype(np.float32) * step
    keys = {str(name): offset for name, offset in zip(stored["keys"], offsets, strict=True)}
    materials = tuple(map(str, stored["materials"]))
    return HeadAsset(shapes, materials, stored["material_colours"], keys)


def _summed_twice(differences: np.ndarray) -> np.ndarray:
    """Undo second differences along the last axis in the same type, which wraps around."""
    once = np.cumsum(differences, axis=-1, dtype=differences.dtype)
    return np.cumsum(once, axis=-1, dtype=differences.dtype)
