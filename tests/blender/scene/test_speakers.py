"""Speakers: made by the first bake, stored with their curves, several in one scene."""

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.extension import addon_module
from tests.support.scenes import (
    action_of,
    add_sound,
    highest_key,
    keys_of,
    make_armature,
    make_face,
    needs_sound,
    played,
    set_timing,
    speaker,
    tone,
    write_wav,
)

pytestmark = [needs_sound, pytest.mark.usefixtures("loud_jaw")]


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    """Two seconds: silence, half a second of sound, silence, sound again."""
    samples = np.concatenate([np.zeros(8000), tone(0.5), np.zeros(8000), tone(0.5)])
    return write_wav(tmp_path / "hum.wav", samples)


@pytest.fixture
def strip(hum: Path):
    return add_sound(hum)


@pytest.fixture
def anna(strip) -> bpy.types.Object:
    """A face that will speak the strip."""
    return make_face("Anna", ("jawOpen",))


def key_frames(face) -> list[float]:
    return [frame for frame, _ in keys_of(action_of(face), "jawOpen")]


def takes(name: str) -> list[str]:
    return [take.label for take in speaker(name).takes]


def test_first_bake_makes_a_speaker_and_the_next_reuses_it(anna) -> None:
    bpy.ops.audio2face.bake()
    bpy.ops.audio2face.bake()
    assert bpy.context.scene.audio2face.speakers.keys() == ["Anna"]
    assert takes("Anna") == ["speech"]


def test_update_follows_a_moved_and_trimmed_strip(strip, anna) -> None:
    bpy.ops.audio2face.bake(reduction="EVERY_FRAME")
    before = dict(keys_of(action_of(anna), "jawOpen"))
    set_timing(strip, content_start=11)
    set_timing(strip, left_handle=21, right_handle=41)
    strip.name = "renamed"
    assert bpy.ops.audio2face.update() == {"FINISHED"}
    after = dict(keys_of(action_of(anna), "jawOpen"))
    assert min(after) == 18.0
    assert {f: after[f] for f in range(21, 41)} == pytest.approx(
        {f: before[f - 10] for f in range(21, 41)}, abs=1e-4
    )
    assert 'from "renamed", frames 21 to 40' in speaker("Anna").report


def test_update_of_unanalysed_sound_is_refused(strip, anna) -> None:
    set_timing(strip, right_handle=20)
    bpy.ops.audio2face.bake()
    set_timing(strip, right_handle=30)
    with pytest.raises(RuntimeError, match="plays sound that was not analysed: bake it again"):
        bpy.ops.audio2face.update()


def test_bake_all_bakes_a_dialogue(hum: Path) -> None:
    add_sound(hum, frame=1, channel=1, name="a")
    add_sound(hum, frame=101, channel=2, name="b")
    add_sound(hum, frame=201, channel=1, name="c")
    anna = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(source="CHANNEL", channel=1)
    anna.select_set(False)
    ben = make_face("Ben", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(source="CHANNEL", channel=2)
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    frames = key_frames(anna)
    assert frames[0] < 1 and frames[-1] > 201
    assert not any(60 < frame < 190 for frame in frames)
    frames = key_frames(ben)
    assert frames[0] > 90 and frames[-1] < 160


def test_face_of_several_meshes_is_one_speaker(strip) -> None:
    teeth = make_face("Teeth", ("jawOpen",))
    head = make_face("Head", ("jawOpen",))
    bpy.ops.audio2face.bake()
    assert [member.object for member in speaker("Head").members] == [head, teeth]
    teeth.select_set(False)
    bpy.ops.audio2face.bake()
    assert len(bpy.context.scene.audio2face.speakers) == 1
    assert action_of(teeth) is not None


def test_sound_file_needs_no_strip(hum: Path) -> None:
    face = make_face("Anna", ("jawOpen",))
    assert bpy.ops.audio2face.bake(file=str(hum), file_frame=31) == {"FINISHED"}
    assert key_frames(face)[0] == 28.0
    assert bpy.ops.audio2face.update() == {"FINISHED"}


def test_clear_removes_only_the_bake(strip) -> None:
    face = make_face("Anna", ("jawOpen", "wave"))
    face.data.shape_keys.key_blocks["wave"].keyframe_insert("value", frame=5)
    own = action_of(face)
    bpy.ops.audio2face.bake()
    assert action_of(face) != own
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    assert action_of(face) == own
    assert takes("Anna") == []


def test_saved_file_keeps_the_curves(anna, tmp_path: Path) -> None:
    bpy.ops.audio2face.bake()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    speaker("Anna").dials.jaw = 0.0
    assert highest_key(bpy.data.objects["Anna"]) == pytest.approx(0.0, abs=1e-6)


def test_recorded_bone_follows_the_jaw(anna) -> None:
    bone = make_armature("jaw").pose.bones["jaw"]
    bone.rotation_mode = "XYZ"
    bpy.context.view_layer.objects.active = anna
    bpy.ops.audio2face.bake()
    with bpy.context.temp_override(selected_pose_bones=[bone]):
        assert bpy.ops.audio2face.pose_record(speaker="Anna", state="REST") == {"FINISHED"}
        bone.rotation_euler.x = 0.5
        assert bpy.ops.audio2face.pose_record(speaker="Anna", state="EXTREME") == {"FINISHED"}
    bone.rotation_euler.x = 0.0
    bpy.ops.audio2face.update(speaker="Anna")
    furthest = 0.0
    for frame in range(1, 61):
        (jaw,) = played(anna, "jawOpen", [frame])
        assert bone.rotation_euler.x == pytest.approx(0.5 * jaw, abs=0.02)
        furthest = max(furthest, bone.rotation_euler.x)
    assert furthest > 0.4


def test_head_nod_turns_the_head_bone(strip) -> None:
    face = make_face("Anna", ("jawOpen", "mouthClose"))
    bpy.ops.audio2face.bake()
    with pytest.raises(RuntimeError, match="The face has no armature"):
        bpy.ops.audio2face.link_head()
    bone = make_armature("mixamorig:Head").pose.bones[0]
    bpy.context.view_layer.objects.active = face
    bpy.ops.audio2face.speaker_members(speaker="Anna")
    assert bpy.ops.audio2face.link_head(speaker="Anna") == {"FINISHED"}
    speaker("Anna").dials.head_nod = 1.0
    turned = 0.0
    for frame in range(1, 61):
        bpy.context.scene.frame_set(frame)
        turned = max(turned, bone.rotation_quaternion.angle)
    assert turned > 0.005


def test_fixed_drivers_can_be_keyed(strip) -> None:
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    blocks = face.data.shape_keys.key_blocks
    blocks["jawOpen"].driver_add("value")
    bpy.ops.audio2face.bake()
    assert keys_of(action_of(face), "jawOpen") == []
    report = bpy.context.scene.audio2face.report
    assert "Drivers move jawOpen" in report
    assert "Left to their drivers: jawOpen." in report
    bpy.ops.audio2face.fix()
    bpy.ops.audio2face.bake()
    assert highest_key(face) > 0.9


def test_face_of_driven_keys_alone_is_refused(anna) -> None:
    anna.data.shape_keys.key_blocks["jawOpen"].driver_add("value")
    with pytest.raises(RuntimeError, match="drivers on all its shape keys of speech"):
        bpy.ops.audio2face.bake()


def test_named_speaker_needs_no_selection(anna) -> None:
    bpy.ops.audio2face.speaker_add(strip="speech")
    anna.select_set(False)
    bpy.context.view_layer.objects.active = None
    assert bpy.ops.audio2face.bake(speaker="Anna") == {"FINISHED"}
    with pytest.raises(RuntimeError, match="No face is selected"):
        bpy.ops.audio2face.bake()
    with pytest.raises(RuntimeError, match='no speaker "Ben"'):
        bpy.ops.audio2face.bake(speaker="Ben")


def test_active_strip_of_another_speaker_is_not_used(anna, hum: Path) -> None:
    bpy.ops.audio2face.bake()
    anna.select_set(False)
    add_sound(hum, frame=101, channel=2, name="b")
    make_face("Ben", ("jawOpen",))
    bpy.ops.audio2face.bake()
    bpy.ops.audio2face.bake(speaker="Anna")  # "b" is active still
    assert takes("Anna") == ["speech"]
    assert max(key_frames(anna)) < 100


@pytest.fixture
def two(strip) -> dict[str, bpy.types.Object]:
    """Anna and Ben, both speakers of the strip "speech"."""
    faces = {}
    for name in ("Anna", "Ben"):
        faces[name] = make_face(name, ("jawOpen",))
        bpy.ops.audio2face.speaker_add(strip="speech")
        faces[name].select_set(False)
    return faces


def test_bake_all_goes_on_after_a_failure(two, monkeypatch: pytest.MonkeyPatch) -> None:
    errors, pipeline = addon_module("errors"), addon_module("bake.pipeline")
    write_task = pipeline.write_task

    def fails_for_anna(datablock, name, *rest, **options):
        if name == "A2F Anna":
            raise errors.PlanError("Anna was changed meanwhile.")
        return write_task(datablock, name, *rest, **options)

    monkeypatch.setattr(pipeline, "write_task", fails_for_anna)
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    assert two["Anna"].data.shape_keys.animation_data is None
    assert takes("Anna") == []
    assert len(key_frames(two["Ben"])) > 2
    assert speaker("Anna").report == "Anna was changed meanwhile."
    lines = bpy.context.scene.audio2face.report.splitlines()
    assert lines[-1] == "Left out: Anna: Anna was changed meanwhile."


def test_bake_all_reports_who_was_left_out(two) -> None:
    speaker("Ben").strip = "gone"
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    assert len(key_frames(two["Anna"])) > 2
    assert two["Ben"].data.shape_keys.animation_data is None
    assert 'named "gone"' in speaker("Ben").report
    speaker("Anna").strip = "gone"
    with pytest.raises(RuntimeError, match=r"(?s)Anna: There is no.*Ben: There is no"):
        bpy.ops.audio2face.bake_all()


def test_new_speaker_has_the_default_dials(anna) -> None:
    bpy.ops.audio2face.speaker_add()
    dials = addon_module("scene.speaker_settings").dials_of(speaker("Anna"))
    assert dials == addon_module("core.shaping.settings").Dials()
