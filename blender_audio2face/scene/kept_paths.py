"""Paths that a .blend keeps, so that they behave as Blender's own.

Blender rewrites the paths of its datablocks: where the file is saved elsewhere, with *Make Paths
Relative* and *Find Missing Files*, and with the slashes of another system. It leaves those of
add-ons as they are. So a path of ours is that of a Sound datablock, which Blender does not open
before it plays; nothing else of Blender's can keep the path of just any file.
"""

import os
import stat

import bpy
from bpy.props import PointerProperty, StringProperty

from .properties import BLEND_RELATIVE

_OURS = "audio2face"
"""Custom property of a Sound that was made for a path."""


def absolute(path: str, library: "bpy.types.Library | None" = None) -> str:
    """The absolute path of one that may start with ``//``, the folder of the .blend (or of the
    library), and may have been stored by Windows."""
    return bpy.path.abspath(_native(str(path)), library=library)


def kept_path(name: str, label: str, description: str) -> StringProperty:
    """A property that keeps a path in the datablock of the property ``<name>_datablock`` beside it.

    Args:
        name: of the property.
        label: its name in the panels.
        description: what file it is.
    """
    return StringProperty(
        name=label,
        description=description,
        subtype="FILE_PATH",
        options=BLEND_RELATIVE,
        get=lambda group: _path_of(group, name),
        set=lambda group, path: _keep_path(group, name, path),
    )


def path_datablock() -> PointerProperty:
    """The property that holds the datablock of a ``kept_path``."""
    return PointerProperty(type=bpy.types.Sound, name="File", options={"HIDDEN"})


def _datablock(name: str) -> str:
    return f"{name}_datablock"


def _path_of(group, name: str) -> str:
    # Reading a pointer that was never set would store one, which changes the file.
    pointer = _datablock(name)
    kept = getattr(group, pointer) if group.is_property_set(pointer) else None
    if kept is not None:
        return kept.filepath
    # Panels read this while they are drawn, where nothing may be made.
    stored = group if bpy.app.version < (5, 0, 0) else group.bl_system_properties_get()
    return stored.get(name, "") if stored is not None else ""


def _keep_path(group, name: str, path: str) -> None:
    is_older = bpy.app.version < (5, 0, 0)
    stored = group if is_older else group.bl_system_properties_get(do_create=True)
    kept = None
    stored.pop(name, None)
    if path and not _may_be_opened(absolute(path)):
        stored[name] = path
    elif path:
        kept = bpy.data.sounds.load(_native(path), check_existing=True)
        if kept.users == 0:
            kept[_OURS] = True
    setattr(group, _datablock(name), kept)
    remove_unused()


def remove_unused() -> None:
    """Removes the datablocks of paths that nothing keeps any more; Blender would, too, but only
    when the file is saved."""
    for sound in tuple(bpy.data.sounds):
        if sound.users == 0 and sound.get(_OURS):
            bpy.data.sounds.remove(sound)


def packed_content(path: str) -> bytes | None:
    """The bytes of a kept file that was packed into the .blend; None if it was not.

    Args:
        path: absolute.
    """
    for sound in bpy.data.sounds:
        if sound.packed_file is not None and absolute(sound.filepath, sound.library) == path:
            return bytes(sound.packed_file.data)
    return None


def _may_be_opened(path: str) -> bool:
    """False for what is no file: Blender would open a pipe, and wait for ever."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - Path would take it apart
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False


def _native(path: str) -> str:
    """``//`` paths with this system's slashes; others may hold a backslash in a name."""
    return path.replace("\\", "/") if os.sep == "/" and path.startswith("//") else path
