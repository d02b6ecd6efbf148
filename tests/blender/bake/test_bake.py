"""A bake from the sound strip to a moving face, through the operator."""

from pathlib import Path

import bpy
import numpy as np
import pytest

from model.channels import ARKIT_52
from tests.support.scenes import (
    action_of,
    add_sound,
    fcurves,
    keys_of,
    make_face,
    needs_sound,
    played,
    set_timing,
    tone,
    write_wav,
)

pytestmark = needs_sound


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """Two seconds: silence, then a hum from 1.0 s on."""
    return write_wav(tmp_path / "speech.wav", np.concatenate([np.zeros(16000), tone(1.0)]))


def bake(**options: str) -> str:
    """Bakes a key on each frame, without easing what pops; returns the report."""
    options = {"reduction": "EVERY_FRAME", **options}
    assert bpy.ops.audio2face.bake(**options) == {"FINISHED"}
    for speaker in bpy.context.scene.audio2face.speakers:
        speaker.dials.ease = 0.0
    return bpy.context.scene.audio2face.report


def keys_in(keys: list[tuple[float, float]], start: int, end: int) -> list[tuple[float, float]]:
    """The keys at frames [start, end)."""
    return [key for key in keys if start <= key[0] < end]


@pytest.mark.parametrize(("fps", "base"), [(24, 1.0), (25, 1.0), (30, 1.001)])
def test_jaw_opens_when_the_sound_begins(loud_jaw, speech: Path, fps: int, base: float) -> None:
    render = bpy.context.scene.render
    render.fps, render.fps_base = fps, base
    face = make_face("Face", ("jawOpen",))
    strip = add_sound(speech, frame=11)
    end = 11 + fps + 10
    set_timing(strip, left_handle=16, right_handle=end)
    bake()
    keys = keys_in(keys_of(action_of(face), "jawOpen"), 16, end)
    assert [frame for frame, _ in keys] == list(range(16, end))
    opened = [frame for frame, value in keys if value > 0.5]
    assert opened[0] == pytest.approx(11 + fps / base, abs=1)
    assert opened == list(range(int(opened[0]), end))
    assert {round(value, 1) for _, value in keys} == {0.0, 1.0}
    assert played(face, "jawOpen", [int(opened[0])]) == [1.0]
    heard = (end - 16) * base / fps * 16000
    assert len(loud_jaw.heard) == pytest.approx(heard + 4800, abs=1)
    assert not loud_jaw.heard[-4800:].any()


def test_face_is_at_rest_around_the_strip(loud_jaw, speech: Path) -> None:
    """browInnerUp stays at 0.5 in the silence, as a network may that does not settle."""
    face = make_face("Face", ("jawOpen", "browInnerUp"))
    strip = add_sound(speech)
    set_timing(strip, left_handle=10, right_handle=40)
    assert "at frames 7 to 47" in bake()
    keys = keys_of(action_of(face), "browInnerUp")
    assert [frame for frame, _ in keys] == [7, *range(10, 48)]
    assert keys[0] == (7.0, 0.0)
    assert {value for _, value in keys_in(keys, 10, 40)} == {0.5}
    fade = [value for _, value in keys_in(keys, 40, 48)]
    assert fade == sorted(fade, reverse=True)
    assert 0.45 < fade[0] < 0.5
    assert keys[-1] == (47.0, 0.0)
    assert keys_of(action_of(face), "jawOpen")[-2:] == [(46.0, 0.0), (47.0, 0.0)]
    assert played(face, "browInnerUp", (1, 100)) == [0.0, 0.0]


@pytest.mark.parametrize("gap", [0, 5, 9, 40])
def test_neighbours_keep_their_keys_whichever_is_baked_first(
    loud_jaw, speech: Path, gap: int
) -> None:
    add_sound(speech, name="first")
    add_sound(speech, frame=49 + gap, channel=2, name="second")
    results = []
    for order in (("first", "second"), ("second", "first"), ("first", "second", "first")):
        face = make_face("Face", ("browInnerUp",))
        for name in order:
            bake(strip=name)
        results.append(keys_of(action_of(face), "browInnerUp"))
        bpy.data.objects.remove(face)
    keys = results[0]
    assert keys == results[1] == results[2]
    frames = [frame for frame, _ in keys]
    assert frames == sorted(set(frames))
    second = range(49 + gap, 97 + gap)
    speaking = [(float(frame), 0.5) for frame in (*range(1, 49), *second)]
    assert [key for key in keys if key[1] == 0.5] == speaking
    rest = [46 + gap] if gap == 40 else []
    released = list(range(49, 49 + min(gap, 8)))
    assert [frame for frame, _ in keys_in(keys, 49, 49 + gap)] == released + rest


def test_report_names_what_was_keyed(loud_jaw, speech: Path) -> None:
    face = make_face("Face", ("Jaw_Open", "BrowInnerUp", "tongueOut", "Smirk"))
    smirk = face.data.shape_keys.key_blocks["Smirk"]
    smirk.value = smirk.slider_max = 0.3
    add_sound(speech)
    report = bake()
    assert report.startswith('Keyed 2 controls of Face from "speech", frames 1 to 48\n')
    assert "fake on cpu" in report
    assert "Nothing to move for eyeBlinkLeft" in report
    assert "Hidden" not in report
    assert smirk.value == pytest.approx(0.3)
    assert keys_of(action_of(face), "tongueOut") == []


def test_real_network_moves_all_matching_keys(speech: Path) -> None:
    face = make_face("Face", ARKIT_52)
    add_sound(speech)
    assert "numpy on cpu" in bake(runtime="numpy")
    assert len(fcurves(action_of(face))) > 20
    keys = keys_of(action_of(face), "jawOpen")
    values = [value for _, value in keys]
    assert [frame for frame, _ in keys] == [0, *range(1, 57)]
    assert np.isfinite(values).all()
    assert values[0] == values[-1] == 0.0


def test_every_selected_mesh_is_keyed_once(loud_jaw, speech: Path) -> None:
    add_sound(speech)
    teeth = make_face("Teeth", ("jaw_open",))
    twin = bpy.data.objects.new("Twin", teeth.data)
    bpy.context.scene.collection.objects.link(twin)
    twin.select_set(True)
    make_face("Cube", ())
    make_face("Hat", ("wind",))
    unselected = make_face("Other", ("jawOpen",), select=False)
    face = make_face("Face", ("jawOpen",))
    report = bake()
    assert sorted(action.name for action in bpy.data.actions) == ["A2F Face", "A2F Teeth"]
    assert action_of(face) != action_of(teeth)
    assert action_of(unselected) is None
    assert report.startswith("Keyed 2 controls of Face, Teeth from")
    assert "Twin shares these shape keys" in report
    assert 'Skipped "Cube": it has no shape keys.' in report
    assert 'Skipped "Hat": it has 2 shape keys but no known names' in report


def test_report_says_what_hides_or_replaces_the_result(loud_jaw, speech: Path) -> None:
    face = make_face("Face", ("jawOpen", "browInnerUp", "wave"))
    key = face.data.shape_keys
    key.key_blocks["browInnerUp"].mute = True
    face.show_only_shape_key = True
    key.key_blocks["wave"].keyframe_insert("value", frame=1)
    add_sound(speech)
    report = bake()
    for sentence in ("turn the pin off", "browInnerUp"):
        assert any(sentence in line for line in report.splitlines() if "Hidden:" in line)
    assert "(1 F-curve on these controls) no longer plays; it is kept with a fake user" in report


def test_nla_tweak_mode_is_refused(loud_jaw, speech: Path) -> None:
    face = make_face("Face", ("jawOpen", "wave"))
    key = face.data.shape_keys
    key.key_blocks["wave"].keyframe_insert("value", frame=1)
    anim = key.animation_data
    strip = anim.nla_tracks.new().strips.new("wave", 1, anim.action)
    anim.action = None
    anim.nla_tracks.active = anim.nla_tracks[0]
    strip.select = True
    anim.use_tweak_mode = True
    assert anim.use_tweak_mode
    add_sound(speech)
    with pytest.raises(RuntimeError, match="NLA tweak mode: leave it with Tab"):
        bake()


def test_driven_key_is_keyed_once_its_driver_is_fixed(loud_jaw, speech: Path) -> None:
    face = make_face("Face", ("jawOpen", "browInnerUp"))
    face.data.shape_keys.key_blocks["jawOpen"].driver_add("value")
    add_sound(speech)
    assert "Left to their drivers: jawOpen." in bake()
    assert keys_of(action_of(face), "jawOpen") == []
    bpy.ops.audio2face.fix()
    bake()
    assert max(played(face, "jawOpen", range(1, 49))) == 1.0


def test_library_override_is_keyed(loud_jaw, speech: Path, tmp_path: Path) -> None:
    library = str(tmp_path / "face.blend")
    source = make_face("Face", ("jawOpen",))
    bpy.data.libraries.write(library, {source})
    bpy.data.objects.remove(source)
    with bpy.data.libraries.load(library, link=True) as (_, loaded):
        loaded.objects = ["Face"]
    scene, view_layer = bpy.context.scene, bpy.context.view_layer
    scene.collection.objects.link(loaded.objects[0])
    override = loaded.objects[0].override_hierarchy_create(scene, view_layer)
    override.data.override_create(remap_local_usages=True)
    for obj in view_layer.objects:
        obj.select_set(obj == override)
    view_layer.objects.active = override
    add_sound(speech)
    bake()
    assert played(override, "jawOpen", [40]) == [1.0]


@pytest.mark.parametrize(
    ("names", "has_strip", "strip", "sentence"),
    [
        (None, True, "", "No face is selected"),
        ((), True, "", '"Face" has no shape keys'),
        (("wind",), True, "", "no known names such as jawOpen"),
        (("jawOpen",), False, "", "There is no sound strip"),
        (("jawOpen",), True, "typo", 'no sound strip named "typo"'),
    ],
)
def test_bake_of_nothing_is_refused(
    loud_jaw, speech: Path, names, has_strip: bool, strip: str, sentence: str
) -> None:
    if has_strip:
        add_sound(speech)
    if names is not None:
        make_face("Face", names)
    with pytest.raises(RuntimeError, match=sentence):
        bake(strip=strip)
    assert len(bpy.data.actions) == 0


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="the sequencer's scene came with 5.0")
def test_strip_of_a_scene_with_another_rate_is_refused(loud_jaw, speech: Path) -> None:
    face = make_face("Face", ("jawOpen",))
    edit = bpy.data.scenes.new("Edit")
    edit.sequence_editor_create().strips.new_sound("speech", str(speech), 1, 1)
    bpy.context.workspace.sequencer_scene = edit
    edit.render.fps = 25
    with pytest.raises(
        RuntimeError, match=r'"Edit" with the strip runs at 25 fps and "Scene" .* 24'
    ):
        bake()
    edit.render.fps = 24
    bake()
    assert len(keys_in(keys_of(action_of(face), "jawOpen"), 1, 49)) == 48


def test_strip_of_the_panel_is_baked_unless_named(loud_jaw, speech: Path) -> None:
    make_face("Face", ("jawOpen",))
    add_sound(speech, name="chosen", frame=31)
    add_sound(speech, name="active", channel=2)
    bpy.context.scene.audio2face.strip = "chosen"
    assert 'from "chosen", frames 31 to' in bake()
    assert 'from "active", frames 1 to' in bake(strip="active")


@pytest.fixture
def only_preview_range() -> bpy.types.Scene:
    """The scene, whose speaker Face keys only its preview range."""
    scene = bpy.context.scene
    scene.use_preview_range = True
    make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.speaker_add()
    scene.audio2face.speakers["Face"].only_preview_range = True
    return scene


def test_only_preview_range_is_keyed(loud_jaw, speech: Path, only_preview_range) -> None:
    scene = only_preview_range
    add_sound(speech)
    scene.frame_preview_start, scene.frame_preview_end = 15, 30
    bake()
    face = bpy.data.objects["Face"]
    assert [frame for frame, _ in keys_of(action_of(face), "jawOpen")] == list(range(15, 31))
    scene.frame_preview_start, scene.frame_preview_end = 300, 310
    with pytest.raises(RuntimeError, match="No strip lies in the preview range"):
        bake()


def test_preview_range_within_a_neighbours_speech_is_refused(
    loud_jaw, speech: Path, only_preview_range
) -> None:
    """The second strip's lead-in lies in the first one's speech: there is nothing to key."""
    scene = only_preview_range
    scene.frame_preview_start, scene.frame_preview_end = 1, 100
    add_sound(speech)
    bake()
    action = action_of(bpy.data.objects["Face"])
    before = keys_of(action, "jawOpen")
    add_sound(speech, frame=25, channel=2, name="second")
    scene.frame_preview_start = scene.frame_preview_end = 22  # where it is at rest
    with pytest.raises(RuntimeError, match="other strips have every frame"):
        bake(strip="second")
    assert keys_of(action, "jawOpen") == before
    assert len(bpy.data.actions) == 1
    assert len(scene.audio2face.speakers[0].takes) == 1
