"""The points of shape keys: which keys move none, and what all of a face's do."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import bpy
import numpy as np

_STILL = 1e-5
_MOST_MOVED, _MOST_RESTING = 8000, 2000
"""Points of a mesh that are looked at: those that shape keys move, and others."""


@dataclass(frozen=True)
class FaceShapes:
    """The shape keys of a face's meshes, in the world.

    Attributes:
        names: K shape keys; those of one name on several meshes are one.
        points: float32 [V, 3], all meshes at rest.
        offsets: float32 [K, V, 3], what each adds.
    """

    names: tuple[str, ...]
    points: np.ndarray
    offsets: np.ndarray


def face_shapes(objects: Iterable, *, whole: bool = False) -> FaceShapes:
    """The relative shape keys of the meshes among the objects; reads every shape.

    Args:
        objects: a face's.
        whole: keep every point that moves, not an even choice of some thousands.
    """
    meshes, names = {}, {}
    for obj in objects:
        key = getattr(obj.data, "shape_keys", None)
        if obj.type == "MESH" and key is not None and key.use_relative and has_points(key):
            meshes.setdefault(key.session_uid, obj)
            names |= dict.fromkeys(block.name for block in key.key_blocks[1:])
    places = {name: place for place, name in enumerate(names)}
    read = [_mesh_shapes(obj, places, whole) for obj in meshes.values()]
    if not read:
        return FaceShapes((), np.zeros((0, 3), np.float32), np.zeros((0, 0, 3), np.float32))
    points, offsets = zip(*read, strict=True)
    return FaceShapes(tuple(names), np.concatenate(points), np.concatenate(offsets, axis=1))


def _mesh_shapes(obj, places: dict[str, int], whole: bool) -> tuple[np.ndarray, np.ndarray]:
    """(points [V, 3], offsets [K, V, 3]) of one mesh in the world, K as in ``places``."""
    key = obj.data.shape_keys
    relative_shape = cache(_coordinates)
    rest = relative_shape(key.reference_key).reshape(-1, 3)

    def offset(block) -> np.ndarray:
        return (_coordinates(block) - relative_shape(block.relative_key)).reshape(-1, 3)

    blocks = key.key_blocks[1:]
    moved = np.zeros(len(rest), bool)
    for block in blocks:
        length = np.linalg.norm(offset(block), axis=1)
        moved |= length > 0.05 * max(float(length.max()), _STILL)
    chosen = np.flatnonzero(moved)
    others = np.flatnonzero(~moved)
    most = len(chosen) if whole else _MOST_MOVED
    chosen = np.concatenate([_evenly(chosen, most), _evenly(others, _MOST_RESTING)])
    world = np.array(obj.matrix_world, np.float32)
    offsets = np.zeros((len(places), len(chosen), 3), np.float32)
    for block in blocks:
        offsets[places[block.name]] = offset(block)[chosen] @ world[:3, :3].T
    points = rest[chosen] @ world[:3, :3].T + world[:3, 3]
    return _finite(points), _finite(offsets)


def _finite(values: np.ndarray) -> np.ndarray:
    """The values, with 0 for what a broken import left in a mesh."""
    return np.nan_to_num(values, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def _evenly(places: np.ndarray, most: int) -> np.ndarray:
    if len(places) <= most:
        return places
    return places[np.linspace(0, len(places) - 1, most).astype(np.intp)]


def without_effect(key: bpy.types.Key, names: list[str]) -> list[str]:
    """Of the named shape keys, those that leave every vertex where their relative key has it.

    Movements below a hundred-thousandth of the mesh's size do not count. Absolute shape keys, and
    those of anything but meshes and lattices, always count as moving something.
    """
    if not names or not key.use_relative or key.user.rna_type.identifier not in ("Mesh", "Lattice"):
        return []
    if not has_points(key):
        return list(names)
    relative_shape = cache(_coordinates)
    reference = relative_shape(key.reference_key).reshape(-1, 3)
    size = float(np.ptp(reference, axis=0).max()) if len(reference) else 0.0
    still = []
    for name in names:
        block = key.key_blocks[name]
        moved = np.abs(_coordinates(block) - relative_shape(block.relative_key))
        # A mesh of one point has no size of its own.
        if moved.max() <= _STILL * (size or 1.0):
            still.append(name)
    return still


def has_points(key: bpy.types.Key) -> bool:
    """Whether what has the shape keys has any point; Blender's lists of points are then wrong."""
    user = key.user
    return len(user.vertices) > 0 if user.rna_type.identifier == "Mesh" else True


def _coordinates(block: bpy.types.ShapeKey) -> np.ndarray:
    """float32 [3 N]."""
    points = block.points  # ``data`` holds the same and is seventy times slower
    coordinates = np.empty(3 * len(points), np.float32)
    points.foreach_get("co", coordinates)
    return coordinates
