"""A .blend that was baked with 0.1.0 opens, follows its dials, updates and clears."""

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import (
    action_of,
    fcurves,
    highest_key,
    keys_of,
    make_face,
    needs_sound,
    set_timing,
    write_hum,
)

pytestmark = needs_sound

BAKED = Path(__file__).parents[2] / "data" / "baked_with_0_1_0.blend"


@pytest.fixture
def face(extension: str):
    if bpy.app.version < (4, 5, 0):
        pytest.skip("the file was saved by Blender 4.5")
    bpy.ops.wm.open_mainfile(filepath=str(BAKED))
    return bpy.data.objects["Face"]


def only_speaker():
    return bpy.context.scene.audio2face.speakers[0]


def test_keys_stay_of_the_kind_they_are(face) -> None:
    speaker = only_speaker()
    assert speaker.reduction == "REDUCED"
    jaw = keys_of(action_of(face), "jawOpen")
    assert bpy.ops.audio2face.update() == {"FINISHED"}
    assert np.array(keys_of(action_of(face), "jawOpen")) == pytest.approx(np.array(jaw), abs=1e-4)


def test_dials_key_again(face) -> None:
    before = highest_key(face)
    only_speaker().dials.jaw = 0.6  # was 1.2
    assert highest_key(face) == pytest.approx(before / 2, rel=0.05)
    assert "audio2face_keyed" not in action_of(face)


def test_hand_edits_made_since_are_kept(face) -> None:
    (curve,) = (curve for curve in fcurves(action_of(face)) if '"jawOpen"' in curve.data_path)
    curve.keyframe_points[3].co.y += 0.2
    before = keys_of(action_of(face), "jawOpen")
    only_speaker().dials.jaw = 0.6
    assert "changed by hand" in only_speaker().report
    assert keys_of(action_of(face), "jawOpen") == before


def test_update_follows_a_moved_strip(face) -> None:
    before = keys_of(action_of(face), "jawOpen")
    set_timing(bpy.context.scene.sequence_editor.active_strip, content_start=31)
    assert bpy.ops.audio2face.update() == {"FINISHED"}
    moved = keys_of(action_of(face), "jawOpen")
    assert [frame - 20 for frame, _ in moved] == [frame for frame, _ in before]
    assert [value for _, value in moved] == pytest.approx([v for _, v in before], abs=0.02)


def test_bake_replaces_its_keys_and_clear_removes_them(face) -> None:
    bpy.context.view_layer.objects.active = face
    assert bpy.ops.audio2face.bake() == {"FINISHED"}
    assert (len(bpy.data.actions), len(only_speaker().takes)) == (1, 1)
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    assert action_of(face) is None
    assert (len(bpy.data.actions), len(only_speaker().takes)) == (0, 0)


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="properties have no second place")
def test_copies_of_properties_from_an_older_blender_keep_no_action(
    loud_jaw, tmp_path: Path
) -> None:
    hum = write_hum(tmp_path / "hum.wav", 1.0)
    face = make_face("Face", ("jawOpen", "mouthClose"))
    jaw = face.data.shape_keys.key_blocks["jawOpen"]
    for frame in (1, 10, 300):
        jaw.keyframe_insert("value", frame=frame)
    bpy.ops.audio2face.bake(file=str(hum), output="ACTIVE")
    action = action_of(face)
    # 5.0 copies the properties of older files to a second place.
    copies = action.bl_system_properties_get(do_create=True)
    copies["audio2face_replaced"] = action["audio2face_replaced"]
    bpy.ops.audio2face.bake(file=str(hum), output="ACTIVE")
    bpy.ops.audio2face.clear()
    assert bpy.data.actions[:] == [action]
