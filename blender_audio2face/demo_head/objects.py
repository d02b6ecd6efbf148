"""From the head's arrays to Blender's meshes, shape keys and objects."""

from __future__ import annotations

import bpy
import numpy as np

from .asset import HeadAsset, Shape
from .materials import COLOUR_ATTRIBUTE, make_material


def make_objects(asset: HeadAsset) -> list[bpy.types.Object]:
    """Return new objects in no collection yet: the head with its keys, then its children.

    Hair and sweater are objects of their own, as they never deform: Blender prepares them for
    drawing only once.
    """
    materials = [
        make_material(name, colour)
        for name, colour in zip(asset.materials, asset.material_colours.tolist(), strict=True)
    ]
    objects = [_make_object(shape, materials) for shape in asset.shapes]
    head, *children = objects
    for child in children:
        child.parent = head
    _add_shape_keys(head, asset)
    return objects


def _make_object(shape: Shape, materials: list[bpy.types.Material]) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(shape.name)
    corners = shape.quads.size
    mesh.vertices.add(len(shape.points))
    mesh.vertices.foreach_set("co", shape.points.ravel())
    mesh.loops.add(corners)
    mesh.loops.foreach_set("vertex_index", shape.quads.ravel())
    mesh.polygons.add(len(shape.quads))
    mesh.polygons.foreach_set("loop_start", np.arange(0, corners, 4, dtype=np.int32))
    used, slots = np.unique(shape.slots, return_inverse=True)
    for slot in used:
        mesh.materials.append(materials[slot])
    mesh.polygons.foreach_set("material_index", slots.astype(np.int32))
    rgba = np.full((len(shape.points), 4), 1.0, np.float32)
    rgba[:, :3] = shape.colours / np.float32(255)
    attribute = mesh.color_attributes.new(COLOUR_ATTRIBUTE, "BYTE_COLOR", "POINT")
    attribute.data.foreach_set("color_srgb", rgba.ravel())
    mesh.update(calc_edges=True)
    return bpy.data.objects.new(shape.name, mesh)


def _add_shape_keys(head: bpy.types.Object, asset: HeadAsset) -> None:
    head.shape_key_add(name="Basis", from_mix=False)
    head.data.shape_keys.name = head.name
    points = asset.shapes[0].points
    for name, offset in asset.keys.items():
        key = head.shape_key_add(name=name, from_mix=False)
        key.value = 0.0  # some releases start at 1
        key.data.foreach_set("co", (points + offset).ravel())
