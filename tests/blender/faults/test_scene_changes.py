"""Whatever happens to the scene while a bake runs, the bake ends with whole keys, or with a
sentence and everything undone."""

import addon_utils
import bpy
import pytest

from tests.support import scene_changes
from tests.support.extension import MODULE
from tests.support.held_bake import STAGES, bake, folder, network
from tests.support.modal import ESC, context
from tests.support.scene_changes import named
from tests.support.scenes import fcurves, make_face

__all__ = ["bake", "context", "folder", "network"]

ALL_CHANGES = (*scene_changes.CHANGES, *scene_changes.OF_WHAT_IS_WRITTEN)
DELETIONS = (*scene_changes.DELETIONS, *scene_changes.OF_WHAT_IS_WRITTEN)


def check_change(bake, change) -> None:
    state = bake.change(change)
    if state == {"CANCELLED"} and change in scene_changes.DELETIONS:
        bake.check_undone()


@pytest.mark.parametrize("change", scene_changes.CHANGES, ids=named)
@pytest.mark.parametrize("stage", STAGES)
def test_change_at_any_stage_of_a_bake_leaves_it_whole_or_undone(bake, stage, change) -> None:
    bake.to(stage)
    check_change(bake, change)


@pytest.mark.parametrize("change", ALL_CHANGES, ids=named)
@pytest.mark.parametrize("stage", ("half written", "last step"))
def test_change_between_two_speakers_leaves_each_whole_or_undone(bake, stage, change) -> None:
    bake.to(stage, "bake_all")
    check_change(bake, change)


@pytest.mark.parametrize("change", DELETIONS, ids=named)
@pytest.mark.parametrize("output", ("ACTION", "NLA", "ACTIVE"))
def test_deletion_while_any_output_is_written_is_survived(bake, output, change) -> None:
    bake.to("half written", output=output)
    check_change(bake, change)


@pytest.mark.parametrize("stage", STAGES)
def test_escape_at_any_stage_undoes_what_is_not_whole(bake, stage) -> None:
    bake.to(stage)
    state = bake.operator.modal(bake.context, ESC)
    assert state == ({"FINISHED"} if bake.written else {"CANCELLED"})
    bake.check_end()
    if not bake.written:
        bake.check_undone()


@pytest.mark.parametrize("load", (scene_changes.load_file, scene_changes.new_file), ids=named)
@pytest.mark.parametrize("stage", STAGES)
def test_another_file_loaded_at_any_stage_gets_no_keys(bake, stage, load) -> None:
    bake.to(stage)
    load(bake.folder)
    bake.operator.cancel(bake.context)
    bake.check_end()
    assert len(bpy.data.actions) == 0


@pytest.mark.parametrize("stage", STAGES)
def test_disabling_at_any_stage_undoes_what_is_not_whole(bake, stage) -> None:
    """Blender removes the operator without calling its cancel."""
    bake.to(stage)
    bake.release()
    addon_utils.disable(MODULE)
    try:
        bake.check_end()
        if not bake.written:
            bake.check_undone()
    finally:
        addon_utils.enable(MODULE)


@pytest.mark.parametrize("change", scene_changes.CHANGES, ids=named)
def test_file_changed_during_a_bake_can_be_saved_and_baked(bake, change) -> None:
    bake.to("half written")
    check_change(bake, change)
    path = str(bake.folder / "a.blend")
    assert bpy.ops.wm.save_as_mainfile(filepath=path, copy=True) == {"FINISHED"}
    for obj in bpy.context.view_layer.objects:
        obj.select_set(False)
    face = make_face("Later", ("jawOpen",))
    assert bpy.ops.audio2face.bake(file=str(bake.folder / "hum.wav")) == {"FINISHED"}
    assert len(fcurves(face.data.shape_keys.animation_data.action)) == 1
