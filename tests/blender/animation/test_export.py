"""Baked faces in other formats, as Blender's exporters write them and docs/export.md says."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import addon_utils
import bpy
import numpy as np
import pytest

from tests.support.scenes import add_sound, make_face, needs_sound, tone, write_wav

pytestmark = needs_sound

FPS = 24


@pytest.fixture
def character(loud_jaw, tmp_path: Path) -> Callable[..., np.ndarray]:
    """Bakes a head and its teeth; returns jawOpen of the head at frames 0 to 99."""

    def make(output: str, first: int) -> np.ndarray:
        scene = bpy.context.scene
        scene.render.fps, scene.frame_start, scene.frame_end = FPS, 0, 99
        head = make_triangle("Head", ("jawOpen", "browInnerUp"))
        make_triangle("Teeth", ("jawOpen", "mouthClose"))
        head.select_set(True)
        bpy.context.view_layer.objects.active = head
        word = np.concatenate([np.zeros(4000), tone(0.8), np.zeros(8000), tone(0.5)])
        add_sound(write_wav(tmp_path / "a.wav", word), frame=first)
        bpy.ops.audio2face.bake(output=output)
        return jaw(head)

    return make


def make_triangle(name: str, shape_keys: tuple[str, ...]) -> bpy.types.Object:
    """A face with a surface, which exporters want."""
    face = make_face(name, ())
    face.data.clear_geometry()
    face.data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    for key_name in ("Basis", *shape_keys):
        key = face.shape_key_add(name=key_name)
        key.data[0].co.z = float(key_name == "jawOpen")
        key.value = 0.0
    return face


def jaw(head) -> np.ndarray:
    values = []
    for frame in range(100):
        bpy.context.scene.frame_set(frame)
        evaluated = head.evaluated_get(bpy.context.evaluated_depsgraph_get())
        if head.data.shape_keys is not None:
            values.append(evaluated.data.shape_keys.key_blocks["jawOpen"].value)
        else:
            mesh = evaluated.to_mesh()
            values.append(mesh.vertices[0].co.z)
            evaluated.to_mesh_clear()
    return np.array(values)


def arrived(load: Callable[[], object]) -> np.ndarray:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = FPS
    load()
    meshes = [obj for obj in bpy.data.objects if obj.type == "MESH"]
    return jaw(next(obj for obj in meshes if obj.name.startswith("Head")))


def clips(path: Path) -> list[tuple[str, int]]:
    """(name, number of channels) of each animation in a .glb."""
    data = path.read_bytes()
    (size,) = struct.unpack_from("<I", data, 12)
    found = json.loads(data[20 : 20 + size])
    return [(clip["name"], len(clip["channels"])) for clip in found.get("animations", [])]


@pytest.mark.parametrize("first", [0, 1, 2, 30])
@pytest.mark.parametrize("output", ["ACTION", "NLA"])
def test_gltf_has_one_clip_of_a_character_at_its_frames(
    character, tmp_path: Path, output: str, first: int
) -> None:
    addon_utils.enable("io_scene_gltf2")
    before = character(output, first)
    path = tmp_path / "a.glb"
    bpy.ops.export_scene.gltf(filepath=str(path))
    # Before 4.4 Blender's exporter names a clip of the NLA after its track.
    by_track = output == "NLA" and bpy.app.version < (4, 4, 0)
    assert clips(path) == [("Audio2Face" if by_track else "A2F Head", 2)]
    after = arrived(lambda: bpy.ops.import_scene.gltf(filepath=str(path)))
    assert before.max() > 0.9
    assert after == pytest.approx(before, abs=1e-4)


def test_gltf_keeps_characters_and_the_artists_clips_apart(character, tmp_path: Path) -> None:
    addon_utils.enable("io_scene_gltf2")
    character("ACTION", 1)
    for obj in bpy.context.selected_objects:
        obj.select_set(False)
    make_triangle("Other", ("jawOpen", "mouthClose"))
    bpy.ops.audio2face.bake(strip="speech")
    prop = bpy.data.objects.new("Prop", bpy.data.meshes.new("Prop"))
    bpy.context.scene.collection.objects.link(prop)
    prop.keyframe_insert("location", frame=1)
    prop.location.x = 1.0
    prop.keyframe_insert("location", frame=20)
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "a.glb"))
    found = dict(clips(tmp_path / "a.glb"))
    assert found == {"A2F Head": 2, "A2F Other": 1, prop.animation_data.action.name: 1}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Blender's FBX exporter
@pytest.mark.parametrize("output", ["ACTION", "NLA"])
def test_fbx_usd_and_alembic_keep_the_frames(character, tmp_path: Path, output: str) -> None:
    addon_utils.enable("io_scene_fbx")
    before = character(output, 1)
    fbx, usd, abc = (str(tmp_path / f"a.{suffix}") for suffix in ("fbx", "usdc", "abc"))
    bpy.ops.export_scene.fbx(
        filepath=fbx,
        bake_anim_use_nla_strips=False,
        bake_anim_use_all_actions=False,
        bake_anim_simplify_factor=0.0,
    )
    loads = [lambda: bpy.ops.import_scene.fbx(filepath=fbx, anim_offset=0.0)]
    built = bpy.app.build_options  # Debian leaves some out
    if built.usd:
        bpy.ops.wm.usd_export(filepath=usd, export_animation=True)
        loads.append(lambda: bpy.ops.wm.usd_import(filepath=usd))
    if built.alembic:
        bpy.ops.wm.alembic_export(filepath=abc, as_background_job=False)
        loads.append(lambda: bpy.ops.wm.alembic_import(filepath=abc, as_background_job=False))
    for load in loads:
        assert arrived(load) == pytest.approx(before, abs=1e-4)
