"""Speakers: made by the first bake, stored with their curves, several in one scene."""

import importlib
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import (
    add_sound,
    fcurves,
    keys_of,
    make_face,
    needs_sound,
    set_timing,
    tone,
    write_wav,
)

pytestmark = [needs_sound, pytest.mark.usefixtures("loud_jaw")]


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    samples = np.concatenate([np.zeros(8000), tone(0.5), np.zeros(8000), tone(0.5)])
    return write_wav(tmp_path / "hum.wav", samples, 16000)


def speaker(name: str):
    return bpy.context.scene.audio2face.speakers[name]


def action_of(face) -> bpy.types.Action:
    return face.data.shape_keys.animation_data.action


def moves(face, name: str = "jawOpen") -> list[float]:
    """The value of a shape key at frames 1 to 60, as it plays."""
    values = []
    for frame in range(1, 61):
        bpy.context.scene.frame_set(frame)
        values.append(face.data.shape_keys.key_blocks[name].value)
    return values


def test_first_bake_makes_a_speaker_and_the_next_reuses_it(hum: Path) -> None:
    add_sound(hum)
    make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake()
    bpy.ops.audio2face.bake()
    speakers = bpy.context.scene.audio2face.speakers
    assert [one.name for one in speakers] == ["Anna"]
    assert [take.label for take in speakers[0].takes] == ["speech"]


def test_dials_act_at_once_without_the_sound(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake()
    before = moves(face)
    assert max(before) > 0.9
    hum.unlink()  # nothing can be heard any more
    speaker("Anna").dials.jaw = 0.25
    assert max(moves(face)) == pytest.approx(0.5, abs=0.03)
    speaker("Anna").dials.jaw = 1.0
    assert moves(face) == pytest.approx(before, abs=1e-5)


def test_dials_leave_hand_edited_keys_alone(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake()
    curve = fcurves(action_of(face))[0]
    curve.keyframe_points[1].co.y = 0.77
    speaker("Anna").dials.jaw = 0.25
    assert curve.keyframe_points[1].co.y == pytest.approx(0.77)
    assert "changed by hand" in speaker("Anna").report
    bpy.ops.audio2face.update()
    assert max(value for _, value in keys_of(action_of(face), "jawOpen")) < 0.7


def test_dials_wait_for_update_when_not_live(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake()
    before = moves(face)
    bpy.context.scene.audio2face.live = False
    speaker("Anna").dials.overall = 0.0
    assert moves(face) == before
    bpy.ops.audio2face.update()
    assert max(moves(face)) == 0.0


def test_update_follows_a_moved_and_trimmed_strip(hum: Path) -> None:
    strip = add_sound(hum)
    face = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake(reduction="EVERY_FRAME")
    before = dict(keys_of(action_of(face), "jawOpen"))
    set_timing(strip, content_start=11)
    set_timing(strip, left_handle=21, right_handle=41)
    strip.name = "renamed"
    assert bpy.ops.audio2face.update() == {"FINISHED"}
    after = dict(keys_of(action_of(face), "jawOpen"))
    assert min(after) == 18.0
    assert {f: after[f] for f in range(21, 41)} == pytest.approx(
        {f: before[f - 10] for f in range(21, 41)}, abs=1e-4
    )
    assert 'from "renamed", frames 21 to 40' in speaker("Anna").report


def test_update_of_unanalysed_sound_is_refused(hum: Path, tmp_path: Path) -> None:
    strip = add_sound(hum)
    set_timing(strip, right_handle=20)
    make_face("Anna", ("jawOpen",))
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
    frames = [frame for frame, _ in keys_of(action_of(anna), "jawOpen")]
    assert frames[0] < 1 and frames[-1] > 201
    assert not any(60 < frame < 190 for frame in frames)
    frames = [frame for frame, _ in keys_of(action_of(ben), "jawOpen")]
    assert frames[0] > 90 and frames[-1] < 160


def test_face_of_several_meshes_is_one_speaker(hum: Path) -> None:
    add_sound(hum)
    teeth = make_face("Teeth", ("jawOpen",))
    head = make_face("Head", ("jawOpen",))
    bpy.ops.audio2face.bake()
    assert [one.object for one in speaker("Head").members] == [head, teeth]
    teeth.select_set(False)
    bpy.ops.audio2face.bake()
    assert len(bpy.context.scene.audio2face.speakers) == 1
    assert action_of(teeth) is not None


def test_sound_file_needs_no_strip(hum: Path) -> None:
    face = make_face("Anna", ("jawOpen",))
    assert bpy.ops.audio2face.bake(file=str(hum), file_frame=31) == {"FINISHED"}
    frames = [frame for frame, _ in keys_of(action_of(face), "jawOpen")]
    assert frames[0] == 28.0
    assert bpy.ops.audio2face.update() == {"FINISHED"}


def test_clear_removes_only_the_bake(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen", "wave"))
    wave = face.data.shape_keys.key_blocks["wave"]
    wave.keyframe_insert("value", frame=5)
    mine = action_of(face)
    bpy.ops.audio2face.bake()
    assert action_of(face) != mine
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    assert action_of(face) == mine
    assert len(speaker("Anna").takes) == 0


def test_saved_file_keeps_the_curves(hum: Path, tmp_path: Path) -> None:
    add_sound(hum)
    make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    face = bpy.data.objects["Anna"]
    speaker("Anna").dials.jaw = 0.0
    assert max(moves(face)) == pytest.approx(0.0, abs=1e-6)


def test_recorded_bone_follows_the_jaw(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen",))
    data = bpy.data.armatures.new("Rig")
    rig = bpy.data.objects.new("Rig", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    bone = data.edit_bones.new("jaw")
    bone.tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    face.select_set(True)
    bpy.context.view_layer.objects.active = face
    bpy.ops.audio2face.bake()
    rig.pose.bones["jaw"].rotation_mode = "XYZ"
    with bpy.context.temp_override(selected_pose_bones=[rig.pose.bones["jaw"]]):
        assert bpy.ops.audio2face.pose_record(speaker="Anna", state="REST") == {"FINISHED"}
        rig.pose.bones["jaw"].rotation_euler.x = 0.5
        assert bpy.ops.audio2face.pose_record(speaker="Anna", state="EXTREME") == {"FINISHED"}
    rig.pose.bones["jaw"].rotation_euler.x = 0.0
    bpy.ops.audio2face.update(speaker="Anna")
    furthest = 0.0
    for frame in range(1, 61):
        bpy.context.scene.frame_set(frame)
        jaw = face.data.shape_keys.key_blocks["jawOpen"].value
        turned = rig.pose.bones["jaw"].rotation_euler.x
        assert turned == pytest.approx(0.5 * jaw, abs=0.02)
        furthest = max(furthest, turned)
    assert furthest > 0.4


def test_head_nod_turns_the_head_bone(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen", "mouthClose"))
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    rig.data.edit_bones.new("mixamorig:Head").tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.objects.active = face
    face.select_set(True)
    bpy.ops.audio2face.bake()
    with pytest.raises(RuntimeError, match="The face has no armature"):
        bpy.ops.audio2face.link_head()
    rig.select_set(True)
    bpy.ops.audio2face.speaker_members(speaker="Anna")
    assert bpy.ops.audio2face.link_head(speaker="Anna") == {"FINISHED"}
    speaker("Anna").dials.head_nod = 1.0
    bone = rig.pose.bones["mixamorig:Head"]
    turned = 0.0
    for frame in range(1, 61):
        bpy.context.scene.frame_set(frame)
        turned = max(turned, bone.rotation_quaternion.angle)
    assert turned > 0.005


def test_only_preview_range_is_keyed(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.speaker_add()
    speaker("Anna").only_preview_range = True
    scene = bpy.context.scene
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 15, 30
    bpy.ops.audio2face.bake(reduction="EVERY_FRAME")
    assert [frame for frame, _ in keys_of(action_of(face), "jawOpen")] == list(range(15, 31))
    scene.frame_preview_start, scene.frame_preview_end = 300, 310
    with pytest.raises(RuntimeError, match="No strip lies in the preview range"):
        bpy.ops.audio2face.bake()


def test_fixed_drivers_can_be_keyed(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    face.data.shape_keys.key_blocks["jawOpen"].driver_add("value")
    bpy.ops.audio2face.bake()
    assert keys_of(action_of(face), "jawOpen") == []
    assert "Drivers move jawOpen" in bpy.context.scene.audio2face.report
    bpy.ops.audio2face.fix()
    bpy.ops.audio2face.bake()
    assert max(moves(face)) > 0.9


def test_named_speaker_needs_no_selection(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(strip="speech")
    face.select_set(False)
    bpy.context.view_layer.objects.active = None
    assert bpy.ops.audio2face.bake(speaker="Anna") == {"FINISHED"}
    with pytest.raises(RuntimeError, match="No face is selected"):
        bpy.ops.audio2face.bake()
    with pytest.raises(RuntimeError, match='no speaker "Ben"'):
        bpy.ops.audio2face.bake(speaker="Ben")


def test_active_strip_of_another_speaker_is_not_used(hum: Path) -> None:
    add_sound(hum, frame=1, channel=1, name="a")
    anna = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake()
    anna.select_set(False)
    add_sound(hum, frame=101, channel=2, name="b")
    make_face("Ben", ("jawOpen",))
    bpy.ops.audio2face.bake()
    bpy.ops.audio2face.bake(speaker="Anna")  # "b" is active still
    assert [take.label for take in speaker("Anna").takes] == ["a"]
    assert max(frame for frame, _ in keys_of(action_of(anna), "jawOpen")) < 100


def two_speakers(hum: Path) -> dict[str, object]:
    """Anna and Ben, both with the strip "speech"."""
    add_sound(hum)
    faces = {}
    for name in ("Anna", "Ben"):
        faces[name] = make_face(name, ("jawOpen",))
        bpy.ops.audio2face.speaker_add(strip="speech")
        faces[name].select_set(False)
    return faces


def test_bake_all_goes_on_after_a_failure(
    extension: str, hum: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = importlib.import_module(f"{extension}.blender_audio2face.errors")
    pipeline = importlib.import_module(f"{extension}.blender_audio2face.bake.pipeline")
    real = pipeline.write_task

    def write(datablock, name, *rest, **options):
        if name == "A2F Anna":
            raise errors.PlanError("Anna was changed meanwhile.")
        return real(datablock, name, *rest, **options)

    faces = two_speakers(hum)
    monkeypatch.setattr(pipeline, "write_task", write)
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    assert faces["Anna"].data.shape_keys.animation_data is None
    assert len(speaker("Anna").takes) == 0
    assert len(keys_of(action_of(faces["Ben"]), "jawOpen")) > 2
    assert speaker("Anna").report == "Anna was changed meanwhile."
    told = bpy.context.scene.audio2face.report.splitlines()
    assert told[-1] == "Left out: Anna: Anna was changed meanwhile."


def test_bake_all_reports_who_was_left_out(hum: Path) -> None:
    faces = two_speakers(hum)
    speaker("Ben").strip = "gone"
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    assert len(keys_of(action_of(faces["Anna"]), "jawOpen")) > 2
    assert faces["Ben"].data.shape_keys.animation_data is None
    assert 'named "gone"' in speaker("Ben").report
    speaker("Anna").strip = "gone"
    with pytest.raises(RuntimeError, match=r"(?s)Anna: There is no.*Ben: There is no"):
        bpy.ops.audio2face.bake_all()


def test_new_speaker_has_the_default_dials(extension: str, hum: Path) -> None:
    settings, speaker_settings = (
        importlib.import_module(f"{extension}.blender_audio2face.{name}")
        for name in ("core.shaping.settings", "scene.speaker_settings")
    )
    make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.speaker_add()
    assert speaker_settings.dials_of(speaker("Anna")) == settings.Dials()
    assert not hasattr(settings, "NEUTRAL")
