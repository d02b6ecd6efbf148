"""Shape keys, bones and objects that are renamed after a bake: Blender renames the F-curves, and
the record, the mapping, dials, Update and Clear follow."""

from pathlib import Path

import bpy
import pytest

from tests.support.scenes import (
    action_of,
    add_sound,
    fcurves,
    make_armature,
    make_face,
    needs_sound,
    played,
    speaker,
    write_hum,
)

pytestmark = needs_sound

NAMES = ("jawOpen", "browInnerUp", "mouthClose")


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    return write_hum(tmp_path / "hum.wav", 1.0)


@pytest.fixture(params=["ACTION", "NLA", "ACTIVE"])
def face(request: pytest.FixtureRequest, loud_jaw, hum: Path) -> bpy.types.Object:
    made = make_face("Face", (*NAMES, "wave"))
    if request.param == "ACTIVE":
        made.data.shape_keys.key_blocks["wave"].keyframe_insert("value", frame=1)
    add_sound(hum)
    bpy.ops.audio2face.bake(output=request.param)
    return made


def paths(face: bpy.types.Object) -> list[str]:
    """Names of the shape keys that anything keys, but for the artist's own."""
    anim = face.data.shape_keys.animation_data
    users = [anim, *(strip for track in anim.nla_tracks for strip in track.strips)]
    found = {
        curve.data_path.split('"')[1]
        for user in users
        if user.action is not None and not user.action.get("audio2face_rest")
        for curve in fcurves(user.action)
    }
    return sorted(found - {"wave"})


def rename(face: bpy.types.Object, **names: str) -> None:
    blocks = face.data.shape_keys.key_blocks
    for old, new in names.items():
        blocks[old].name = new


def update(_face) -> None:
    bpy.ops.audio2face.update()


def dial(_face) -> None:
    speaker("Face").dials.jaw = 0.25  # the network says 2


def bake(_face) -> None:
    bpy.ops.audio2face.bake()


STEPS = [update, dial, bake]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("new", ["Jaw_Open", "my mouth", 'a "b" \\ c', "顎"])
def test_renamed_shape_key_stays_keyed(face, step, new: str) -> None:
    rename(face, jawOpen=new)
    step(face)
    assert "changed by hand" not in speaker("Face").report
    highest = 0.5 if step is dial else 1.0
    assert max(played(face, new, range(1, 25))) == pytest.approx(highest, abs=0.05)
    assert len(paths(face)) == len(NAMES) and "jawOpen" not in paths(face)
    step(face)
    bpy.context.scene.frame_set(12)
    bpy.ops.audio2face.clear()
    assert paths_after_clear(face) == []
    assert face.data.shape_keys.key_blocks[new].value == 0.0
    assert {action.name for action in bpy.data.actions} <= {
        "KeyAction",
        "Shape Keys Action",
    } or all(
        '"wave"' in curve.data_path for action in bpy.data.actions for curve in fcurves(action)
    )


def paths_after_clear(face: bpy.types.Object) -> list[str]:
    return paths(face) if face.data.shape_keys.animation_data is not None else []


def test_clear_after_a_rename_leaves_nothing(face) -> None:
    bpy.context.scene.frame_set(12)
    rename(face, jawOpen="Jaw_Open", mouthClose="my mouth", browInnerUp="眉")
    bpy.ops.audio2face.clear()
    assert paths_after_clear(face) == []
    blocks = face.data.shape_keys.key_blocks
    assert [block.value for block in blocks[1:4]] == [0.0, 0.0, 0.0]


def test_all_names_may_change(face) -> None:
    """To names of no rig that is known."""
    rename(face, jawOpen="1", mouthClose="2", browInnerUp="3")
    dial(face)
    assert max(played(face, "1", range(1, 25))) == pytest.approx(0.5, abs=0.05)
    update(face)
    bake(face)
    assert max(played(face, "1", range(1, 25))) == pytest.approx(0.5, abs=0.05)
    assert paths(face) == ["1", "2", "3"]


def test_renamed_twice_between_bakes(face) -> None:
    rename(face, jawOpen="a")
    update(face)
    rename(face, a="b")
    update(face)
    assert max(played(face, "b", range(1, 25))) == 1.0
    assert paths(face) == ["b", "browInnerUp", "mouthClose"]


def test_exchanged_names_are_no_hand_edit(face) -> None:
    rename(face, jawOpen="x", browInnerUp="jawOpen", x="browInnerUp")
    dial(face)
    assert "changed by hand" not in speaker("Face").report
    bpy.ops.audio2face.clear()
    assert paths_after_clear(face) == []


def test_hand_edit_of_a_renamed_curve_stops_the_dials(face) -> None:
    rename(face, jawOpen="my jaw")
    anim = face.data.shape_keys.animation_data
    action = anim.action or anim.nla_tracks[-1].strips[0].action
    if anim.nla_tracks:
        action = anim.nla_tracks["Audio2Face"].strips[0].action
    (curve,) = (curve for curve in fcurves(action) if "my jaw" in curve.data_path)
    curve.keyframe_points[2].co.y = 0.3
    dial(face)
    assert "changed by hand" in speaker("Face").report
    assert curve.keyframe_points[2].co.y == pytest.approx(0.3)
    bpy.ops.audio2face.clear()
    assert paths_after_clear(face) == []


@pytest.mark.parametrize("between", [None, dial])
def test_action_that_was_set_aside_follows(loud_jaw, hum: Path, between) -> None:
    face = make_face("Face", NAMES)
    block = face.data.shape_keys.key_blocks["jawOpen"]
    for frame, block.value in ((1, 0.25), (300, 0.75)):
        block.keyframe_insert("value", frame=frame)
    add_sound(hum)
    bpy.ops.audio2face.bake(output="ACTION")
    rename(face, jawOpen="my jaw")
    if between is not None:
        between(face)
    bpy.ops.audio2face.clear()
    assert paths(face) == ["my jaw"]
    assert played(face, "my jaw", (1, 300)) == pytest.approx([0.25, 0.75])


def test_own_links_follow(loud_jaw, hum: Path) -> None:
    head, teeth = make_face("Head", ("a", "b")), make_face("Teeth", ("a",))
    head.select_set(True)
    add_sound(hum)
    bpy.context.view_layer.objects.active = head
    bpy.ops.audio2face.speaker_add()
    (voice,) = bpy.context.scene.audio2face.speakers
    for output, target in (("jawOpen", "a"), ("browInnerUp", "b")):
        link = voice.links.add()
        link.output, link.kind, link.target = output, "shape", target
    bpy.ops.audio2face.bake()
    rename(head, a="jaw", b="brows")
    voice.dials.jaw = 0.25  # the network says 2
    for face, name, value in ((head, "jaw", 0.5), (head, "brows", 0.5), (teeth, "a", 0.5)):
        assert max(played(face, name, range(1, 25))) == pytest.approx(value, abs=0.05)
    targets = [(link.output, link.target) for link in voice.links]
    assert targets == [("jawOpen", "a"), ("jawOpen", "jaw"), ("browInnerUp", "brows")]


def test_renamed_bone_stays_keyed(loud_jaw, hum: Path) -> None:
    rig = make_armature("jaw")
    add_sound(hum)
    bpy.ops.audio2face.speaker_add()
    (voice,) = bpy.context.scene.audio2face.speakers
    link = voice.links.add()
    link.output, link.kind, link.target = "jawOpen", "bone", "jaw"
    link.path, link.component, link.extreme = "location", 2, 1.0
    bpy.ops.audio2face.bake()
    rig.data.bones["jaw"].name = "Kiefer"
    rig.name = "Other"
    voice.dials.jaw = 0.25  # the network says 2
    assert "changed by hand" not in voice.report
    bpy.context.scene.frame_set(15)
    assert rig.pose.bones["Kiefer"].location.z == pytest.approx(0.5, abs=0.05)
    assert voice.links[0].target == "Kiefer"
    assert [c.data_path for c in fcurves(rig.animation_data.action)] == [
        'pose.bones["Kiefer"].location'
    ]
    bpy.ops.audio2face.clear()
    assert rig.animation_data.action is None and rig.pose.bones["Kiefer"].location.z == 0.0


@pytest.mark.parametrize("of_bone", [False, True])
def test_renamed_property_stays_keyed(loud_jaw, hum: Path, of_bone: bool) -> None:
    """As the dialog of Blender renames it: it changes data paths too."""
    rig = make_armature("jaw")
    owner = rig.pose.bones["jaw"] if of_bone else rig
    owner["Open"] = 0.0
    add_sound(hum)
    bpy.ops.audio2face.speaker_add()
    (voice,) = bpy.context.scene.audio2face.speakers
    link = voice.links.add()
    link.output, link.kind, link.target = "jawOpen", "property", "Open"
    link.path = "jaw" if of_bone else ""
    bpy.ops.audio2face.bake()
    owner["My Jaw"] = owner.pop("Open")
    (curve,) = fcurves(rig.animation_data.action)
    curve.data_path = curve.data_path.replace("Open", "My Jaw")
    voice.dials.jaw = 0.25
    bpy.context.scene.frame_set(15)
    assert owner["My Jaw"] == pytest.approx(0.5, abs=0.05)
    assert (voice.links[0].target, len(fcurves(rig.animation_data.action))) == ("My Jaw", 1)
    bpy.ops.audio2face.clear()
    assert owner["My Jaw"] == 0.0 and "Open" not in owner


def test_renames_of_object_action_slot_scene_and_speaker_change_nothing(
    loud_jaw, hum: Path
) -> None:
    face = make_face("Face", NAMES)
    strip = add_sound(hum)
    bpy.ops.audio2face.bake()
    face.name = face.data.name = face.data.shape_keys.name = "Other"
    action = action_of(face)
    action.name = "Mine"
    if bpy.app.version >= (4, 4, 0):
        action.slots[0].name_display = "Slot"
    bpy.context.scene.name = "Shot"
    strip.name = "Line"
    (voice,) = bpy.context.scene.audio2face.speakers
    voice.name = "Ann"
    voice.dials.jaw = 0.25  # the network says 2
    assert max(played(face, "jawOpen", range(1, 25))) == pytest.approx(0.5, abs=0.05)
    assert action_of(face).name == "Mine"
    bpy.ops.audio2face.update()
    bpy.ops.audio2face.bake()
    assert len(voice.takes) == 1 and len(bpy.data.actions) == 1
    bpy.ops.audio2face.clear()
    assert not len(bpy.data.actions)


def test_rename_follows_into_an_appended_face(face, tmp_path: Path) -> None:
    rename(face, jawOpen="my jaw")
    bpy.context.scene.frame_set(12)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "face.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "face.blend")) as (_, into):
        into.objects = ["Face"]
    bpy.context.scene.collection.objects.link(into.objects[0])
    found = bpy.data.objects["Face"]
    found.select_set(True)
    bpy.context.view_layer.objects.active = found
    bpy.ops.audio2face.clear()
    assert paths_after_clear(found) == []
    assert found.data.shape_keys.key_blocks["my jaw"].value == 0.0
