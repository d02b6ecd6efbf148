"""Finds shape keys that move no vertex."""

from functools import cache

import bpy
import numpy as np

_STILL = 1e-5


def without_effect(key: bpy.types.Key, names: list[str]) -> list[str]:
    """Of the named shape keys, those that leave every vertex where their relative key has it.

    Movements below a hundred-thousandth of the mesh's size do not count. Absolute shape keys, and
    those of anything but meshes and lattices, always count as moving something.
    """
    if not names or not key.use_relative or key.user.rna_type.identifier not in ("Mesh", "Lattice"):
        return []
    relative_shape = cache(_coordinates)
    reference = relative_shape(key.reference_key).reshape(-1, 3)
    size = float(np.ptp(reference, axis=0).max()) if len(reference) else 0.0
    still = []
    for name in names:
        block = key.key_blocks[name]
        moved = np.abs(_coordinates(block) - relative_shape(block.relative_key))
        # A mesh of one point has no size of its own.
        if len(moved) == 0 or moved.max() <= _STILL * (size or 1.0):
            still.append(name)
    return still


def _coordinates(block: bpy.types.ShapeKey) -> np.ndarray:
    """float32 [3 N]."""
    points = block.points  # ``data`` holds the same and is seventy times slower
    coordinates = np.empty(3 * len(points), np.float32)
    points.foreach_get("co", coordinates)
    return coordinates
