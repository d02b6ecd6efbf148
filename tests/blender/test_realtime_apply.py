"""A face that is moved without keys, and gets its own back whatever happened meanwhile."""

import importlib
import json
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.blender.scenes import make_face

NAMES = ("jawOpen", "mouthFunnel", "browInnerUp")
MARK = "audio2face_live"
OPEN = np.array([0.5, 0.25, 0.75], np.float32)


@pytest.fixture
def rooms(extension: str) -> SimpleNamespace:
    def room(name: str) -> ModuleType:
        return importlib.import_module(f"{extension}.blender_audio2face.{name}")

    found = SimpleNamespace(
        apply=room("realtime.apply"),
        faces=room("scene.face_plan"),
        mapping=room("core.rigs.mapping"),
    )
    yield found
    for hold in found.apply.holds():
        hold.restore()


def face(name: str = "Face", value: float = 0.125):
    made = make_face(name, (*NAMES, "smirk"))
    for block in made.data.shape_keys.key_blocks[1:]:
        block.value = value
    return made


def hold_of(rooms, *objects, **options):
    plans, _ = rooms.faces.plan_face(list(objects), None, check_effect=False)
    return rooms.apply.Hold(plans, **options)


def values_of(obj) -> list[float]:
    return [round(block.value, 4) for block in obj.data.shape_keys.key_blocks[1:]]


def height(obj) -> float:
    bpy.context.view_layer.update()
    shown = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return round(shown.data.vertices[0].co.z, 4)


BEFORE = [0.125] * 4
SHOWN = [0.5, 0.25, 0.75, 0.125]


def test_values_show_and_are_given_back(rooms) -> None:
    one, two = face("One"), face("Two", 0.25)
    hold = hold_of(rooms, one, two)
    hold.show(NAMES, OPEN)
    assert values_of(one) == SHOWN
    assert values_of(two) == [0.5, 0.25, 0.75, 0.25]
    assert height(one) == sum(SHOWN)
    hold.show(NAMES, 0 * OPEN)
    hold.restore()
    hold.restore()
    assert values_of(one) == BEFORE
    assert values_of(two) == [0.25] * 4
    assert height(one) == sum(BEFORE)
    assert MARK not in one.data.shape_keys
    assert rooms.apply.holds() == []
    assert one.data.shape_keys.animation_data is None


def test_what_is_not_spoken_of_is_the_artists(rooms) -> None:
    one = face()
    hold = hold_of(rooms, one)
    hold.show(NAMES[:1], OPEN[:1])
    one.data.shape_keys.key_blocks["smirk"].value = 0.875
    one.data.shape_keys.key_blocks["browInnerUp"].value = 0.5
    hold.restore()
    assert values_of(one) == [0.125, 0.125, 0.5, 0.875]


def test_one_face_is_held_once(rooms) -> None:
    hold = hold_of(rooms, face("One"))
    with pytest.raises(Exception, match="moved in real time already"):
        hold_of(rooms, bpy.data.objects["One"])
    other = hold_of(rooms, face("Two"))
    assert rooms.apply.holds() == [hold, other]


def test_given_back_by_another_the_owner_is_told(rooms) -> None:
    one, told = face(), []
    hold = hold_of(rooms, one, on_given_back=lambda: told.append(True))
    hold.show(NAMES, OPEN)
    rooms.apply.give_back(frozenset({one.data.shape_keys.session_uid}))
    assert told == [True]
    assert hold.lost
    assert values_of(one) == BEFORE


def animated(name: str = "Face"):
    made = face(name)
    block = made.data.shape_keys.key_blocks["jawOpen"]
    for frame, value in ((1, 0.125), (11, 0.625)):
        block.value = value
        block.keyframe_insert("value", frame=frame)
    bpy.context.scene.frame_set(1)
    return made


def test_it_shows_over_an_action_which_comes_back(rooms) -> None:
    one = animated()
    hold = hold_of(rooms, one)
    hold.show(NAMES, OPEN)
    assert height(one) == sum(SHOWN)
    bpy.context.scene.frame_set(11)
    assert values_of(one) == SHOWN
    assert height(one) == sum(SHOWN)
    hold.restore()
    assert values_of(one) == [0.625, 0.125, 0.125, 0.125]
    assert height(one) == 1.0
    bpy.context.scene.frame_set(1)
    assert values_of(one) == BEFORE


def test_a_frame_changed_before_anything_was_shown_is_the_actions(rooms) -> None:
    one = animated()
    hold = hold_of(rooms, one)
    bpy.context.scene.frame_set(11)
    assert values_of(one)[0] == 0.625
    hold.restore()
    assert values_of(one)[0] == 0.625


def test_what_was_deleted_is_passed_over(rooms) -> None:
    one, two = face("One"), face("Two")
    hold = hold_of(rooms, one, two)
    hold.show(NAMES, OPEN)
    one.shape_key_remove(one.data.shape_keys.key_blocks["jawOpen"])
    two.data.shape_keys.key_blocks["jawOpen"].name = "mandible"
    hold.show(NAMES, OPEN)
    assert values_of(one) == SHOWN[1:]
    mesh = two.data
    bpy.data.objects.remove(two)
    bpy.data.meshes.remove(mesh)
    hold.show(NAMES, 0 * OPEN)
    assert values_of(one) == [0.0, 0.0, 0.125]
    assert not hold.lost
    bpy.data.meshes.remove(one.data)
    hold.show(NAMES, OPEN)
    assert hold.lost
    hold.restore()


def test_a_file_saved_meanwhile_has_the_face_as_it_was(rooms, tmp_path: Path) -> None:
    one = face()
    hold = hold_of(rooms, one)
    hold.show(NAMES, OPEN)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "live.blend"))
    assert values_of(one) == SHOWN
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "live.blend"))
    assert values_of(bpy.data.objects["Face"]) == BEFORE
    assert MARK not in bpy.data.objects["Face"].data.shape_keys
    assert rooms.apply.holds() == []


def test_a_file_that_caught_a_shown_value_heals(rooms, tmp_path: Path) -> None:
    """As an autosave does, which asks no handler."""
    one = face()
    hold = hold_of(rooms, one)
    hold.show(NAMES, OPEN)
    path = tmp_path / "auto.blend"
    bpy.app.handlers.save_pre.clear()
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert values_of(bpy.data.objects["Face"]) == BEFORE
    assert MARK not in bpy.data.objects["Face"].data.shape_keys


def test_a_mark_of_somebody_elses_making_does_no_harm(rooms, tmp_path: Path) -> None:
    for number, text in enumerate(("no JSON", "[1]", json.dumps([["name", 0, 1.0]]))):
        made = face(f"Face {number}")
        made.data.shape_keys[MARK] = text
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "odd.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "odd.blend"))
    for number in range(3):
        made = bpy.data.objects[f"Face {number}"]
        assert values_of(made) == BEFORE
        assert MARK not in made.data.shape_keys


def test_undo_and_redo_leave_it_showing_and_then_its_own(rooms) -> None:
    face()
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="before")
    hold = hold_of(rooms, bpy.data.objects["Face"])
    hold.show(NAMES, OPEN)
    bpy.data.objects["Face"].location.x = 5.0
    bpy.ops.ed.undo_push(message="moved while live")
    hold.show(NAMES, 0.5 * OPEN)
    bpy.data.objects["Face"].location.x = 6.0
    bpy.ops.ed.undo_push(message="moved again")
    bpy.ops.ed.undo()
    assert values_of(bpy.data.objects["Face"]) == [0.25, 0.125, 0.375, 0.125]
    hold.show(NAMES, OPEN)
    bpy.ops.ed.undo()
    assert bpy.data.objects["Face"].location.x == 0.0
    hold.show(NAMES, OPEN)
    assert values_of(bpy.data.objects["Face"]) == SHOWN
    hold.restore()
    assert values_of(bpy.data.objects["Face"]) == BEFORE
    bpy.ops.ed.redo()
    assert bpy.data.objects["Face"].location.x == 5.0
    assert values_of(bpy.data.objects["Face"]) == BEFORE


def test_a_file_loaded_meanwhile_ends_it_and_skips_no_handler(rooms) -> None:
    called, told = [], []
    hold = hold_of(rooms, face(), on_given_back=lambda: told.append(True))
    hold.show(NAMES, OPEN)
    handlers = bpy.app.handlers
    for handler in (*handlers.frame_change_pre, *handlers.save_pre):
        assert handler.__self__ is hold
    handlers.load_pre.append(lambda *_: called.append(values_of(bpy.data.objects["Face"])))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert called == [BEFORE]
    assert told == [True]
    assert hold.lost
    assert rooms.apply.holds() == []


def test_a_render_finds_the_face_as_it_was(rooms) -> None:
    one = face()
    hold = hold_of(rooms, one)
    hold.show(NAMES, OPEN)
    run_handlers(bpy.app.handlers.render_init)
    assert values_of(one) == BEFORE
    hold.show(NAMES, 0.5 * OPEN)
    bpy.context.scene.frame_set(7)
    assert values_of(one) == BEFORE
    run_handlers(bpy.app.handlers.render_complete)
    hold.show(NAMES, OPEN)
    assert values_of(one) == SHOWN


def test_a_renders_thread_writes_nothing(rooms) -> None:
    one = animated()
    hold = hold_of(rooms, one)
    hold.show(NAMES, OPEN)
    one.data.shape_keys.key_blocks["jawOpen"].value = 0.875
    handlers = bpy.app.handlers
    for asked in (handlers.frame_change_pre, handlers.frame_change_post, handlers.render_init):
        thread = threading.Thread(target=run_handlers, args=(asked,))
        thread.start()
        thread.join()
    assert values_of(one)[0] == 0.875
    hold._watch()
    assert values_of(one) == BEFORE
    thread = threading.Thread(target=run_handlers, args=(handlers.render_complete,))
    thread.start()
    thread.join()
    assert values_of(one) == BEFORE
    hold._watch()
    assert values_of(one) == SHOWN


def run_handlers(handlers: list) -> None:
    for handler in handlers:
        handler(bpy.context.scene, None)


def test_bones_and_properties_are_held_too(rooms) -> None:
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig.data.edit_bones.new("jaw")
    bone.tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    rig["funnel"] = 0.125
    rig.pose.bones["jaw"].location.y = 2.0
    Link, Target = rooms.mapping.Link, rooms.mapping.Target
    links = (
        Link("jawOpen", Target("bone", "jaw", "location", 1, rest=0.0, extreme=4.0)),
        Link("mouthFunnel", Target("property", "funnel")),
    )
    plan = rooms.faces
    planned = plan.plan_object(rig, rooms.mapping.Mapping(None, links))
    follower = make_face("Follower", ("driven",))
    driver = follower.data.shape_keys.key_blocks["driven"].driver_add("value").driver
    variable = driver.variables.new()
    variable.name, variable.targets[0].id = "x", rig
    variable.targets[0].data_path = '["funnel"]'
    driver.expression = "x"
    hold = rooms.apply.Hold((planned,))
    hold.show(NAMES, OPEN)
    assert rig.pose.bones["jaw"].location.y == 2.0
    assert rig["funnel"] == 0.25
    assert height(follower) == 0.25
    hold.show(NAMES, 2 * OPEN)
    assert rig.pose.bones["jaw"].location.y == 4.0
    hold.restore()
    assert rig.pose.bones["jaw"].location.y == 2.0
    assert rig["funnel"] == 0.125
    assert height(follower) == 0.125
