"""Puts the demo head into the scene, where the artist looks for it."""

from __future__ import annotations

import bpy
from mathutils import Vector

from ..scene.face_objects import has_shape_keys
from .asset import HEAD, read_asset
from .objects import make_objects
from .place import DemoHeadError, check_place
from .speech import add_sentence

_APART = 2.4
"""Metres between heads side by side, so that their shoulders do not touch."""


def add_demo_head(context: bpy.types.Context, with_speech: bool) -> bpy.types.Object:
    """Add the head with its 52 ARKit shape keys, hair and sweater at the 3D cursor, or beside the
    face that is there.

    The head alone becomes selected and active; all three go into the active collection.

    Args:
        context: gives scene, view layer, collection and cursor.
        with_speech: also put the sample sentence on the timeline, as `speech.add_sentence` does.

    Returns:
        The object with the shape keys, "Demo Head".

    Raises:
        DemoHeadError: the active collection takes no objects, or the head's file is damaged.
        SentenceError: the sentence cannot be added; then neither is the head.
    """
    check_place(context)
    try:
        asset = read_asset(HEAD)
    except (OSError, ValueError, KeyError) as error:
        raise DemoHeadError(
            f"{HEAD.name} cannot be read ({error}): install the extension again."
        ) from error
    if with_speech:
        add_sentence(context)
    objects = make_objects(asset)
    _show(context, objects)
    head = objects[0]
    head.location = _free_place(context, head)
    for other in context.view_layer.objects:
        other.select_set(False)
    head.select_set(True)
    context.view_layer.objects.active = head
    return head


def _free_place(context: bpy.types.Context, head: bpy.types.Object) -> Vector:
    """The 3D cursor, or the first place to the right of it, along X, where no other face is."""
    others = [obj for obj in context.view_layer.objects if obj != head and has_shape_keys(obj)]
    place = context.scene.cursor.location.copy()
    while any((obj.location - place).length < _APART / 2 for obj in others):
        place.x += _APART
    return place


def _show(context: bpy.types.Context, objects: list[bpy.types.Object]) -> None:
    """Link the objects to the active collection, and into the view's isolation if it has one."""
    space = context.space_data
    isolated = space is not None and space.type == "VIEW_3D" and space.local_view is not None
    for one in objects:
        context.collection.objects.link(one)
        if isolated:
            one.local_view_set(space, True)
