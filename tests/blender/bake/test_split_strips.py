"""Strips that were split, moved apart, joined again or copied after a bake; missing sound files."""

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import (
    action_of,
    add_sound,
    keys_of,
    make_face,
    needs_sound,
    played,
    set_timing,
    speaker,
    timing,
    tone,
    top_level,
    write_wav,
)

pytestmark = needs_sound


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Four seconds: half a second of hum at the beginning of each."""
    second = np.concatenate([tone(0.5), np.zeros(8000)])
    return write_wav(tmp_path / "line.wav", np.tile(second, 4))


@pytest.fixture
def face(loud_jaw, sound: Path) -> bpy.types.Object:
    """Baked from the strip "line", frames 1 to 96 at 24 fps."""
    made = make_face("Face", ("jawOpen",))
    add_sound(sound, name="line")
    bpy.ops.audio2face.bake()
    return made


def split(strip, frame: int):
    """(left half, right half) of a strip."""
    before = set(top_level().keys())
    strip.split(frame=frame, split_method="SOFT")
    (name,) = set(top_level().keys()) - before
    return strip, top_level()[name]


def split_by_operator(strip, frame: int):
    """As with K in the sequencer."""
    before = set(top_level().keys())
    for other in top_level():
        other.select = other == strip
    context = {"scene": bpy.context.scene}
    if bpy.app.version >= (5, 0, 0):
        bpy.context.workspace.sequencer_scene = bpy.context.scene
    area = next(iter(bpy.context.screen.areas))
    old, area.type = area.type, "SEQUENCE_EDITOR"
    context |= {"area": area, "region": area.regions[-1], "window": bpy.context.window}
    with bpy.context.temp_override(**{k: v for k, v in context.items() if v is not None}):
        bpy.ops.sequencer.split(frame=frame, type="SOFT", side="RIGHT", use_cursor_position=False)
    area.type = old
    (name,) = set(top_level().keys()) - before
    halves = sorted((strip, top_level()[name]), key=lambda half: timing(half, "left_handle"))
    return tuple(halves)


def opened(face: bpy.types.Object, last: int = 200) -> list[int]:
    """The frames at which the jaw begins to open."""
    values = [0.0, *played(face, "jawOpen", range(1, last))]
    return [f for f in range(1, last) if values[f - 1] <= 0.5 < values[f]]


def shifts(found: list[int], *expected: int) -> bool:
    return len(found) == len(expected) and bool(np.abs(np.subtract(found, expected)).max() <= 1)


WHOLE = (1, 25, 49, 73)


@pytest.mark.parametrize("cut", [split, split_by_operator])
def test_right_half_keeps_its_animation(face, cut) -> None:
    before = opened(face)
    assert shifts(before, *WHOLE)
    cut(top_level()["line"], 49)
    bpy.ops.audio2face.update()
    assert opened(face) == before
    assert len(speaker("Face").takes) == 2
    bpy.ops.audio2face.update()
    assert opened(face) == before
    assert len(speaker("Face").takes) == 2


def test_halves_follow_where_they_are_moved(face) -> None:
    _, right = split(top_level()["line"], 49)
    set_timing(right, content_start=timing(right, "content_start") + 30)
    bpy.ops.audio2face.update()
    assert shifts(opened(face), 1, 25, 79, 103)
    set_timing(right, content_start=timing(right, "content_start") - 30)
    bpy.ops.audio2face.update()
    assert shifts(opened(face), *WHOLE)


def test_strip_in_three_pieces_keeps_its_animation(face) -> None:
    _, right = split(top_level()["line"], 25)
    split(right, 49)
    bpy.ops.audio2face.update()
    assert shifts(opened(face), *WHOLE)
    _, last = split(right, 37)
    set_timing(last, content_start=timing(last, "content_start") + 100)
    bpy.ops.audio2face.update()
    assert len(speaker("Face").takes) == 4


@pytest.mark.parametrize("half", [0, 1])
def test_bake_of_one_half_keeps_the_other(face, half: int) -> None:
    halves = split(top_level()["line"], 49)
    bpy.context.scene.sequence_editor.active_strip = halves[half]
    bpy.ops.audio2face.bake()
    assert shifts(opened(face), *WHOLE)
    bpy.ops.audio2face.update()
    assert shifts(opened(face), *WHOLE)


def test_renamed_halves_keep_their_animation(face) -> None:
    left, right = split(top_level()["line"], 49)
    left.name, right.name = "question", "answer"
    bpy.ops.audio2face.update()
    assert shifts(opened(face), *WHOLE)


def test_removed_left_half_leaves_the_right(face) -> None:
    left, right = split(top_level()["line"], 49)
    top_level().remove(left)
    set_timing(right, content_start=timing(right, "content_start") + 30)
    bpy.ops.audio2face.update()
    assert shifts(opened(face), 79, 103)


def test_halves_joined_again_are_one_line(face) -> None:
    left, right = split(top_level()["line"], 49)
    bpy.ops.audio2face.update()
    top_level().remove(right)
    set_timing(left, right_handle=97)
    bpy.ops.audio2face.update()
    assert shifts(opened(face), *WHOLE)
    assert len(speaker("Face").takes) == 1
    assert "Took out the keys of" in bpy.context.scene.audio2face.report


def test_halves_in_a_meta_strip_keep_their_animation(face) -> None:
    halves = split(top_level()["line"], 49)
    meta = top_level().new_meta("meta", 5, 1)
    for half in halves:
        half.move_to_meta(meta)
    set_timing(meta, left_handle=1, right_handle=97)
    bpy.ops.audio2face.update()
    assert shifts(opened(face), *WHOLE)


def test_half_with_sound_that_was_not_analysed_is_named(face, loud_jaw) -> None:
    bpy.ops.audio2face.clear()
    strip = top_level()["line"]
    set_timing(strip, right_handle=60)
    bpy.ops.audio2face.bake()
    _, right = split(strip, 49)
    set_timing(right, right_handle=90)
    bpy.ops.audio2face.update()
    report = bpy.context.scene.audio2face.report
    assert f'Strip "{right.name}" plays sound that was not analysed: bake it again.' in report


def test_silent_half_is_named(face) -> None:
    _, right = split(top_level()["line"], 49)
    right.mute = True
    bpy.ops.audio2face.update()
    assert f'Strip "{right.name}" is silent' in bpy.context.scene.audio2face.report
    assert shifts(opened(face), 1, 25)


def test_copy_of_a_strip_is_not_keyed_until_it_is_baked(face) -> None:
    """Shift+D: it may be another character's."""
    scene = bpy.context.scene
    strip = top_level()["line"]
    copy = top_level().new_sound("line.001", strip.sound.filepath, 3, 200)
    copy["audio2face_id"] = strip["audio2face_id"]
    bpy.ops.audio2face.update()
    assert shifts(opened(face, 320), *WHOLE)
    scene.sequence_editor.active_strip = copy
    bpy.ops.audio2face.bake()
    assert shifts(opened(face, 320), *WHOLE, 200, 224, 248, 272)
    assert len(speaker("Face").takes) == 2


def test_undone_update_forgets_the_halves(face) -> None:
    bpy.ops.ed.undo_push(message="before")
    split(top_level()["line"], 49)
    bpy.ops.ed.undo_push(message="split")
    bpy.ops.audio2face.update()
    bpy.ops.ed.undo_push(message="update")
    for _ in range(2):
        bpy.ops.ed.undo()
    face = bpy.data.objects["Face"]
    bpy.ops.audio2face.update()
    assert shifts(opened(face), *WHOLE)
    assert len(speaker("Face").takes) == 1


def test_update_needs_no_sound_file(face, sound: Path) -> None:
    strip = top_level()["line"]
    sound.unlink()
    set_timing(strip, content_start=timing(strip, "content_start") + 20)
    bpy.ops.audio2face.update()
    assert shifts(opened(face), 21, 45, 69, 93)
    split(strip, 69)
    bpy.ops.audio2face.update()
    assert shifts(opened(face), 21, 45, 69, 93)


def test_update_without_the_file_of_a_file_voice(loud_jaw, sound: Path) -> None:
    face = make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.bake(file=str(sound), file_frame=11)
    before = keys_of(action_of(face), "jawOpen")
    sound.unlink()
    bpy.ops.audio2face.update()
    assert keys_of(action_of(face), "jawOpen") == before
    bpy.context.scene.render.fps = 48
    bpy.ops.audio2face.update()
    assert shifts(opened(face, 300), 10, 59, 107, 155)


def test_another_missing_sound_is_refused(face, sound: Path, tmp_path: Path) -> None:
    top_level()["line"].sound.filepath = str(tmp_path / "other.wav")
    with pytest.raises(RuntimeError, match=r"other\.wav.*does not exist"):
        bpy.ops.audio2face.update()
    assert shifts(opened(face), *WHOLE)
