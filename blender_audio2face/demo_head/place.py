"""Where the demo head can be added; apart from the head, as its button asks this when drawn."""

from __future__ import annotations

import bpy

from ..errors import BakeError


class DemoHeadError(BakeError):
    """The demo head cannot be added."""


def check_place(context: bpy.types.Context) -> None:
    """Raises DemoHeadError where a new object could not be added or selected.

    Blender sees to it that the active collection is never a hidden one.
    """
    if context.mode != "OBJECT":
        raise DemoHeadError("Switch to Object Mode first.")
    place = context.collection
    if place.library is not None or place.override_library is not None:
        raise DemoHeadError(
            f'Collection "{place.name}" is linked: choose another one in the Outliner.'
        )
