"""Faces, scenes and strips that are linked from another .blend keep what a bake knows of them, over
saving and opening."""

from pathlib import Path

import bpy
import pytest

from tests.support.scenes import (
    add_sound,
    make_armature,
    make_face,
    needs_sound,
    played,
    set_timing,
    speaker,
    timing,
    write_hum,
)

pytestmark = needs_sound


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    return write_hum(tmp_path / "hum.wav", 1.0)


def reopened(tmp_path: Path) -> None:
    path = str(tmp_path / "shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=path)


def linked_edit(tmp_path: Path, hum: Path, folder: str = "edit") -> bpy.types.Scene:
    """The scene "Edit" with the strip "line", from a library."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.name = "Edit"
    add_sound(hum, name="line")
    make_face("Extra", ("jawOpen",))
    (tmp_path / folder).mkdir()
    path = str(tmp_path / folder / "edit.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return link_edit(path)


def link_edit(path: str) -> bpy.types.Scene:
    with bpy.data.libraries.load(path, link=True) as (_, into):
        into.scenes = ["Edit"]
    (scene,) = into.scenes
    assert not scene.is_editable
    return scene


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="the sequencer's scene came with 5.0")
def test_strip_of_a_linked_scene_is_known_after_opening(
    loud_jaw, hum: Path, tmp_path: Path
) -> None:
    edit = linked_edit(tmp_path, hum)
    bpy.context.workspace.sequencer_scene = edit
    face = make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.bake(strip="line")
    key = speaker("Face").takes[0].name
    reopened(tmp_path)
    bpy.ops.audio2face.update(speaker="Face")
    assert "removed" not in speaker("Face").report
    bpy.ops.audio2face.bake_all()
    assert [take.name for take in speaker("Face").takes] == [key]
    face = bpy.data.objects["Face"]
    assert max(played(face, "jawOpen", range(1, 25))) == 1.0
    bpy.ops.audio2face.clear(speaker="Face")
    assert max(played(face, "jawOpen", range(1, 25))) == 0.0


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="the sequencer's scene came with 5.0")
def test_strips_of_one_name_in_linked_scenes_of_one_name_differ(
    loud_jaw, hum: Path, tmp_path: Path
) -> None:
    linked_edit(tmp_path, hum, "s1")
    linked_edit(tmp_path, hum, "s2")
    first = link_edit(str(tmp_path / "s1" / "edit.blend"))
    second = next(scene for scene in bpy.data.scenes if scene.library and scene != first)
    assert first.name == second.name
    make_face("Face", ("jawOpen",))
    for scene in (first, second):
        bpy.context.workspace.sequencer_scene = scene
        bpy.ops.audio2face.bake(strip="line")
    assert len({take.name for take in speaker("Face").takes}) == 2


def linked_face(tmp_path: Path, *, with_rig: bool) -> bpy.types.Object:
    """A library override of a face."""
    source = make_face("Face", ("jawOpen", "browInnerUp"))
    blocks = {source}
    if with_rig:
        source.parent = make_armature("head")
        blocks.add(source.parent)
    library = str(tmp_path / "face.blend")
    bpy.data.libraries.write(library, blocks)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(library, link=True) as (_, into):
        into.objects = ["Face"]
    scene, layer = bpy.context.scene, bpy.context.view_layer
    scene.collection.objects.link(into.objects[0])
    override = into.objects[0].override_hierarchy_create(scene, layer)
    if override.data.override_library is None:
        override.data.override_create(remap_local_usages=True)
    for obj in layer.objects:
        obj.select_set(obj == override)
    layer.objects.active = override
    return override


def the_override() -> bpy.types.Object:
    return next(
        obj for obj in bpy.context.scene.objects if obj.type == "MESH" and obj.override_library
    )


@pytest.mark.parametrize("output", ["ACTION", "NLA"])
@pytest.mark.parametrize("with_rig", [False, True])
def test_overridden_face_keeps_its_bake_over_opening(
    loud_jaw, hum: Path, tmp_path: Path, output: str, with_rig: bool
) -> None:
    face = linked_face(tmp_path, with_rig=with_rig)
    strip = add_sound(hum)
    bpy.ops.audio2face.bake(output=output)
    assert max(played(face, "jawOpen", range(1, 25))) == 1.0
    reopened(tmp_path)
    face = the_override()
    assert max(played(face, "jawOpen", range(1, 25))) == 1.0
    (voice,) = bpy.context.scene.audio2face.speakers
    voice.dials.jaw = 0.25
    assert "changed by hand" not in voice.report
    assert max(played(face, "jawOpen", range(1, 25))) == pytest.approx(0.5, abs=0.05)
    strip = bpy.context.scene.sequence_editor.active_strip
    set_timing(strip, content_start=timing(strip, "content_start") + 100)
    bpy.ops.audio2face.update(speaker=voice.name)
    assert max(played(face, "jawOpen", range(1, 25))) == 0.0
    reopened(tmp_path)
    face = the_override()
    assert max(played(face, "jawOpen", range(100, 126))) == pytest.approx(0.5, abs=0.05)
    (voice,) = bpy.context.scene.audio2face.speakers
    bpy.ops.audio2face.clear(speaker=voice.name)
    assert max(played(face, "jawOpen", range(1, 130))) == 0.0
    anim = face.data.shape_keys.animation_data
    assert anim.action is None and not len(anim.nla_tracks)


def test_linked_face_is_refused(loud_jaw, hum: Path, tmp_path: Path) -> None:
    face = make_face("Face", ("jawOpen",))
    bpy.data.libraries.write(str(tmp_path / "face.blend"), {face})
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "face.blend"), link=True) as (_, into):
        into.objects = ["Face"]
    bpy.context.scene.collection.objects.link(into.objects[0])
    into.objects[0].select_set(True)
    bpy.context.view_layer.objects.active = into.objects[0]
    add_sound(hum)
    with pytest.raises(RuntimeError, match="library override"):
        bpy.ops.audio2face.bake()


def test_linked_scene_is_refused(loud_jaw, hum: Path, tmp_path: Path) -> None:
    bpy.context.window.scene = linked_edit(tmp_path, hum)
    assert bpy.context.object is not None
    with pytest.raises(RuntimeError, match='Scene "Edit" is linked'):
        bpy.ops.audio2face.bake()


def test_keys_in_a_linked_action_are_not_cleared_but_named(
    loud_jaw, hum: Path, tmp_path: Path
) -> None:
    source = make_face("Face", ("jawOpen",))
    add_sound(hum, name="line 1")
    bpy.ops.audio2face.bake()
    action = source.data.shape_keys.animation_data.action
    library = str(tmp_path / "action.blend")
    bpy.data.libraries.write(library, {action})
    name = action.name
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(library, link=True) as (_, into):
        into.actions = [name]
    face = make_face("Face", ("jawOpen",))
    anim = face.data.shape_keys.animation_data_create()
    anim.action = into.actions[0]
    if bpy.app.version >= (4, 4, 0):
        anim.action_slot = anim.action_suitable_slots[0]
    assert max(played(face, "jawOpen", range(1, 25))) == 1.0
    with pytest.raises(RuntimeError, match=r'The keys of "line 1" are in an Action .* linked from'):
        bpy.ops.audio2face.clear()


def test_linked_bake_of_an_overridden_face_is_named_or_replaced(
    loud_jaw, hum: Path, tmp_path: Path
) -> None:
    """The face was baked in its library."""
    source = make_face("Face", ("jawOpen",))
    add_sound(hum, name="line 1")
    bpy.ops.audio2face.bake()
    library = str(tmp_path / "face.blend")
    bpy.data.libraries.write(library, {source})
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(library, link=True) as (_, into):
        into.objects = ["Face"]
    scene, layer = bpy.context.scene, bpy.context.view_layer
    scene.collection.objects.link(into.objects[0])
    face = into.objects[0].override_hierarchy_create(scene, layer)
    if face.data.override_library is None:
        face.data.override_create(remap_local_usages=True)
    for obj in layer.objects:
        obj.select_set(obj == face)
    layer.objects.active = face
    add_sound(hum, 200, name="line 2")
    bpy.ops.audio2face.bake()
    assert max(played(face, "jawOpen", range(200, 225))) == 1.0
    moves = max(played(face, "jawOpen", range(1, 25))) > 0.5
    report = scene.audio2face.report
    assert "no longer plays" in report if not moves else "line 1" in report
    bpy.ops.audio2face.clear()
    assert max(played(face, "jawOpen", range(200, 225))) == 0.0
