"""The demo head's button: what it adds to a scene, and when it refuses."""

import importlib
import zipfile
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest

from model.channels import ARKIT_52
from tests.support.extension import built_zip
from tests.support.scenes import HAS_AUD, HAS_SOUND, make_face, needs_sound, timing

FOLDER = "blender_audio2face/demo_head/"


@pytest.fixture
def add(extension: str) -> ModuleType:
    return importlib.import_module(f"{extension}.blender_audio2face.demo_head.add")


def strips() -> list:
    editor = bpy.context.scene.sequence_editor
    if editor is None:
        return []
    return list(editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences)


def test_button_adds_a_head_that_can_be_baked() -> None:
    old = make_face("Old", ())
    bpy.context.scene.cursor.location = (1, 2, 3)
    assert bpy.ops.audio2face.add_demo_head() == {"FINISHED"}
    head = bpy.context.view_layer.objects.active
    assert bpy.context.selected_objects == [head] and head != old
    assert tuple(head.location) == (1, 2, 3)
    assert head.data.shape_keys.key_blocks.keys() == ["Basis", *ARKIT_52]
    assert all(head.data.shape_keys.key_blocks[name].value == 0 for name in ARKIT_52)
    assert strips() == []
    assert bpy.ops.audio2face.bake.poll()


def test_heads_are_placed_side_by_side_and_share_nothing() -> None:
    bpy.context.scene.cursor.location = (1, 2, 3)
    heads = []
    for _ in range(3):
        bpy.ops.audio2face.add_demo_head()
        heads.append(bpy.context.view_layer.objects.active)
    assert [head.location.yz[:] for head in heads] == [(2, 3)] * 3
    assert [head.location.x for head in heads] == pytest.approx([1.0, 3.4, 5.8])
    assert len({head.data.shape_keys.name for head in heads}) == 3
    assert bpy.context.selected_objects == heads[-1:]


def test_head_is_a_sound_mesh_with_hair_and_sweater(add: ModuleType) -> None:
    head = add.add_demo_head(bpy.context, with_speech=False)
    for obj in (head, *head.children):
        assert obj.name in bpy.context.collection.objects
        assert not obj.data.validate()
        slots = np.empty(len(obj.data.polygons), np.int32)
        obj.data.polygons.foreach_get("material_index", slots)
        assert set(slots) == set(range(len(obj.data.materials)))
        assert obj.data.color_attributes[0].name == "Colour"
    assert sorted(child.name for child in head.children) == ["Demo Hair", "Demo Sweater"]


def activate(collection: bpy.types.Collection) -> bpy.types.LayerCollection:
    bpy.context.scene.collection.children.link(collection)
    layer = bpy.context.view_layer.layer_collection.children[collection.name]
    bpy.context.view_layer.active_layer_collection = layer
    return layer


def test_head_goes_into_the_active_collection_unless_hidden(add: ModuleType) -> None:
    inner = bpy.data.collections.new("Cast")
    layer = activate(inner)
    head = add.add_demo_head(bpy.context, with_speech=False)
    assert set(inner.objects) == {head, *head.children}
    layer.exclude = True
    assert add.add_demo_head(bpy.context, with_speech=False).visible_get()


def test_linked_collection_is_refused(add: ModuleType, tmp_path: Path) -> None:
    library = str(tmp_path / "library.blend")
    bpy.data.libraries.write(library, {bpy.data.collections.new("Cast")})
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        wanted.collections = ["Cast"]
    activate(wanted.collections[0])
    assert not bpy.ops.audio2face.add_demo_head.poll()
    with pytest.raises(add.DemoHeadError, match='"Cast" is linked'):
        add.add_demo_head(bpy.context, with_speech=True)
    assert len(bpy.data.objects) == 0 and strips() == []


def test_edit_mode_is_refused(add: ModuleType) -> None:
    make_face("Edited", ())
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        assert not bpy.ops.audio2face.add_demo_head.poll()
        with pytest.raises(add.DemoHeadError, match="Object Mode"):
            add.add_demo_head(bpy.context, with_speech=False)
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")


@needs_sound
def test_sentence_is_packed_and_audible(add: ModuleType, tmp_path: Path) -> None:
    bpy.context.scene.frame_set(40)
    add.add_demo_head(bpy.context, with_speech=True)
    add.add_demo_head(bpy.context, with_speech=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    first, second = sorted(strips(), key=lambda strip: strip.channel)
    assert [first.channel, second.channel] == [1, 2]
    assert bpy.context.scene.sequence_editor.active_strip == second
    shipped = zipfile.ZipFile(built_zip()).read(FOLDER + "sentence.flac")
    for strip in (first, second):
        assert timing(strip, "left_handle") == 40
        assert strip.sound.filepath == "//sentence.flac"
        assert strip.sound.packed_file.data == shipped
    if HAS_AUD:
        sound = first.sound.evaluated_get(bpy.context.evaluated_depsgraph_get())
        assert np.abs(sound.factory.data()).max() > 0.1


@needs_sound
def test_full_timeline_adds_neither_head_nor_sentence(add: ModuleType) -> None:
    add.add_demo_head(bpy.context, with_speech=True)
    strips()[0].channel = 128
    before = len(bpy.data.objects)
    with pytest.raises(Exception, match="topmost channel"):
        add.add_demo_head(bpy.context, with_speech=True)
    assert len(bpy.data.objects) == before and len(strips()) == 1


@pytest.mark.skipif(HAS_SOUND, reason="this bpy has sound")
def test_blender_without_sound_gets_the_head_alone() -> None:
    assert bpy.ops.audio2face.add_demo_head(with_speech=True) == {"FINISHED"}
    assert bpy.context.view_layer.objects.active.name == "Demo Head"


def test_button_is_one_step_to_undo() -> None:
    assert {"REGISTER", "UNDO"} <= bpy.types.AUDIO2FACE_OT_add_demo_head.bl_options
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.audio2face.add_demo_head()
    bpy.ops.ed.undo_push(message="Add Demo Head")  # scripts' calls push none of their own
    bpy.ops.ed.undo()
    assert len(bpy.data.objects) == 0
    bpy.ops.ed.redo()
    assert "Demo Head" in bpy.data.objects
