"""Shows values on a face without keys, and gives the face back as it was, whatever happens.

Here are the overrides in use; ``override`` makes one, with ``datablock`` for each datablock of the
face; ``saved_values`` keeps the values from before in the datablock itself.
"""

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from .override import FaceOverride

SAVED_VALUES = "audio2face_live"
"""Custom property that holds [[data path, index, value], ...] as JSON."""

in_use: "dict[FaceOverride, None]" = {}
"""Those in use, in order of creation."""


def overrides() -> "tuple[FaceOverride, ...]":
    """The overrides in use, in order of creation."""
    return tuple(in_use)


def release(uids: frozenset[int]) -> None:
    """Ends every override of one of the datablocks: before they are keyed or cleared."""
    for override in overrides():
        if override.uids & uids:
            override.release()


def release_all() -> None:
    """Ends every override: before another file is loaded, and when the add-on is disabled."""
    for override in overrides():
        override.release()


def restore_leftovers() -> None:
    """Restores values left overridden by an undo step, or a file, that captured a live session."""
    held = frozenset().union(*(override.uids for override in in_use))
    for datablock in (*bpy.data.shape_keys, *bpy.data.objects):
        if SAVED_VALUES not in datablock or datablock.session_uid in held:
            continue
        if datablock.library is None:
            from . import saved_values  # few files hold any, and Blender opens quicker without

            saved_values.restore(datablock)
