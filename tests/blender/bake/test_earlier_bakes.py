"""What was baked before and is no longer the speaker's sound is taken out or named, and Clear knows
all of it, by what the Actions carry."""

from collections.abc import Iterable
from pathlib import Path

import bpy
import pytest

from tests.support.scenes import (
    action_of,
    add_sound,
    fcurves,
    make_face,
    needs_sound,
    played,
    speaker,
    top_level,
    write_hum,
)

pytestmark = needs_sound

FIRST, SECOND = range(1, 25), range(200, 225)
"""Frames of two lines of a second."""


@pytest.fixture
def lines(loud_jaw, tmp_path: Path) -> tuple[Path, Path]:
    """Two files of one name in different folders."""
    made = []
    for folder, seconds in (("s1", 1.0), ("s2", 1.1)):
        (tmp_path / folder).mkdir()
        made.append(write_hum(tmp_path / folder / "dialogue.wav", seconds))
    return tuple(made)


def report() -> str:
    return bpy.context.scene.audio2face.report


def moves(face: bpy.types.Object, frames: Iterable[int], name: str = "jawOpen") -> bool:
    return max(played(face, name, frames)) > 0.5


def select(*objects: bpy.types.Object) -> None:
    bpy.context.view_layer.update()  # a copy comes selected
    for obj in bpy.context.view_layer.objects:
        obj.select_set(obj in objects)
    bpy.context.view_layer.objects.active = objects[0]


def nothing_left(face: bpy.types.Object) -> bool:
    """Whether a face is as one that was never baked, at whatever frame."""
    key = face.data.shape_keys
    anim = key.animation_data
    assert anim is None or (anim.action is None and not len(anim.nla_tracks))
    assert [block.value for block in key.key_blocks[1:]] == [0.0] * (len(key.key_blocks) - 1)
    return True


@pytest.mark.parametrize("output", ["ACTION", "NLA"])
def test_files_of_one_name_are_two_lines(lines, output: str) -> None:
    face = make_face("Face", ("jawOpen",))
    for path, frame in zip(lines, (1, 200), strict=True):
        bpy.ops.audio2face.bake(file=str(path), file_frame=frame, output=output)
    assert moves(face, FIRST) and moves(face, SECOND)
    assert [take.label for take in speaker("Face").takes] == ["dialogue.wav"] * 2
    bpy.ops.audio2face.update()
    assert moves(face, FIRST) and moves(face, SECOND)
    bpy.ops.audio2face.clear(strip=str(lines[0]))
    assert not moves(face, FIRST) and moves(face, SECOND)


def test_one_file_at_two_frames_is_two_lines_until_it_is_moved(lines) -> None:
    face = make_face("Face", ("jawOpen",))
    for frame in (1, 200, 210):  # the third shares frames with the second, and moves it
        bpy.ops.audio2face.bake(file=str(lines[0]), file_frame=frame)
    assert moves(face, FIRST) and moves(face, range(225, 233))
    assert not moves(face, range(195, 208))
    assert len(speaker("Face").takes) == 2


def test_copied_file_replaces_its_keys(lines, tmp_path: Path) -> None:
    make_face("Face", ("jawOpen",))
    copy = tmp_path / "moved.wav"
    for path in (lines[0], copy):
        if path == copy:
            lines[0].rename(copy)
        bpy.ops.audio2face.bake(file=str(path))
    (take,) = speaker("Face").takes
    assert (take.file, take.label) == (str(copy), "moved.wav")


@pytest.fixture
def file_voice(lines) -> bpy.types.Object:
    """A face whose voice is the first file, baked by its settings."""
    face = make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(source="FILE", file=str(lines[0]), file_frame=1)
    bpy.ops.audio2face.bake()
    assert moves(face, FIRST)
    return face


@pytest.mark.parametrize("change", ["file", "frame"])
def test_changed_file_voice_replaces_the_old_one(file_voice, lines, change: str) -> None:
    voice = speaker("Face")
    voice.file_frame = 200
    if change == "file":
        voice.file = str(lines[1])
    bpy.ops.audio2face.bake()
    assert moves(file_voice, SECOND) and not moves(file_voice, FIRST)
    assert 'Took out the keys of "dialogue.wav", frames 1 to 24' in report()
    assert len(voice.takes) == 1


def test_update_of_a_changed_file_voice_is_refused(file_voice, lines) -> None:
    speaker("Face").file = str(lines[1])
    with pytest.raises(RuntimeError, match="the voice is another file now"):
        bpy.ops.audio2face.update()
    assert moves(file_voice, FIRST)
    bpy.ops.audio2face.bake(file=str(lines[0]), file_frame=200)
    bpy.ops.audio2face.update()
    assert not moves(file_voice, FIRST) and moves(file_voice, SECOND)
    assert 'Took out the keys of "dialogue.wav", frames 1 to 24' in report()


def test_update_moves_a_file_voice_to_its_frame(file_voice) -> None:
    speaker("Face").file_frame = 200
    bpy.ops.audio2face.update()
    assert moves(file_voice, SECOND) and not moves(file_voice, FIRST)
    assert len(speaker("Face").takes) == 1


def test_replaced_strip_is_taken_out(lines) -> None:
    """The new recording is shorter than the old one: nothing of that is left behind it."""
    face = make_face("Face", ("jawOpen",))
    add_sound(lines[1], name="old")
    bpy.ops.audio2face.bake()
    top_level().remove(top_level()["old"])
    add_sound(lines[0], name="new")
    bpy.ops.audio2face.bake()
    assert 'Took out the keys of "old"' in report()
    assert len(speaker("Face").takes) == 1
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    assert nothing_left(face)


@pytest.mark.parametrize("again", ["bake", "update"])
def test_removed_strip_is_named(lines, again: str) -> None:
    face = make_face("Face", ("jawOpen",))
    add_sound(lines[0], name="old")
    bpy.ops.audio2face.bake()
    add_sound(lines[1], 200, name="other")
    bpy.ops.audio2face.bake()
    top_level().remove(top_level()["old"])
    getattr(bpy.ops.audio2face, again)()
    assert '"old" still moves the face at frames 1 to 24, but its strip was removed' in report()
    assert moves(face, FIRST) and moves(face, SECOND)
    bpy.ops.audio2face.clear(strip="old")
    assert not moves(face, FIRST) and moves(face, SECOND)


@pytest.mark.parametrize("again", ["bake", "update"])
def test_strip_moved_out_of_the_channel_is_taken_out(lines, again: str) -> None:
    face = make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(source="CHANNEL", channel=1)
    strip = add_sound(lines[0], name="hers")
    add_sound(lines[1], 200, name="stays")
    bpy.ops.audio2face.bake()
    assert moves(face, FIRST)
    strip.channel = 5
    getattr(bpy.ops.audio2face, again)()
    assert not moves(face, FIRST) and moves(face, SECOND)
    assert 'Took out the keys of "hers", frames 1 to 24: it is no longer on channel 1.' in report()
    assert len(speaker("Face").takes) == 1


def test_taking_out_leaves_hand_edits_and_names_them(file_voice, lines) -> None:
    (curve,) = fcurves(action_of(file_voice))
    curve.keyframe_points[1].co.y = 0.7
    speaker("Face").file, speaker("Face").file_frame = str(lines[1]), 200
    bpy.ops.audio2face.bake()
    assert 'Left the keys of "dialogue.wav"' in report() and "changed by hand" in report()
    assert moves(file_voice, FIRST) and moves(file_voice, SECOND)


def appended(face: bpy.types.Object, tmp_path: Path) -> bpy.types.Object:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "face.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "face.blend")) as (_, into):
        into.objects = ["Face"]
    (found,) = into.objects
    bpy.context.scene.collection.objects.link(found)
    return found


def copied(face: bpy.types.Object, _tmp_path: Path) -> bpy.types.Object:
    """Its Action is the original's."""
    copy = face.copy()
    copy.data = face.data.copy()
    bpy.context.scene.collection.objects.link(copy)
    assert action_of(copy) == action_of(face)
    return copy


def duplicated(face: bpy.types.Object, _tmp_path: Path) -> bpy.types.Object:
    """Shift+D: its Action is a copy."""
    bpy.ops.object.duplicate()
    return bpy.context.object


def speaker_made_anew(face: bpy.types.Object, _tmp_path: Path) -> bpy.types.Object:
    bpy.ops.audio2face.speaker_remove(speaker="Face")
    for strip in tuple(top_level()):
        top_level().remove(strip)
    return face


def pasted(face: bpy.types.Object, tmp_path: Path) -> bpy.types.Object:
    """Ctrl+C and Ctrl+V."""
    if not bpy.ops.view3d.copybuffer.poll():
        pytest.skip("needs a window")
    bpy.ops.view3d.copybuffer()
    bpy.ops.view3d.pastebuffer()
    (found,) = bpy.context.selected_objects
    return found


def in_copied_scene(face: bpy.types.Object, _tmp_path: Path) -> bpy.types.Object:
    """A new scene with copies of all; its speaker is the copied face's."""
    bpy.ops.scene.new(type="FULL_COPY")
    scene = bpy.context.scene
    (copy,) = (obj for obj in scene.objects if obj.type == "MESH")
    assert copy != face
    scene.audio2face.speakers.clear()
    return copy


STRANGERS = [appended, copied, duplicated, speaker_made_anew, pasted, in_copied_scene]


@pytest.fixture(params=["ACTION", "NLA"])
def baked(request: pytest.FixtureRequest, lines) -> bpy.types.Object:
    """A face whose first line is baked, at a frame of its speech."""
    face = make_face("Face", ("jawOpen", "browInnerUp"))
    add_sound(lines[0], name="line 1")
    bpy.ops.audio2face.bake(output=request.param)
    bpy.context.scene.frame_set(12)
    assert face.data.shape_keys.key_blocks["jawOpen"].value > 0.5
    return face


@pytest.mark.parametrize("become", STRANGERS)
def test_bake_of_another_speaker_is_named_and_cleared(baked, lines, tmp_path: Path, become) -> None:
    face = become(baked, tmp_path)
    select(face)
    add_sound(lines[1], 200, channel=3, name="line 2")
    bpy.ops.audio2face.bake(strip="line 2")
    assert (
        'Keys of "line 1", which no character here has, move the face at frames 1 to 24' in report()
    )
    assert moves(face, FIRST) and moves(face, SECOND)
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    assert nothing_left(face)
    assert not moves(face, [*FIRST, *SECOND])


@pytest.mark.parametrize("become", STRANGERS)
def test_clear_needs_no_speaker(baked, tmp_path: Path, become) -> None:
    face = become(baked, tmp_path)
    select(face)
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    assert nothing_left(face)
    others = [obj for obj in bpy.data.objects if obj.type == "MESH" and obj != face]
    for other in others:  # the original goes on
        assert moves(other, FIRST)
    if not others:
        assert not len(bpy.data.actions)


@pytest.mark.parametrize("become", STRANGERS)
def test_bake_of_another_speaker_is_taken_out_where_new_speech_plays(
    baked, lines, tmp_path: Path, become
) -> None:
    face = become(baked, tmp_path)
    select(face)
    add_sound(lines[1], 1, channel=3, name="line 2")
    bpy.ops.audio2face.bake(strip="line 2")
    if "no character has them" not in report():
        assert 'Took out the keys of "line 1"' in report()
    bpy.ops.audio2face.clear(strip="line 2")
    assert not moves(face, FIRST)


def test_clear_leaves_the_bakes_of_another_speaker_of_the_face(lines) -> None:
    """Two voices of one face, each a speaker."""
    face = make_face("Face", ("jawOpen",))
    for name, path, frame in (("one", lines[0], 1), ("two", lines[1], 200)):
        add_sound(path, frame, name=name)
        bpy.ops.audio2face.speaker_add(name=name, strip=name)
        bpy.ops.audio2face.bake(speaker=name)
    assert "no character" not in report()
    bpy.ops.audio2face.clear(speaker="two")
    assert moves(face, FIRST) and not moves(face, SECOND)


def test_face_without_a_bake_has_nothing_to_clear(lines) -> None:
    make_face("Face", ("jawOpen",))
    with pytest.raises(RuntimeError, match='Nothing to clear: "Face" was not baked'):
        bpy.ops.audio2face.clear()


def test_clear_of_one_line_is_no_hand_edit(lines) -> None:
    face = make_face("Face", ("jawOpen",))
    for path, frame in zip(lines, (1, 200), strict=True):
        bpy.ops.audio2face.bake(file=str(path), file_frame=frame)
    bpy.ops.audio2face.clear(strip=str(lines[0]))
    speaker("Face").dials.jaw = 0.25
    assert "changed by hand" not in speaker("Face").report
    assert max(played(face, "jawOpen", SECOND)) == pytest.approx(0.5, abs=0.05)


def test_control_that_is_no_longer_keyed_gets_its_value_back(lines) -> None:
    face = make_face("Face", ("jawOpen", "browInnerUp"))
    face.data.shape_keys.key_blocks["browInnerUp"].value = 0.25
    add_sound(lines[0])
    bpy.ops.audio2face.bake()
    bpy.context.scene.frame_set(12)
    bpy.ops.audio2face.mapping_edit()
    links = speaker("Face").links
    (brow,) = (link for link in links if link.target == "browInnerUp")
    brow.enabled = False
    assert face.data.shape_keys.key_blocks["browInnerUp"].value == 0.25


def test_part_that_is_no_longer_mapped_is_cleared(lines) -> None:
    """The teeth were keyed, and the mapping then names the head's keys alone."""
    head, teeth = make_face("Head", ("jawOpen",)), make_face("Teeth", ("jaw_open",))
    select(head, teeth)
    add_sound(lines[0])
    bpy.ops.audio2face.bake()
    assert moves(teeth, FIRST, "jaw_open")
    bpy.ops.audio2face.mapping_edit()
    for link in speaker("Head").links:
        link.enabled = link.target == "jawOpen"
    bpy.ops.audio2face.bake()
    assert moves(head, FIRST) and not moves(teeth, FIRST, "jaw_open")
    assert teeth.data.shape_keys.animation_data.action is None


@pytest.mark.parametrize("linked", [True, False])
def test_two_speakers_on_one_mesh_are_refused(lines, linked: bool) -> None:
    ann = make_face("Ann", ("jawOpen",))
    bob = ann.copy()
    bob.name = "Bob"
    bpy.context.scene.collection.objects.link(bob)
    for frame, (face, path) in zip((1, 10), ((ann, lines[0]), (bob, lines[1])), strict=True):
        add_sound(path, frame, name=face.name)
        select(face)
        bpy.ops.audio2face.speaker_add(name=face.name, strip=face.name)
    if linked:
        with pytest.raises(RuntimeError, match=r"share one mesh.*Make Single User"):
            bpy.ops.audio2face.bake(speaker="Ann")
        with pytest.raises(RuntimeError, match=r"share one mesh.*Make Single User"):
            bpy.ops.audio2face.bake_all()
        assert not len(bpy.data.actions)
        return
    select(bob)
    bpy.ops.object.make_single_user(object=True, obdata=True)
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    assert moves(ann, range(1, 9)) and not moves(bob, range(1, 9))


def test_renamed_strip_is_still_the_speakers(lines) -> None:
    face = make_face("Face", ("jawOpen",))
    strip = add_sound(lines[0], name="line")
    bpy.ops.audio2face.speaker_add(strip="line")
    bpy.ops.audio2face.bake()
    strip.name = "Line 12 final"
    add_sound(lines[1], 200, name="other")
    bpy.ops.audio2face.bake()
    assert 'from "Line 12 final"' in report() and not moves(face, SECOND)
    strip.name = "again"
    bpy.ops.audio2face.clear(strip="again")
    assert nothing_left(face)


def test_clear_takes_copies_of_our_nla_strip_along(lines) -> None:
    """Shift+D in the NLA, linked and with an Action of its own."""
    face = make_face("Face", ("jawOpen",))
    add_sound(lines[0])
    bpy.ops.audio2face.bake(output="NLA")
    anim = face.data.shape_keys.animation_data
    ours = anim.nla_tracks["Audio2Face"].strips[0]
    for name, start, action in (("a", 300, ours.action), ("b", 500, ours.action.copy())):
        track = anim.nla_tracks.new()
        copy = track.strips.new(name, start, action)
        if bpy.app.version >= (4, 4, 0):
            copy.action_slot = action.slots[0]
        copy.blend_type = ours.blend_type
    assert moves(face, FIRST) and moves(face, range(300, 330)) and moves(face, range(500, 530))
    bpy.ops.audio2face.clear()
    assert nothing_left(face)
    assert not len(bpy.data.actions)


@pytest.mark.parametrize("voice", ["STRIP", "CHANNEL"])
def test_voice_that_is_no_file_any_more_is_named(file_voice, lines, voice: str) -> None:
    speaker("Face").source = voice
    add_sound(lines[1], 200, name="new")
    bpy.ops.audio2face.bake()
    assert (
        '"dialogue.wav" still moves the face at frames 1 to 24, but the voice is no sound file any '
        "more" in report()
    )


def test_voice_that_is_a_file_now_names_the_strip(lines) -> None:
    face = make_face("Face", ("jawOpen",))
    add_sound(lines[0], name="old")
    bpy.ops.audio2face.bake()
    voice = speaker("Face")
    voice.source, voice.file, voice.file_frame = "FILE", str(lines[1]), 200
    bpy.ops.audio2face.bake()
    assert '"old" still moves the face at frames 1 to 24, but the voice is a sound file' in report()
    assert moves(face, FIRST) and moves(face, SECOND)


def test_lines_that_a_script_named_stay_beside_the_voice(file_voice, lines) -> None:
    bpy.ops.audio2face.bake(file=str(lines[1]), file_frame=200)
    assert moves(file_voice, FIRST) and moves(file_voice, SECOND)
    bpy.ops.audio2face.bake()
    assert moves(file_voice, FIRST) and moves(file_voice, SECOND)
    assert "but the voice is another file now" in report()


def test_active_action_that_moves_another_face_too_is_named(lines) -> None:
    face = make_face("Face", ("jawOpen",))
    face.data.shape_keys.key_blocks["jawOpen"].keyframe_insert("value", frame=500)
    other = copied(face, Path())
    select(face)
    add_sound(lines[0])
    bpy.ops.audio2face.bake(output="ACTIVE")
    assert f'also moves "{other.data.shape_keys.name}"' in report()


def test_clear_of_a_copy_leaves_the_artists_action_that_both_have(lines) -> None:
    face = make_face("Face", ("jawOpen",))
    face.data.shape_keys.key_blocks["jawOpen"].keyframe_insert("value", frame=500)
    add_sound(lines[0])
    bpy.ops.audio2face.bake(output="ACTIVE")
    copy = copied(face, Path())
    select(copy)
    with pytest.raises(RuntimeError, match="Nothing to clear"):
        bpy.ops.audio2face.clear()
    assert moves(face, FIRST)
    copy.data.shape_keys.animation_data.action = action_of(copy).copy()
    bpy.ops.audio2face.clear()
    assert moves(face, FIRST) and not moves(copy, FIRST)


def test_face_that_is_no_longer_the_speakers_is_named(lines, capsys) -> None:
    old = make_face("Old", ("jawOpen",))
    add_sound(lines[0])
    bpy.ops.audio2face.bake()
    new = make_face("New", ("jawOpen",))
    select(new)
    bpy.ops.audio2face.speaker_members(speaker="Old", clear=True)
    assert '"Old" keeps its keys' in capsys.readouterr().out
    select(old)
    bpy.ops.audio2face.clear()
    assert nothing_left(old)


def test_copied_scene_updates_its_own_strips(lines) -> None:
    """A full copy of a scene: both scenes have strips with the same marks."""
    bpy.ops.audio2face.speaker_add.poll()
    make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(source="CHANNEL", channel=1)
    add_sound(lines[0], name="line")
    bpy.ops.audio2face.bake()
    first = bpy.context.scene
    bpy.ops.scene.new(type="FULL_COPY")
    top_level()["line"].channel = 4
    bpy.context.window.scene = first
    bpy.ops.audio2face.update(speaker="Face")
    assert "no longer on channel" not in report()
    assert len(speaker("Face").takes) == 1


@pytest.mark.parametrize("again", [False, True])
def test_our_strip_in_an_nla_meta_strip_is_known(lines, again: bool) -> None:
    face = make_face("Face", ("jawOpen",))
    add_sound(lines[0])
    bpy.ops.audio2face.bake(output="NLA")
    anim = face.data.shape_keys.animation_data
    for track in anim.nla_tracks:
        for strip in track.strips:
            strip.select = track.name == "Audio2Face"
    area = bpy.context.screen.areas[0]
    before, area.type = area.type, "NLA_EDITOR"
    with bpy.context.temp_override(area=area, region=area.regions[-1], window=bpy.context.window):
        bpy.ops.nla.meta_add()
    area.type = before
    assert [strip.type for strip in anim.nla_tracks["Audio2Face"].strips] == ["META"]
    assert moves(face, FIRST)
    if again:
        speaker("Face").dials.jaw = 0.25
        assert max(played(face, "jawOpen", FIRST)) == pytest.approx(0.5, abs=0.05)
    bpy.ops.audio2face.clear()
    assert not moves(face, FIRST)
    assert not [action for action in bpy.data.actions if not action.get("audio2face_rest")]
    assert face.data.shape_keys.key_blocks["jawOpen"].value == 0.0
