"""Speakers: made by the first bake, stored with their curves, several in one scene."""

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.extension import addon_module
from tests.support.scenes import (
    action_of,
    add_sound,
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
    samples = np.concatenate([np.zeros(8000), tone(0.5), np.zeros(8000), tone(0.5)])
    return write_wav(tmp_path / "hum.wav", samples, 16000)


@pytest.fixture
def anna(hum: Path) -> bpy.types.Object:
    """A face that was baked with the strip "speech"."""
    add_sound(hum)
    face = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake()
    return face


def jaw_keys(face) -> dict[float, float]:
    """Frame → value of each key of the jaw."""
    return dict(keys_of(action_of(face), "jawOpen"))


def moves(face) -> list[float]:
    """The jaw's value at frames 1 to 60, as it plays."""
    return played(face, "jawOpen", range(1, 61))


def test_first_bake_makes_a_speaker_and_the_next_reuses_it(anna) -> None:
    bpy.ops.audio2face.bake()
    speakers = bpy.context.scene.audio2face.speakers
    assert [found.name for found in speakers] == ["Anna"]
    assert [take.label for take in speakers[0].takes] == ["speech"]


def test_dials_act_at_once_without_the_sound(anna, hum: Path, tmp_path: Path) -> None:
    before = moves(anna)
    assert max(before) > 0.9
    hum.unlink()
    speaker("Anna").dials.jaw = 0.25
    assert max(moves(anna)) == pytest.approx(0.5, abs=0.03)
    speaker("Anna").dials.jaw = 1.0
    assert moves(anna) == pytest.approx(before, abs=1e-5)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    speaker("Anna").dials.jaw = 0.0
    assert max(moves(bpy.data.objects["Anna"])) == pytest.approx(0.0, abs=1e-6)


def test_update_follows_a_moved_and_trimmed_strip(hum: Path) -> None:
    strip = add_sound(hum)
    face = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake(reduction="EVERY_FRAME")
    before = jaw_keys(face)
    set_timing(strip, content_start=11)
    set_timing(strip, left_handle=21, right_handle=41)
    strip.name = "renamed"
    assert bpy.ops.audio2face.update() == {"FINISHED"}
    after = jaw_keys(face)
    assert min(after) == 18.0
    assert {f: after[f] for f in range(21, 41)} == pytest.approx(
        {f: before[f - 10] for f in range(21, 41)}, abs=1e-4
    )
    assert 'from "renamed", frames 21 to 40' in speaker("Anna").report


def test_update_of_unanalysed_sound_is_refused(hum: Path) -> None:
    strip = add_sound(hum)
    set_timing(strip, right_handle=20)
    make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake()
    set_timing(strip, right_handle=30)
    with pytest.raises(RuntimeError, match="plays sound that was not analysed: bake it again"):
        bpy.ops.audio2face.update()


def test_bake_all_bakes_a_dialogue(hum: Path) -> None:
    for frame, channel in ((1, 1), (101, 2), (201, 1)):
        add_sound(hum, frame=frame, channel=channel)
    anna = make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(source="CHANNEL", channel=1)
    anna.select_set(False)
    ben = make_face("Ben", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(source="CHANNEL", channel=2)
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    frames = list(jaw_keys(anna))
    assert frames[0] < 1 and frames[-1] > 201
    assert not any(60 < frame < 190 for frame in frames)
    assert all(90 < frame < 160 for frame in jaw_keys(ben))


def test_face_of_several_meshes_is_one_speaker(hum: Path) -> None:
    add_sound(hum)
    teeth = make_face("Teeth", ("jawOpen",))
    head = make_face("Head", ("jawOpen",))
    bpy.ops.audio2face.bake()
    assert [member.object for member in speaker("Head").members] == [head, teeth]
    teeth.select_set(False)
    bpy.ops.audio2face.bake()
    assert len(bpy.context.scene.audio2face.speakers) == 1
    assert jaw_keys(teeth)


def test_member_out_of_use_is_left_alone_but_cleared(hum: Path) -> None:
    add_sound(hum)
    teeth, head = make_face("Teeth", ("jawOpen",)), make_face("Head", ("jawOpen",))
    bpy.ops.audio2face.bake()
    bpy.ops.audio2face.member_use(object="Teeth", use=False)
    bpy.ops.audio2face.update()
    assert jaw_keys(head) and "Teeth" not in speaker("Head").report
    bpy.ops.object.select_all(action="DESELECT")
    teeth.select_set(True)
    bpy.context.view_layer.objects.active = teeth
    bpy.ops.audio2face.bake()  # it is Head's all the same
    assert [found.name for found in bpy.context.scene.audio2face.speakers] == ["Head"]
    bpy.ops.audio2face.clear(speaker="Head")
    assert action_of(teeth) is None and action_of(head) is None
    bpy.ops.audio2face.speaker_members(speaker="Head")
    assert all(member.use for member in speaker("Head").members)


def test_guess_is_one_step_to_undo() -> None:
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.audio2face.add_demo_head(with_speech=False)
    for number, block in enumerate(bpy.data.objects["Demo Head"].data.shape_keys.key_blocks):
        block.name = f"Key {number}"
    bpy.ops.ed.undo_push(message="numbered")
    bpy.ops.audio2face.mapping_guess("EXEC_DEFAULT", True)
    bpy.ops.audio2face.calibrate("EXEC_DEFAULT", True)
    assert speaker("Demo Head").calibration
    bpy.ops.ed.undo()
    assert not speaker("Demo Head").calibration
    assert all(link.multiplier == 1.0 for link in speaker("Demo Head").links)
    bpy.ops.ed.undo()
    assert len(bpy.context.scene.audio2face.speakers) == 0


def test_clear_removes_only_the_bake(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Anna", ("jawOpen", "wave"))
    face.data.shape_keys.key_blocks["wave"].keyframe_insert("value", frame=5)
    animation = face.data.shape_keys.animation_data
    mine = animation.action
    bpy.ops.audio2face.bake()
    assert animation.action != mine
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    assert animation.action == mine
    assert len(speaker("Anna").takes) == 0


def test_recorded_bone_follows_the_jaw(anna) -> None:
    bone = make_armature("jaw").pose.bones["jaw"]
    bone.rotation_mode = "XYZ"
    with bpy.context.temp_override(selected_pose_bones=[bone]):
        assert bpy.ops.audio2face.pose_record(speaker="Anna", state="REST") == {"FINISHED"}
        bone.rotation_euler.x = 0.5
        assert bpy.ops.audio2face.pose_record(speaker="Anna", state="EXTREME") == {"FINISHED"}
    bpy.ops.audio2face.update(speaker="Anna")
    turns = []
    for frame in range(1, 61):
        bpy.context.scene.frame_set(frame)
        turns.append(bone.rotation_euler.x)
    assert max(turns) > 0.4
    assert turns == pytest.approx([0.5 * jaw for jaw in moves(anna)], abs=0.02)


def test_head_nod_turns_the_head_bone(anna) -> None:
    with pytest.raises(RuntimeError, match="The face has no armature"):
        bpy.ops.audio2face.link_head()
    bone = make_armature("mixamorig:Head").pose.bones[0]
    bpy.ops.audio2face.speaker_members(speaker="Anna")
    assert bpy.ops.audio2face.link_head(speaker="Anna") == {"FINISHED"}
    speaker("Anna").dials.head_nod = 1.0
    angles = []
    for frame in range(1, 61):
        bpy.context.scene.frame_set(frame)
        angles.append(bone.rotation_quaternion.angle)
    assert max(angles) > 0.005


def test_named_speaker_needs_no_selection(anna) -> None:
    anna.select_set(False)
    bpy.context.view_layer.objects.active = None
    assert bpy.ops.audio2face.bake(speaker="Anna") == {"FINISHED"}
    with pytest.raises(RuntimeError, match="No face is selected"):
        bpy.ops.audio2face.bake()
    with pytest.raises(RuntimeError, match='no character "Ben"'):
        bpy.ops.audio2face.bake(speaker="Ben")


def test_active_strip_of_another_speaker_is_not_used(anna, hum: Path) -> None:
    anna.select_set(False)
    add_sound(hum, frame=101, channel=2, name="b")
    make_face("Ben", ("jawOpen",))
    bpy.ops.audio2face.bake()
    bpy.ops.audio2face.bake(speaker="Anna")  # "b" is active still
    assert [take.label for take in speaker("Anna").takes] == ["speech"]
    assert max(jaw_keys(anna)) < 100


@pytest.fixture
def dialogue(hum: Path) -> dict[str, bpy.types.Object]:
    """Anna and Ben, both with the strip "speech"."""
    add_sound(hum)
    faces = {}
    for name in ("Anna", "Ben"):
        faces[name] = make_face(name, ("jawOpen",))
        bpy.ops.audio2face.speaker_add(strip="speech")
        faces[name].select_set(False)
    return faces


def test_bake_all_goes_on_after_a_failure(dialogue, monkeypatch) -> None:
    errors, pipeline = addon_module("errors"), addon_module("bake.pipeline")
    real = pipeline.write_task

    def write(datablock, name, *rest, **options):
        if name == "A2F Anna":
            raise errors.PlanError("Anna was changed meanwhile.")
        return real(datablock, name, *rest, **options)

    monkeypatch.setattr(pipeline, "write_task", write)
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    assert dialogue["Anna"].data.shape_keys.animation_data is None
    assert len(speaker("Anna").takes) == 0
    assert len(jaw_keys(dialogue["Ben"])) > 2
    assert speaker("Anna").report == "Anna was changed meanwhile."
    report = bpy.context.scene.audio2face.report.splitlines()
    assert report[-1] == "Left out: Anna: Anna was changed meanwhile."


def test_bake_all_reports_who_was_left_out(dialogue) -> None:
    speaker("Ben").strip = "gone"
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    assert len(jaw_keys(dialogue["Anna"])) > 2
    assert dialogue["Ben"].data.shape_keys.animation_data is None
    assert 'named "gone"' in speaker("Ben").report
    speaker("Anna").strip = "gone"
    with pytest.raises(RuntimeError, match=r"(?s)Anna: There is no.*Ben: There is no"):
        bpy.ops.audio2face.bake_all()


def test_speakers_never_have_one_name(hum: Path) -> None:
    """A name that is given twice gets a number; each keeps its bake."""
    faces = []
    for name, frame in (("Ann", 1), ("Bob", 101)):
        add_sound(hum, frame, name=name)
        for other in faces:
            other.select_set(False)
        faces.append(make_face(name, ("jawOpen",)))
        bpy.ops.audio2face.speaker_add(strip=name)
    speakers = bpy.context.scene.audio2face.speakers
    speakers[1].name = "Ann"
    assert [each.name for each in speakers] == ["Ann", "Ann 2"]
    speakers[1].name = ""
    assert [each.name for each in speakers] == ["Ann", "Character"]
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    assert all(jaw_keys(face) for face in faces)


def test_armature_of_a_baked_face_shows_its_character(hum: Path) -> None:
    add_sound(hum)
    face = make_face("Ann", ("jawOpen",))
    assert bpy.ops.audio2face.bake() == {"FINISHED"}
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.collection.objects.link(rig)
    face.parent = rig
    face.select_set(False)
    rig.select_set(True)
    bpy.context.view_layer.objects.active = rig
    assert bpy.ops.audio2face.bake() == {"FINISHED"}
    assert [each.name for each in bpy.context.scene.audio2face.speakers] == ["Ann"]
    assert len(bpy.data.actions) == 1
