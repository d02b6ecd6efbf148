"""Changes to a scene while a bake runs, each as an artist, or another add-on, would do it."""

from collections.abc import Callable
from pathlib import Path

import addon_utils
import bpy

from tests.support.extension import MODULE
from tests.support.fault_scene import LIBRARY, OTHER_FILE, ours
from tests.support.scenes import HAS_SOUND


def named(change: Callable) -> str:
    """A change's name, for ids of parametrized tests."""
    return change.__name__


def anna() -> bpy.types.Object:
    return bpy.data.objects["Anna"]


def strips():
    editor = bpy.context.scene.sequence_editor
    return editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences


def anna_s_strip():
    return next(one for one in strips() if one.name == "Line of Anna")


def delete_object() -> None:
    bpy.data.objects.remove(anna())


def delete_mesh() -> None:
    bpy.data.meshes.remove(anna().data)


def delete_both_faces() -> None:
    bpy.data.batch_remove([bpy.data.objects[name].data for name in ("Anna", "Bert")])


def delete_shape_keys() -> None:
    anna().shape_key_clear()


def delete_one_shape_key() -> None:
    anna().shape_key_remove(anna().data.shape_keys.key_blocks["jawOpen"])


def delete_strip() -> None:
    strips().remove(anna_s_strip())


def delete_sound() -> None:
    bpy.data.sounds.remove(anna_s_strip().sound)


def delete_sequence_editor() -> None:
    bpy.context.scene.sequence_editor_clear()


def delete_scene() -> None:
    bpy.data.scenes.remove(bpy.context.scene)


def delete_speakers() -> None:
    bpy.context.scene.audio2face.speakers.clear()


def delete_animation() -> None:
    anna().data.shape_keys.animation_data_clear()


def delete_artists_action() -> None:
    bpy.data.actions.remove(bpy.data.actions["Hand"])


def delete_written_actions() -> None:
    bpy.data.batch_remove(ours())


def delete_written_curves() -> None:
    for action in ours():
        if bpy.app.version < (4, 4, 0):
            action.fcurves.clear()
        else:
            action.slots.remove(action.slots[0])


def delete_one_written_curve() -> None:
    for action in ours():
        if bpy.app.version < (4, 4, 0):
            bags = [action]
        else:
            bags = [b for layer in action.layers for s in layer.strips for b in s.channelbags]
        for bag in bags:
            for curve in bag.fcurves[:1]:
                bag.fcurves.remove(curve)


def rename_object() -> None:
    anna().name = "Hanna"


def rename_mesh_and_keys() -> None:
    anna().data.name = anna().data.shape_keys.name = "Hanna"


def rename_shape_key() -> None:
    anna().data.shape_keys.key_blocks["jawOpen"].name = "Jaw Open"


def rename_strip() -> None:
    anna_s_strip().name = "Renamed"


def rename_scene() -> None:
    bpy.context.scene.name = "Renamed"


def rename_sound() -> None:
    anna_s_strip().sound.name = "Renamed"


def rename_actions() -> None:
    for action in bpy.data.actions:
        action.name = "Renamed"


def relink_mesh() -> None:
    anna().data = bpy.data.objects["Spare"].data


def relink_to_library() -> None:
    folder = Path(bpy.context.scene["folder"])
    with bpy.data.libraries.load(str(folder / LIBRARY), link=True) as (_, wanted):
        wanted.meshes = ["Spare"]
    anna().data = wanted.meshes[0]


def relink_sound() -> None:
    path = Path(bpy.path.abspath(anna_s_strip().sound.filepath)).with_name("spare.wav")
    anna_s_strip().sound = bpy.data.sounds.load(str(path))


def relink_action() -> None:
    key = anna().data.shape_keys
    anim = key.animation_data or key.animation_data_create()
    anim.action = bpy.data.actions.new("Another")


def unlink_object() -> None:
    bpy.context.scene.collection.objects.unlink(anna())


def move_strip() -> None:
    anna_s_strip().channel = 5


def add_speakers() -> None:
    for _ in range(20):
        bpy.context.scene.audio2face.speakers.add()


def turn_dial() -> None:
    bpy.context.scene.audio2face.speakers["Anna"].dials.overall = 0.5


def undo() -> None:
    bpy.ops.ed.undo()


def undo_and_redo() -> None:
    undo()
    bpy.ops.ed.redo()


DELETIONS = (
    delete_object,
    delete_mesh,
    delete_both_faces,
    delete_shape_keys,
    delete_one_shape_key,
    delete_scene,
    delete_speakers,
    delete_animation,
    delete_artists_action,
    *((delete_strip, delete_sound, delete_sequence_editor) if HAS_SOUND else ()),
)
OTHER_CHANGES = (
    rename_object,
    rename_mesh_and_keys,
    rename_shape_key,
    rename_scene,
    rename_actions,
    relink_mesh,
    relink_to_library,
    relink_action,
    unlink_object,
    add_speakers,
    turn_dial,
    *((rename_strip, rename_sound, relink_sound, move_strip) if HAS_SOUND else ()),
)
OF_WHAT_IS_WRITTEN = (delete_written_actions, delete_written_curves, delete_one_written_curve)
STEPS_BACK = (undo, undo_and_redo)
CHANGES: tuple[Callable[[], None], ...] = (*DELETIONS, *OTHER_CHANGES, *STEPS_BACK)


def load_file(folder: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(folder / OTHER_FILE))


def new_file(_folder: Path) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


def disable(_folder: Path) -> None:
    addon_utils.disable(MODULE)
