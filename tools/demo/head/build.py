"""Put the parts together as one mesh object with its shape keys."""

from __future__ import annotations

import bpy
import numpy as np

from .brows import brows
from .bust import bust
from .ears import ears
from .eyes import eyes
from .hair import hair
from .materials import COLOUR_ATTRIBUTE, make_materials
from .part import Part, join
from .shape_keys import shape_key_offsets
from .skin import face_sheet
from .teeth import teeth
from .tongue import tongue

OBJECT_NAME = "Demo Head"


def head_part() -> Part:
    """Return all that the shape keys move, as one part, the face sheet first."""
    return join([face_sheet(), *eyes(), *teeth(), tongue(), *brows(), *ears()])


def build_head() -> bpy.types.Object:
    """Make the character in the active scene and return its head, the object with the 52 keys.

    Hair and sweater are objects of their own, children of the head: they never deform, so Cycles
    prepares them only once.
    """
    materials = make_materials()
    part = head_part()
    head = make_object(OBJECT_NAME, part, materials)
    for name, still in (("Demo Hair", hair()), ("Demo Sweater", join(bust()))):
        make_object(name, still, materials).parent = head
    head.shape_key_add(name="Basis", from_mix=False)
    for name, offset in shape_key_offsets(part).items():
        key = head.shape_key_add(name=name, from_mix=False)
        key.data.foreach_set("co", (part.points + offset).astype(np.float32).ravel())
    return head


def make_object(name: str, part: Part, materials: list[bpy.types.Material]) -> bpy.types.Object:
    """Return a new smooth mesh object in the active scene's collection."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(part.points, [], part.faces.tolist())
    mesh.polygons.foreach_set("material_index", part.material.astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(part.faces), bool))
    attribute = mesh.color_attributes.new(COLOUR_ATTRIBUTE, "FLOAT_COLOR", "POINT")
    rgba = np.concatenate([part.colour, np.ones((len(part.points), 1))], 1)
    attribute.data.foreach_set("color", rgba.astype(np.float32).ravel())
    for material in materials:
        mesh.materials.append(material)
    mesh.update()
    made = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(made)
    return made
