"""A .blend that was baked with 0.1.0 opens, follows its dials, updates and clears."""

from pathlib import Path

import bpy
import pytest

from tests.support.scenes import fcurves, keys_of, needs_sound, set_timing

pytestmark = needs_sound

BAKED = Path(__file__).parents[2] / "data" / "baked_with_0_1_0.blend"


@pytest.fixture
def face(extension: str):
    if bpy.app.version < (4, 5, 0):
        pytest.skip("the file was saved by Blender 4.5")
    bpy.ops.wm.open_mainfile(filepath=str(BAKED))
    return bpy.data.objects["Face"]


def action_of(face):
    return face.data.shape_keys.animation_data.action


def speaker():
    return bpy.context.scene.audio2face.speakers[0]


def highest(face) -> float:
    return max(value for _, value in keys_of(action_of(face), "jawOpen"))


def test_dials_key_again(face) -> None:
    before = highest(face)
    speaker().dials.jaw = 0.6  # was 1.2
    assert highest(face) == pytest.approx(before / 2, rel=0.05)
    assert "audio2face_keyed" not in action_of(face)


def test_hand_edits_made_since_are_kept(face) -> None:
    curve = next(one for one in fcurves(action_of(face)) if '"jawOpen"' in one.data_path)
    curve.keyframe_points[3].co.y += 0.2
    before = keys_of(action_of(face), "jawOpen")
    speaker().dials.jaw = 0.6
    assert "changed by hand" in speaker().report
    assert keys_of(action_of(face), "jawOpen") == before


def test_update_follows_a_moved_strip(face) -> None:
    before = keys_of(action_of(face), "jawOpen")
    set_timing(bpy.context.scene.sequence_editor.active_strip, content_start=31)
    assert bpy.ops.audio2face.update() == {"FINISHED"}
    moved = keys_of(action_of(face), "jawOpen")
    assert [frame - 20 for frame, _ in moved] == [frame for frame, _ in before]
    assert [value for _, value in moved] == pytest.approx([v for _, v in before], abs=0.02)


def test_bake_replaces_its_keys(face) -> None:
    bpy.context.view_layer.objects.active = face
    assert bpy.ops.audio2face.bake() == {"FINISHED"}
    assert len(bpy.data.actions) == 1
    assert len(speaker().takes) == 1


def test_clear_leaves_nothing(face) -> None:
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    assert face.data.shape_keys.animation_data.action is None
    assert len(bpy.data.actions) == 0
    assert len(speaker().takes) == 0
