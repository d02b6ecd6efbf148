"""A bake from the sound strip to a moving face, through the operator."""

import importlib
import importlib.util
from dataclasses import replace
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

pytestmark = needs_sound


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """Two seconds: silence, then a hum from 1.0 s on."""
    samples = np.concatenate([np.zeros(16000), tone(1.0)])
    return write_wav(tmp_path / "speech.wav", samples, 16000)


def bake(**options: str) -> str:
    """Bakes a key on each frame; returns the report."""
    options = {"reduction": "EVERY_FRAME", **options}
    assert bpy.ops.audio2face.bake(**options) == {"FINISHED"}
    return bpy.context.scene.audio2face.report


def action_of(face) -> bpy.types.Action:
    return face.data.shape_keys.animation_data.action


def keys_in(keys: list[tuple[float, float]], start: int, end: int) -> list[tuple[float, float]]:
    """The keys at frames [start, end)."""
    return [key for key in keys if start <= key[0] < end]


@pytest.mark.parametrize(("fps", "base"), [(24, 1.0), (25, 1.0), (30, 1.001)])
def test_jaw_opens_when_the_sound_begins(loud_jaw, speech: Path, fps: int, base: float) -> None:
    render = bpy.context.scene.render
    render.fps, render.fps_base = fps, base
    face = make_face("Face", ("jawOpen",))
    strip = add_sound(speech, frame=11)
    set_timing(strip, left_handle=16, right_handle=11 + fps + 10)
    bake()
    keys = keys_in(keys_of(action_of(face), "jawOpen"), 16, 11 + fps + 10)
    assert [frame for frame, _ in keys] == list(range(16, 11 + fps + 10))
    opened = [frame for frame, value in keys if value > 0.5]
    assert opened[0] == pytest.approx(11 + fps / base, abs=1)
    assert opened == list(range(int(opened[0]), 11 + fps + 10))
    assert {round(value, 1) for _, value in keys} == {0.0, 1.0}
    bpy.context.scene.frame_set(int(opened[0]))
    assert face.data.shape_keys.key_blocks["jawOpen"].value == 1.0
    heard = (fps - 5 + 10) * base / fps * 16000
    assert len(loud_jaw.heard) == pytest.approx(heard + 4800, abs=1)
    assert not loud_jaw.heard[-4800:].any()


def test_face_is_at_rest_around_the_strip(loud_jaw, speech: Path) -> None:
    """browInnerUp stays at 0.5 in the silence, as a network may that does not settle."""
    face = make_face("Face", ("jawOpen", "browInnerUp"))
    strip = add_sound(speech)
    set_timing(strip, left_handle=10, right_handle=40)
    report = bake()
    assert "at frames 7 to 47" in report
    keys = keys_of(action_of(face), "browInnerUp")
    assert [frame for frame, _ in keys] == [7, *range(10, 48)]
    assert keys[0] == (7.0, 0.0)
    assert {value for _, value in keys_in(keys, 10, 40)} == {0.5}
    fade = [value for _, value in keys_in(keys, 40, 48)]
    assert fade == sorted(fade, reverse=True)
    assert 0.45 < fade[0] < 0.5
    assert keys[-1] == (47.0, 0.0)
    assert keys_of(action_of(face), "jawOpen")[-2:] == [(46.0, 0.0), (47.0, 0.0)]
    for frame in (1, 100):
        bpy.context.scene.frame_set(frame)
        assert face.data.shape_keys.key_blocks["browInnerUp"].value == 0.0


def test_rest_is_within_the_sliders_range(loud_jaw, speech: Path) -> None:
    face = make_face("Face", ("browInnerUp",))
    face.data.shape_keys.key_blocks["browInnerUp"].slider_min = 0.2
    add_sound(speech)
    bake()
    keys = keys_of(action_of(face), "browInnerUp")
    assert keys[0] == (-2.0, pytest.approx(0.2))
    assert keys[-1] == (56.0, pytest.approx(0.2))


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


def test_real_network_moves_all_matching_keys(extension: str, speech: Path) -> None:
    channels = importlib.import_module(f"{extension}.model.channels").ARKIT_52
    face = make_face("Face", channels)
    add_sound(speech)
    assert "numpy on cpu" in bake(runtime="numpy")
    assert len(fcurves(action_of(face))) > 20
    keys = keys_of(action_of(face), "jawOpen")
    values = [value for _, value in keys]
    assert [frame for frame, _ in keys] == [-2, *range(1, 57)]
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
    assert unselected.data.shape_keys.animation_data is None
    assert report.startswith("Keyed 2 controls of Face, Teeth from")
    assert "Twin shares these shape keys" in report
    assert 'Skipped "Cube": it has no shape keys.' in report
    assert 'Skipped "Hat": it has 2 shape keys but no known names' in report


def test_strips_baked_in_turn_share_an_action(loud_jaw, speech: Path) -> None:
    face = make_face("Face", ("jawOpen",))
    add_sound(speech, frame=1, name="first")
    bake()
    second = add_sound(speech, frame=101, channel=2, name="second")
    bake()
    set_timing(second, content_start=201)
    bake(strip="second")
    frames = [frame for frame, _ in keys_of(action_of(face), "jawOpen")]
    assert frames == [-2, *range(1, 57), 198, *range(201, 257)]
    assert len(bpy.data.actions) == 1


def test_what_hides_the_result_is_reported(loud_jaw, speech: Path) -> None:
    face = make_face("Face", ("jawOpen", "browInnerUp", "wave"))
    key = face.data.shape_keys
    key.key_blocks["browInnerUp"].mute = True
    face.show_only_shape_key = True
    key.key_blocks["wave"].keyframe_insert("value", frame=1)
    key.animation_data.action_influence = 0.5
    key.use_relative = False
    add_sound(speech)
    report = bake()
    for sentence in ("turn the pin off", "absolute", "blended with the NLA", "browInnerUp"):
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


def test_driven_keys_are_left_to_their_drivers(loud_jaw, speech: Path) -> None:
    face = make_face("Face", ("jawOpen", "browInnerUp"))
    face.data.shape_keys.key_blocks["jawOpen"].driver_add("value")
    add_sound(speech)
    assert "Left to their drivers: jawOpen." in bake()
    assert keys_of(action_of(face), "jawOpen") == []
    face.data.shape_keys.key_blocks["browInnerUp"].driver_add("value")
    with pytest.raises(RuntimeError, match="drivers on all its shape keys of speech"):
        bake()


def test_linked_shape_keys_are_refused_and_overrides_are_keyed(
    loud_jaw, speech: Path, tmp_path: Path
) -> None:
    library = tmp_path / "face.blend"
    source = make_face("Face", ("jawOpen",))
    bpy.data.libraries.write(str(library), {source})
    bpy.data.objects.remove(source)
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.objects = ["Face"]
    linked = wanted.objects[0]
    scene = bpy.context.scene
    scene.collection.objects.link(linked)
    bpy.context.view_layer.objects.active = linked
    linked.select_set(True)
    add_sound(speech)
    with pytest.raises(RuntimeError, match=r'"Face" is linked from .*: make library overrides'):
        bake()
    override = linked.override_hierarchy_create(scene, bpy.context.view_layer)
    override.data.override_create(remap_local_usages=True)
    for obj in bpy.context.view_layer.objects:
        obj.select_set(obj == override)
    bpy.context.view_layer.objects.active = override
    bake()
    scene.frame_set(40)
    assert override.data.shape_keys.key_blocks["jawOpen"].value == 1.0


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: None, "No face is selected"),
        (lambda: make_face("Cube", ()), '"Cube" has no shape keys'),
        (lambda: make_face("Hat", ("wind",)), "no known names such as jawOpen"),
    ],
)
def test_refusal_reaches_the_script(loud_jaw, speech: Path, build, sentence: str) -> None:
    add_sound(speech)
    build()
    with pytest.raises(RuntimeError, match=sentence):
        bake()
    assert len(bpy.data.actions) == 0


def test_missing_strip_is_refused(loud_jaw, speech: Path) -> None:
    make_face("Face", ("jawOpen",))
    with pytest.raises(RuntimeError, match="There is no sound strip"):
        bake()
    add_sound(speech)
    with pytest.raises(RuntimeError, match='no sound strip named "typo"'):
        bake(strip="typo")


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


def test_missing_runtime_is_refused(extension: str, speech: Path) -> None:
    if importlib.util.find_spec("torch"):
        pytest.skip("torch is here")
    make_face("Face", ("jawOpen",))
    add_sound(speech)
    with pytest.raises(RuntimeError, match="torch cannot be imported here"):
        bake(runtime="torch")


def test_strip_of_the_panel_is_baked_unless_named(loud_jaw, speech: Path) -> None:
    make_face("Face", ("jawOpen",))
    add_sound(speech, name="chosen", frame=31)
    add_sound(speech, name="active", channel=2)
    bpy.context.scene.audio2face.strip = "chosen"
    assert 'from "chosen", frames 31 to' in bake()
    assert 'from "active", frames 1 to' in bake(strip="active")


def test_unreadable_sound_is_refused_with_both_reasons(loud_jaw, tmp_path: Path) -> None:
    make_face("Face", ("jawOpen",))
    noise = tmp_path / "noise.mp3"
    noise.write_bytes(b"this is not sound" * 100)
    strip = add_sound(noise)
    set_timing(strip, right_handle=20)
    with pytest.raises(RuntimeError, match=r'"noise.mp3" cannot be decoded \(soundfile.*; aud.*\)'):
        bake()
    assert len(bpy.data.actions) == 0


@pytest.fixture
def prepared(extension: str, loud_jaw, speech: Path):
    """(write, face): analysed and not yet written, so that the scene may still change."""

    def module(name: str):
        return importlib.import_module(f"{extension}.{name}")

    pipeline = module("blender_audio2face.bake.pipeline")
    run_to_completion = module("blender_audio2face.core.background_job").run_to_completion
    face = make_face("Face", ("jawOpen",))
    add_sound(speech)
    choices = (("reduction", "EVERY_FRAME"),)
    request = module("blender_audio2face.bake.request").request_for(bpy.context, "", {}, choices)
    runtime = module("model.runtime").RuntimeChoice()
    analyzed = pipeline.analyze(pipeline.plan_bake(request), runtime, None)

    def write():
        plan = pipeline.revalidate(analyzed.plan)
        keys = pipeline.compose(plan.face, analyzed.strips)
        return run_to_completion(pipeline.write(replace(analyzed, plan=plan, keys=keys)))[1]

    return write, face


def test_face_renamed_after_planning_is_keyed(prepared) -> None:
    write, face = prepared
    face.name = "Anna"
    face.data.shape_keys.key_blocks["jawOpen"].name = "Jaw Open"
    assert write().summary.startswith("Keyed 1 control of Anna")
    assert len(keys_in(keys_of(action_of(face), "Jaw Open"), 1, 49)) == 48


def delete_face() -> None:
    bpy.data.objects.remove(bpy.data.objects["Face"])


def move_strip() -> None:
    set_timing(bpy.context.scene.sequence_editor.active_strip, content_start=30)


def delete_strip() -> None:
    editor = bpy.context.scene.sequence_editor
    strips = editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences
    strips.remove(editor.active_strip)


def new_file() -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (delete_face, "face was removed"),
        (move_strip, '"speech" was changed while its sound'),
        (delete_strip, "no sound strip"),
        (new_file, "scene of the face is gone"),
    ],
)
def test_scene_changed_after_planning_is_refused(prepared, change, sentence: str) -> None:
    change()
    with pytest.raises(Exception, match=sentence):
        prepared[0]()
    assert len(bpy.data.actions) == 0
