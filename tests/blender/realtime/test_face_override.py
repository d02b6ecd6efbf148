"""A face that shows values without keys, and its own again whatever happened meanwhile."""

import importlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.support.scenes import make_face

NAMES = ("jawOpen", "mouthFunnel", "browInnerUp")
MARK = "audio2face_live"
OPEN = np.array([0.5, 0.25, 0.75], np.float32)


@pytest.fixture
def modules(extension: str) -> Iterator[SimpleNamespace]:
    def module(name: str) -> ModuleType:
        return importlib.import_module(f"{extension}.blender_audio2face.{name}")

    found = SimpleNamespace(
        face_override=module("face_override"),
        override=module("face_override.override"),
        face_plan=module("scene.face_plan"),
        mapping=module("core.rigs.mapping"),
    )
    yield found
    for override in found.face_override.overrides():
        override.restore()


def face(name: str = "Face", value: float = 0.125):
    made = make_face(name, (*NAMES, "smirk"))
    for block in made.data.shape_keys.key_blocks[1:]:
        block.value = value
    return made


def override_of(modules, *objects, **options):
    plans, _ = modules.face_plan.plan_face(list(objects), None)
    return modules.override.FaceOverride(plans, **options)


def values_of(obj) -> list[float]:
    return [round(block.value, 4) for block in obj.data.shape_keys.key_blocks[1:]]


def height(obj) -> float:
    bpy.context.view_layer.update()
    shown = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return round(shown.data.vertices[0].co.z, 4)


BEFORE = [0.125] * 4
SHOWN = [0.5, 0.25, 0.75, 0.125]


def test_values_show_and_are_restored(modules) -> None:
    one, two = face("One"), face("Two", 0.25)
    override = override_of(modules, one, two)
    override.show(NAMES, OPEN)
    assert values_of(one) == SHOWN
    assert values_of(two) == [0.5, 0.25, 0.75, 0.25]
    assert height(one) == sum(SHOWN)
    override.show(NAMES, 0 * OPEN)
    override.restore()
    override.restore()
    assert values_of(one) == BEFORE
    assert values_of(two) == [0.25] * 4
    assert height(one) == sum(BEFORE)
    assert MARK not in one.data.shape_keys
    assert modules.face_override.overrides() == ()
    assert one.data.shape_keys.animation_data is None


def test_other_controls_stay_the_artists(modules) -> None:
    one = face()
    override = override_of(modules, one)
    override.show(NAMES[:1], OPEN[:1])
    one.data.shape_keys.key_blocks["smirk"].value = 0.875
    one.data.shape_keys.key_blocks["browInnerUp"].value = 0.5
    override.restore()
    assert values_of(one) == [0.125, 0.125, 0.5, 0.875]


def test_face_is_overridden_once(modules) -> None:
    override = override_of(modules, face("One"))
    with pytest.raises(Exception, match="moved in real time already"):
        override_of(modules, bpy.data.objects["One"])
    other = override_of(modules, face("Two"))
    assert modules.face_override.overrides() == (override, other)


def test_release_notifies_the_owner(modules) -> None:
    one, released = face(), []
    override = override_of(modules, one, on_released=lambda: released.append(True))
    override.show(NAMES, OPEN)
    modules.face_override.release(frozenset({one.data.shape_keys.session_uid}))
    assert released == [True]
    assert override.lost
    assert values_of(one) == BEFORE


def animated(name: str = "Face"):
    made = face(name)
    block = made.data.shape_keys.key_blocks["jawOpen"]
    for frame, value in ((1, 0.125), (11, 0.625)):
        block.value = value
        block.keyframe_insert("value", frame=frame)
    bpy.context.scene.frame_set(1)
    return made


def test_override_shows_over_action(modules) -> None:
    one = animated()
    override = override_of(modules, one)
    override.show(NAMES, OPEN)
    assert height(one) == sum(SHOWN)
    bpy.context.scene.frame_set(11)
    assert values_of(one) == SHOWN
    assert height(one) == sum(SHOWN)
    override.restore()
    assert values_of(one) == [0.625, 0.125, 0.125, 0.125]
    assert height(one) == 1.0
    bpy.context.scene.frame_set(1)
    assert values_of(one) == BEFORE


def test_action_shows_before_first_values(modules) -> None:
    one = animated()
    override = override_of(modules, one)
    bpy.context.scene.frame_set(11)
    assert values_of(one)[0] == 0.625
    override.restore()
    assert values_of(one)[0] == 0.625


def test_deleted_controls_are_skipped(modules) -> None:
    one, two = face("One"), face("Two")
    override = override_of(modules, one, two)
    override.show(NAMES, OPEN)
    one.shape_key_remove(one.data.shape_keys.key_blocks["jawOpen"])
    two.data.shape_keys.key_blocks["jawOpen"].name = "mandible"
    override.show(NAMES, OPEN)
    assert values_of(one) == SHOWN[1:]
    mesh = two.data
    bpy.data.objects.remove(two)
    bpy.data.meshes.remove(mesh)
    override.show(NAMES, 0 * OPEN)
    assert values_of(one) == [0.0, 0.0, 0.125]
    assert not override.lost
    bpy.data.meshes.remove(one.data)
    override.show(NAMES, OPEN)
    assert override.lost
    override.restore()


def test_saved_file_has_original_face(modules, tmp_path: Path) -> None:
    one = face()
    override = override_of(modules, one)
    override.show(NAMES, OPEN)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "live.blend"))
    assert values_of(one) == SHOWN
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "live.blend"))
    assert values_of(bpy.data.objects["Face"]) == BEFORE
    assert MARK not in bpy.data.objects["Face"].data.shape_keys
    assert modules.face_override.overrides() == ()


def test_captured_values_are_restored_on_load(modules, tmp_path: Path) -> None:
    """As an autosave does, which asks no handler."""
    one = face()
    override = override_of(modules, one)
    override.show(NAMES, OPEN)
    path = tmp_path / "auto.blend"
    handlers = bpy.app.handlers.save_pre
    before = list(handlers)
    handlers.clear()
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    handlers.extend(before)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert values_of(bpy.data.objects["Face"]) == BEFORE
    assert MARK not in bpy.data.objects["Face"].data.shape_keys


def test_malformed_saved_values_are_ignored(modules, tmp_path: Path) -> None:
    for number, text in enumerate(("no JSON", "[1]", json.dumps([["name", 0, 1.0]]))):
        made = face(f"Face {number}")
        made.data.shape_keys[MARK] = text
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "odd.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "odd.blend"))
    for number in range(3):
        made = bpy.data.objects[f"Face {number}"]
        assert values_of(made) == BEFORE
        assert MARK not in made.data.shape_keys


def test_undo_and_redo_keep_override_and_original(modules) -> None:
    face()
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="before")
    override = override_of(modules, bpy.data.objects["Face"])
    override.show(NAMES, OPEN)
    bpy.data.objects["Face"].location.x = 5.0
    bpy.ops.ed.undo_push(message="moved while live")
    override.show(NAMES, 0.5 * OPEN)
    bpy.data.objects["Face"].location.x = 6.0
    bpy.ops.ed.undo_push(message="moved again")
    bpy.ops.ed.undo()
    assert values_of(bpy.data.objects["Face"]) == [0.25, 0.125, 0.375, 0.125]
    override.show(NAMES, OPEN)
    bpy.ops.ed.undo()
    assert bpy.data.objects["Face"].location.x == 0.0
    override.show(NAMES, OPEN)
    assert values_of(bpy.data.objects["Face"]) == SHOWN
    override.restore()
    assert values_of(bpy.data.objects["Face"]) == BEFORE
    bpy.ops.ed.redo()
    assert bpy.data.objects["Face"].location.x == 5.0
    assert values_of(bpy.data.objects["Face"]) == BEFORE


def test_loading_ends_override_and_skips_no_handler(modules) -> None:
    called, released = [], []
    override = override_of(modules, face(), on_released=lambda: released.append(True))
    override.show(NAMES, OPEN)
    handlers = bpy.app.handlers
    handlers.load_pre.append(lambda *_: called.append(values_of(bpy.data.objects["Face"])))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert called == [BEFORE]
    assert released == [True]
    assert override.lost
    assert modules.face_override.overrides() == ()


def test_render_has_original_face(modules) -> None:
    one = face()
    override = override_of(modules, one)
    override.show(NAMES, OPEN)
    run_handlers(bpy.app.handlers.render_init)
    assert values_of(one) == BEFORE
    override.show(NAMES, 0.5 * OPEN)
    bpy.context.scene.frame_set(7)
    assert values_of(one) == BEFORE
    run_handlers(bpy.app.handlers.render_complete)
    override.show(NAMES, OPEN)
    assert values_of(one) == SHOWN


def test_render_thread_writes_nothing(modules) -> None:
    one = animated()
    override = override_of(modules, one)
    override.show(NAMES, OPEN)
    one.data.shape_keys.key_blocks["jawOpen"].value = 0.875
    handlers = bpy.app.handlers
    for asked in (handlers.frame_change_pre, handlers.frame_change_post, handlers.render_init):
        thread = threading.Thread(target=run_handlers, args=(asked,))
        thread.start()
        thread.join()
    assert values_of(one)[0] == 0.875
    override._poll_render()
    assert values_of(one) == BEFORE
    thread = threading.Thread(target=run_handlers, args=(handlers.render_complete,))
    thread.start()
    thread.join()
    assert values_of(one) == BEFORE
    override._poll_render()
    assert values_of(one) == SHOWN


def run_handlers(handlers: list) -> None:
    for handler in handlers:
        handler(bpy.context.scene, None)


def test_bones_and_properties_are_overridden(modules) -> None:
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig.data.edit_bones.new("jaw")
    bone.tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    rig["funnel"] = 0.125
    rig.pose.bones["jaw"].location.y = 2.0
    Link, Target = modules.mapping.Link, modules.mapping.Target
    links = (
        Link("jawOpen", Target("bone", "jaw", "location", 1, rest=0.0, extreme=4.0)),
        Link("mouthFunnel", Target("property", "funnel")),
    )
    (planned,), _ = modules.face_plan.plan_targets([rig], modules.mapping.Mapping(None, links))
    follower = make_face("Follower", ("driven",))
    driver = follower.data.shape_keys.key_blocks["driven"].driver_add("value").driver
    variable = driver.variables.new()
    variable.name, variable.targets[0].id = "x", rig
    variable.targets[0].data_path = '["funnel"]'
    driver.expression = "x"
    override = modules.override.FaceOverride((planned,))
    override.show(NAMES, OPEN)
    assert rig.pose.bones["jaw"].location.y == 2.0
    assert rig["funnel"] == 0.25
    assert height(follower) == 0.25
    override.show(NAMES, 2 * OPEN)
    assert rig.pose.bones["jaw"].location.y == 4.0
    override.restore()
    assert rig.pose.bones["jaw"].location.y == 2.0
    assert rig["funnel"] == 0.125
    assert height(follower) == 0.125
