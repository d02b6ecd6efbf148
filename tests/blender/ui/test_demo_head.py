"""The button of the installed zip: what it adds to a scene, how fast, and when it refuses."""

import importlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest

from model.channels import ARKIT_52
from tests.support.extension import built_zip
from tests.support.scenes import HAS_AUD, HAS_SOUND, make_face, needs_sound, timing

FOLDER = "blender_audio2face/demo_head/"


def module(extension: str, name: str) -> ModuleType:
    return importlib.import_module(f"{extension}.blender_audio2face.demo_head.{name}")


@pytest.fixture
def add(extension: str) -> ModuleType:
    return module(extension, "add")


@pytest.fixture(autouse=True)
def operator(extension: str) -> Iterator[type]:
    """The operator, registered for the test unless the extension has done so."""
    cls = module(extension, "add").AUDIO2FACE_OT_add_demo_head
    ours = not hasattr(bpy.types, cls.__name__)
    if ours:
        bpy.utils.register_class(cls)
    yield cls
    if ours:
        bpy.utils.unregister_class(cls)


def strips() -> list:
    editor = bpy.context.scene.sequence_editor
    if editor is None:
        return []
    return list(editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences)


def test_zip_holds_the_head_and_its_sentence() -> None:
    with zipfile.ZipFile(built_zip()) as archive:
        sizes = {name: archive.getinfo(name).compress_size for name in archive.namelist()}
    ours = {name: size for name, size in sizes.items() if name.startswith(FOLDER)}
    assert {FOLDER + name for name in ("head.npz", "sentence.flac", "README.md")} <= set(ours)
    assert sum(ours.values()) < 700_000


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


def test_second_head_is_placed_beside_the_first() -> None:
    bpy.context.scene.cursor.location = (1, 2, 3)
    heads = []
    for _ in range(3):
        bpy.ops.audio2face.add_demo_head()
        heads.append(bpy.context.view_layer.objects.active)
    places = [head.location for head in heads]
    assert [place.yz[:] for place in places] == [(2, 3)] * 3
    assert [place.x for place in places] == pytest.approx([1.0, 3.4, 5.8])


def test_head_is_a_sound_mesh_with_hair_and_sweater(add: ModuleType) -> None:
    head = add.add_demo_head(bpy.context, with_speech=False)
    for one in (head, *head.children):
        assert one.name in bpy.context.collection.objects
        assert not one.data.validate()
        slots = np.empty(len(one.data.polygons), np.int32)
        one.data.polygons.foreach_get("material_index", slots)
        assert set(slots) == set(range(len(one.data.materials)))
        assert one.data.color_attributes[0].name == "Colour"
    assert sorted(child.name for child in head.children) == ["Demo Hair", "Demo Sweater"]


def test_solid_mode_shows_lips_and_pupils(add: ModuleType) -> None:
    head = add.add_demo_head(bpy.context, with_speech=False)
    colour = {material.name: material.diffuse_color for material in head.data.materials}
    assert max(colour["Demo Pupils"][:3]) < 0.02 < min(colour["Demo Eyes"][:3])
    assert colour["Demo Lips"][1] < 0.5 * colour["Demo Skin"][1]


def test_two_heads_share_nothing(add: ModuleType) -> None:
    first, second = (add.add_demo_head(bpy.context, with_speech=False) for _ in range(2))
    assert first.data != second.data
    assert first.data.shape_keys != second.data.shape_keys
    assert bpy.context.selected_objects == [second]


def test_head_goes_into_the_active_collection(add: ModuleType) -> None:
    inner = bpy.data.collections.new("Cast")
    bpy.context.scene.collection.children.link(inner)
    layer = bpy.context.view_layer.layer_collection.children["Cast"]
    bpy.context.view_layer.active_layer_collection = layer
    head = add.add_demo_head(bpy.context, with_speech=False)
    assert set(inner.objects) == {head, *head.children}


@pytest.mark.parametrize("hide", ["exclude", "hide_viewport"])
def test_hidden_collection_is_not_used(add: ModuleType, hide: str) -> None:
    inner = bpy.data.collections.new("Cast")
    bpy.context.scene.collection.children.link(inner)
    layer = bpy.context.view_layer.layer_collection.children["Cast"]
    bpy.context.view_layer.active_layer_collection = layer
    setattr(layer, hide, True)
    assert add.add_demo_head(bpy.context, with_speech=False).visible_get()


def test_linked_collection_is_refused(add: ModuleType, tmp_path: Path) -> None:
    library = str(tmp_path / "library.blend")
    bpy.data.libraries.write(library, {bpy.data.collections.new("Cast")})
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        wanted.collections = ["Cast"]
    bpy.context.scene.collection.children.link(wanted.collections[0])
    layer = bpy.context.view_layer.layer_collection.children["Cast"]
    bpy.context.view_layer.active_layer_collection = layer
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


def test_damaged_head_file_is_refused(
    add: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "head.npz").write_bytes(b"nothing")
    asset = importlib.import_module(f"{add.__package__}.asset")
    monkeypatch.setattr(asset, "HEAD", tmp_path / "head.npz")
    with pytest.raises(add.DemoHeadError, match="install the extension again"):
        add.add_demo_head(bpy.context, with_speech=True)
    assert len(bpy.data.objects) == 0 and strips() == []


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


def test_button_is_one_step_to_undo(operator: type) -> None:
    assert {"REGISTER", "UNDO"} <= operator.bl_options
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.audio2face.add_demo_head()
    bpy.ops.ed.undo_push(message="Add Demo Head")  # scripts' calls push none of their own
    bpy.ops.ed.undo()
    assert len(bpy.data.objects) == 0
    bpy.ops.ed.redo()
    assert "Demo Head" in bpy.data.objects
