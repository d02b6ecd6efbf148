"""The open file and the scene that a command works in."""

from dataclasses import dataclass
from pathlib import Path

import bpy

from .errors import CommandError


@dataclass(frozen=True)
class Place:
    """Stands in for a context, of which without a window only the scene is sure.

    Attributes:
        scene: the face's scene.
        workspace: the open file's, or None.
    """

    scene: bpy.types.Scene
    workspace: bpy.types.WorkSpace | None


def open_place(scene_name: str | None) -> Place:
    """The place of a command. Raises CommandError for a scene that is not there."""
    open_blend()
    if scene_name is None:
        return Place(bpy.context.scene, bpy.context.workspace)
    scene = bpy.data.scenes.get(scene_name)
    if scene is None:
        names = ", ".join(f'"{one.name}"' for one in bpy.data.scenes)
        raise CommandError(f'There is no scene "{scene_name}": choose one of {names}.')
    return Place(scene, bpy.context.workspace)


def open_blend() -> Path:
    """The open .blend. Raises CommandError where none is, as when it could not be read."""
    path = Path(bpy.data.filepath)
    if not bpy.data.filepath or not path.is_file():
        raise CommandError(
            "No .blend is open: name one that can be read before --command, "
            "as in blender -b shot.blend --command audio2face."
        )
    return path
