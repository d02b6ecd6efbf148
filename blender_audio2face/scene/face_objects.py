"""Finds the objects of a character: the selection, the meshes of a selected armature, and the
teeth, tongue, eyes and lashes of a selected head."""

import re
from collections.abc import Iterable

import bpy
from mathutils import Vector

_DEFAULT_NAME = re.compile(r"Key( \d+)?(\.\d+)?$")
"""What Blender calls a shape key that nobody named."""

_INSIDE = 1.25
"""How far a part may reach out of its head's box, over the box's size."""
_SMALLER = 0.95
"""The largest a part may be, over the size of its head."""


def chosen_objects(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The objects of the characters that are selected, the active one first.

    Each selected object brings its armature's meshes or its companions; see ``with_parts`` and
    ``with_companions``.
    """
    return with_companions(selected_objects(context), context.view_layer.objects)


def selected_objects(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected objects that could have a face, the active one first.

    A selected armature brings every object with shape keys that is its descendant or that it
    deforms. If nothing is selected, the active object counts as selected.
    """
    layer = context.view_layer
    return with_parts(_selected(context), layer.objects)


def has_selection(context: bpy.types.Context) -> bool:
    """Whether ``selected_objects`` has any; cheap enough for each redraw."""
    return bool(_selected(context))


def _selected(context: bpy.types.Context) -> list[bpy.types.Object]:
    layer = context.view_layer
    active = layer.objects.active
    selected = sorted(layer.objects.selected, key=lambda obj: obj != active)
    if not selected:
        selected = [active] if active is not None else []
    return [obj for obj in selected if _may_have_a_face(obj)]


def with_companions(
    objects: list[bpy.types.Object], others: Iterable[bpy.types.Object]
) -> list[bpy.types.Object]:
    """The objects, and after them the meshes of the same characters with the same shape keys.

    A mesh goes with another when both have a shape key of the same given name, and both have the
    same armature, the same parent or, one lying within the other, the same collection (not the
    scene's own, where everything lies).
    """
    found = {obj.session_uid: obj for obj in objects}
    faces = [obj for obj in objects if obj.type == "MESH" and has_shape_keys(obj)]
    if not faces:
        return objects
    candidates = [obj for obj in others if obj.type == "MESH" and has_shape_keys(obj)]
    for face in faces:
        names = _given_names(face)
        for part in candidates:
            if (
                part.session_uid not in found
                and _are_together(face, part)
                and not names.isdisjoint(_given_names(part))
            ):
                found[part.session_uid] = part
    return list(found.values())


def with_parts(
    objects: list[bpy.types.Object], others: Iterable[bpy.types.Object]
) -> list[bpy.types.Object]:
    """The objects without duplicates, each armature followed by its parts among the others."""
    found: dict[int, bpy.types.Object] = {}
    for obj in objects:
        found.setdefault(obj.session_uid, obj)
        if obj.type == "ARMATURE":
            for part in others:
                if has_shape_keys(part) and belongs_to(part, obj):
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


def _given_names(obj: bpy.types.Object) -> set[str]:
    """Names of an object's shape keys but the first, and but those that Blender gave."""
    names = obj.data.shape_keys.key_blocks.keys()[1:]
    return {name for name in names if not _DEFAULT_NAME.match(name)}


def _are_together(face: bpy.types.Object, part: bpy.types.Object) -> bool:
    armatures = _armatures_of(face), _armatures_of(part)
    if any(armatures):
        return not armatures[0].isdisjoint(armatures[1])
    if face.parent is not None or part.parent is not None:
        return face.parent == part.parent or face.parent == part or part.parent == face
    scenes = {scene.collection for scene in bpy.data.scenes}
    shared = set(face.users_collection) & set(part.users_collection) - scenes
    return bool(shared) and (_lies_within(part, face) or _lies_within(face, part))


def _armatures_of(obj: bpy.types.Object) -> set[bpy.types.Object]:
    """The armatures that deform an object, or that it is a descendant of."""
    found = {modifier.object for modifier in obj.modifiers if modifier.type == "ARMATURE"}
    parent = obj.parent
    while parent is not None:
        if parent.type == "ARMATURE":
            found.add(parent)
        parent = parent.parent
    return found - {None}


def _lies_within(part: bpy.types.Object, face: bpy.types.Object) -> bool:
    """Whether a smaller object lies in the box of a larger one."""
    (low, high), (inner_low, inner_high) = _box_of(face), _box_of(part)
    size, inner_size = (high - low).length, (inner_high - inner_low).length
    if inner_size > _SMALLER * size:
        return False
    middle, half = (low + high) / 2.0, (high - low) / 2.0
    offset = (inner_low + inner_high) / 2.0 - middle
    return all(abs(offset[axis]) <= _INSIDE * half[axis] + 1e-6 for axis in range(3))


def _box_of(obj: bpy.types.Object) -> tuple[Vector, Vector]:
    """(lowest, highest) corner in the world."""
    corners = [obj.matrix_world @ Vector(corner) for corner in obj.bound_box]
    low = Vector([min(corner[axis] for corner in corners) for axis in range(3)])
    high = Vector([max(corner[axis] for corner in corners) for axis in range(3)])
    return low, high


def belongs_to(part: bpy.types.Object, armature: bpy.types.Object) -> bool:
    """Whether an armature deforms an object, or the object is its descendant."""
    parent = part.parent
    while parent is not None:
        if parent == armature:
            return True
        parent = parent.parent
    return any(
        modifier.type == "ARMATURE" and modifier.object == armature for modifier in part.modifiers
    )
