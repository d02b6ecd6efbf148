"""Finds the objects of a character: the selection, and the meshes of a selected armature."""

from collections.abc import Iterable

import bpy


def chosen_objects(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected objects that could have a face, the active one first.

    A selected armature brings every object with shape keys that is its descendant or that it
    deforms. If nothing is selected, the active object counts as selected.
    """
    layer = context.view_layer
    active = layer.objects.active
    selected = sorted(layer.objects.selected, key=lambda obj: obj != active)
    if not selected:
        selected = [active] if active is not None else []
    return with_parts([obj for obj in selected if _may_have_a_face(obj)], layer.objects)


def with_parts(
    objects: list[bpy.types.Object], others: Iterable[bpy.types.Object]
) -> list[bpy.types.Object]:
    """The objects without duplicates, each armature followed by its parts among the others."""
    found: dict[int, bpy.types.Object] = {}
    for obj in objects:
        found.setdefault(obj.session_uid, obj)
        if obj.type == "ARMATURE":
            for part in others:
                if has_shape_keys(part) and _belongs_to(part, obj):
                    found.setdefault(part.session_uid, part)
    return list(found.values())


def has_shape_keys(obj: bpy.types.Object) -> bool:
    """Whether the object's data has shape keys; curves and lattices may have them too."""
    return getattr(obj.data, "shape_keys", None) is not None


def _may_have_a_face(obj: bpy.types.Object) -> bool:
    """Meshes without shape keys count, so that the artist can be told that they have none."""
    return obj.type in ("MESH", "ARMATURE") or has_shape_keys(obj) or is_instance(obj)


def is_instance(obj: bpy.types.Object) -> bool:
    """Whether the object is an empty that instances a collection."""
    return obj.type == "EMPTY" and obj.instance_collection is not None


def _belongs_to(part: bpy.types.Object, armature: bpy.types.Object) -> bool:
    parent = part.parent
    while parent is not None:
        if parent == armature:
            return True
        parent = parent.parent
    return any(
        modifier.type == "ARMATURE" and modifier.object == armature for modifier in part.modifiers
    )
