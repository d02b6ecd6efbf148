"""What hides a bake is found, and its fix makes the face move again. Needs no sound."""

import importlib
from collections.abc import Callable
from contextlib import ExitStack
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.support.scenes import fcurves, make_armature, make_face

JAW = 'key_blocks["jawOpen"].value'
SLOTTED = bpy.app.version >= (4, 4, 0)
TRACK = "Audio2Face"


@pytest.fixture
def hidden_results(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.diagnostics.hidden_results")


@pytest.fixture
def bake(extension: str):
    """Keys jawOpen at 0.5 in frames 10 to 19: ``bake(datablock, output)``."""
    write, frame_ranges, keyframes = (
        importlib.import_module(f"{extension}.blender_audio2face.{name}")
        for name in ("animation.write", "core.keys.frame_ranges", "core.keys.keyframes")
    )

    def write_bake(datablock, output: str, path: str = JAW):
        keys = keyframes.every_frame(np.arange(10.0, 20.0), np.full(10, 0.5))
        ranges = (frame_ranges.FrameRange("speech", 10, 20),)
        strips = [write.StripKeyframes(ranges, {keyframes.FCurvePath(path): keys})]
        with ExitStack() as undo:
            baked = write.write_keys(datablock, "A2F", strips, output, undo)
            undo.pop_all()
        write.commit(baked, None)
        return baked

    return write_bake


@pytest.fixture
def face() -> bpy.types.Object:
    return make_face("Face", ("jawOpen", "tongueOut"))


@pytest.fixture
def found(hidden_results, face) -> Callable[[], tuple]:
    """Finds what hides the face's shape keys."""
    return lambda *paths: hidden_results.find_hidden(face.data.shape_keys, face, *paths)


def key_of(face) -> bpy.types.Key:
    return face.data.shape_keys


def track_of(face):
    return key_of(face).animation_data.nla_tracks[TRACK]


def hide(face, action, how: str) -> None:
    """Hides a bake of jawOpen as artists do, on purpose or not."""
    key = key_of(face)
    block, anim = key.key_blocks["jawOpen"], key.animation_data
    match how:
        case "edit mode":
            bpy.ops.object.mode_set(mode="EDIT")
        case "pinned":
            face.show_only_shape_key = True
        case "absolute":
            key.use_relative = False
        case "muted shapes":
            block.mute = key.key_blocks["tongueOut"].mute = True
        case "driver":
            block.driver_add("value").driver.expression = "0.125"
        case "muted curve":
            fcurves(action)[0].mute = True
        case "modifier":
            limits = fcurves(action)[0].modifiers.new("LIMITS")
            limits.use_max_y, limits.max_y = True, 0.1
        case "half influence":
            anim.action_influence = 0.5
        case "solo":
            track = anim.nla_tracks.new()
            track.name, track.is_solo = "Blocking", True
        case "NLA off":
            anim.use_nla = False
        case "muted track":
            track_of(face).mute = True
        case "muted strip":
            track_of(face).strips[0].mute = True
        case "weak strip":
            strip = track_of(face).strips[0]
            strip.use_animated_influence = True
            strip.fcurves[0].keyframe_points[0].co[1] = 0.25
        case "own action":
            block.value = 0.0
            block.keyframe_insert("value", frame=1)
        case "own strip":
            hide(face, action, "own action")
            own, slot = anim.action, anim.action_slot if SLOTTED else None
            anim.action = None
            strip = anim.nla_tracks.new().strips.new("Own", 1, own)
            if SLOTTED:
                strip.action_slot = slot
            strip.extrapolation = "HOLD"


CASES = [
    ("edit_mode", "ACTION", "edit mode"),
    ("pinned", "ACTION", "pinned"),
    ("absolute", "ACTION", "absolute"),
    ("muted_shapes", "ACTION", "muted shapes"),
    ("drivers", "ACTION", "driver"),
    ("muted_curves", "ACTION", "muted curve"),
    ("muted_curves", "NLA", "muted curve"),
    ("modifiers", "ACTION", "modifier"),
    ("blended", "ACTION", "half influence"),
    ("nla_solo", "ACTION", "solo"),
    ("nla_solo", "NLA", "solo"),
    ("nla_off", "NLA", "NLA off"),
    ("muted_track", "NLA", "muted track"),
    ("weak_strip", "NLA", "muted strip"),
    ("weak_strip", "NLA", "weak strip"),
    ("action_over_strip", "NLA", "own action"),
    ("strip_over_strip", "NLA", "own strip"),
]


def assert_fix_alone_helps(hidden_results, face, kind: str) -> None:
    """Exactly this hides the bake; its fix leaves nothing that does, and the jaw moves."""
    key = key_of(face)
    (hidden,) = hidden_results.find_hidden(key, face)
    assert hidden.check.kind == kind
    assert hidden.sentence.endswith(".")
    assert all(name in hidden.sentence for name in hidden.names)
    hidden_results.fix(hidden)
    assert hidden_results.find_hidden(key, face) == ()
    bpy.context.scene.frame_set(15)
    assert key.key_blocks["jawOpen"].value == pytest.approx(0.5)


@pytest.mark.parametrize(("kind", "output", "how"), CASES)
def test_hidden_bake_is_fixed(hidden_results, bake, face, kind, output, how) -> None:
    hide(face, bake(key_of(face), output).action, how)
    assert_fix_alone_helps(hidden_results, face, kind)


@pytest.mark.skipif(not SLOTTED, reason="slots came with 4.4")
@pytest.mark.parametrize("output", ["ACTION", "NLA"])
@pytest.mark.parametrize("has_other", [False, True])
def test_wrong_slot_is_fixed(hidden_results, bake, face, output, has_other) -> None:
    action = bake(key_of(face), output).action
    other = action.slots.new(id_type="KEY", name="Other") if has_other else None
    anim = key_of(face).animation_data
    (anim if output == "ACTION" else track_of(face).strips[0]).action_slot = other
    assert_fix_alone_helps(hidden_results, face, "wrong_slot")


def test_every_kind_is_tested(hidden_results) -> None:
    tested = {kind for kind, _, _ in CASES} | {"wrong_slot", "rest_position"}
    assert tested == {check.kind for check in hidden_results.CHECKS}


def test_visible_bake_has_no_findings(bake, face, found) -> None:
    assert found() == ()  # without animation
    bake(key_of(face), "ACTION")
    assert found() == ()
    bake(key_of(face), "NLA")
    track_of(face).is_solo = True
    assert found() == ()


def test_only_baked_shapes_are_named_and_unmuted(hidden_results, bake, face, found) -> None:
    hide(face, bake(key_of(face), "ACTION").action, "muted shapes")
    (hidden,) = found()
    assert hidden.names == ("jawOpen",)
    hidden_results.fix(hidden)
    assert key_of(face).key_blocks["tongueOut"].mute


def test_driver_of_a_requested_path_is_found(hidden_results, bake, face, found, extension) -> None:
    keyframes = importlib.import_module(f"{extension}.blender_audio2face.core.keys.keyframes")
    bake(key_of(face), "ACTION")
    key_of(face).key_blocks["tongueOut"].driver_add("value")
    assert found() == ()
    tongue = [keyframes.FCurvePath('key_blocks["tongueOut"].value')]
    (hidden,) = found(tongue)
    assert hidden.names == ("tongueOut",)
    hidden_results.fix(hidden)
    assert found(tongue) == ()


def test_armature_at_rest_is_fixed(hidden_results, bake) -> None:
    rig = make_armature("jaw")
    bake(rig, "ACTION", "scale")
    rig.data.pose_position = "REST"
    (hidden,) = hidden_results.find_hidden(rig)
    hidden_results.fix(hidden)
    assert (hidden.check.kind, rig.data.pose_position) == ("rest_position", "POSE")


def test_fix_of_a_removed_datablock_is_refused(
    hidden_results, bake, face, found, extension
) -> None:
    errors = importlib.import_module(f"{extension}.blender_audio2face.errors")
    bake(key_of(face), "ACTION")
    face.show_only_shape_key = True
    (hidden,) = found()
    bpy.data.meshes.remove(face.data)
    with pytest.raises(errors.BakeError, match="bake again"):
        hidden_results.fix(hidden)


def test_fix_does_not_walk_the_user_map(
    hidden_results, bake, face, found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes seconds in a large file."""

    class Data:
        def __getattr__(self, name: str):
            assert name != "user_map"
            return getattr(bpy.data, name)

    baked = bake(key_of(face), "ACTION")
    hide(face, baked.action, "pinned")
    (hidden,) = found()
    blender = SimpleNamespace(data=Data(), types=bpy.types, app=bpy.app)
    for name in ("checks", "hidden_results"):
        module = importlib.import_module(f"{hidden_results.__package__}.{name}")
        monkeypatch.setattr(module, "bpy", blender, raising=False)
    plan = importlib.import_module(
        hidden_results.__package__.replace("diagnostics", "scene.face_plan")
    )
    monkeypatch.setattr(plan, "bpy", blender)
    hidden_results.fix(hidden)
    assert not face.show_only_shape_key
