"""What hides a bake is found, and its fix makes the face move again. Needs no sound."""

import importlib
from collections.abc import Callable
from contextlib import ExitStack
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.support.scenes import fcurves, make_face

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


def enter_edit_mode(_face, _baked) -> None:
    bpy.ops.object.mode_set(mode="EDIT")


def pin(face, _baked) -> None:
    face.show_only_shape_key = True


def make_absolute(face, _baked) -> None:
    key_of(face).use_relative = False


def mute_shapes(face, _baked) -> None:
    for block in key_of(face).key_blocks:
        block.mute = True


def drive(face, _baked) -> None:
    key_of(face).key_blocks["jawOpen"].driver_add("value").driver.expression = "0.125"


def mute_curve(_face, baked) -> None:
    fcurves(baked.action)[0].mute = True


def limit_curve(_face, baked) -> None:
    limits = fcurves(baked.action)[0].modifiers.new("LIMITS")
    limits.use_max_y, limits.max_y = True, 0.1


def halve_influence(face, _baked) -> None:
    key_of(face).animation_data.action_influence = 0.5


def solo_another_track(face, _baked) -> None:
    track = key_of(face).animation_data.nla_tracks.new()
    track.name, track.is_solo = "Blocking", True


def turn_nla_off(face, _baked) -> None:
    key_of(face).animation_data.use_nla = False


def mute_track(face, _baked) -> None:
    track_of(face).mute = True


def mute_strip(face, _baked) -> None:
    track_of(face).strips[0].mute = True


def weaken_strip(face, _baked) -> None:
    strip = track_of(face).strips[0]
    strip.use_animated_influence = True
    strip.fcurves[0].keyframe_points[0].co[1] = 0.25


def key_by_hand(face, _baked) -> None:
    """The artist's own Action holds the jaw at rest."""
    block = key_of(face).key_blocks["jawOpen"]
    block.value = 0.0
    block.keyframe_insert("value", frame=1)


def add_strip_by_hand(face, baked) -> None:
    key_by_hand(face, baked)
    anim = key_of(face).animation_data
    own, slot = anim.action, anim.action_slot if SLOTTED else None
    anim.action = None
    strip = anim.nla_tracks.new().strips.new("Own", 1, own)
    if SLOTTED:
        strip.action_slot = slot
    strip.extrapolation = "HOLD"


CASES = [
    ("edit_mode", "ACTION", enter_edit_mode),
    ("pinned", "ACTION", pin),
    ("absolute", "ACTION", make_absolute),
    ("muted_shapes", "ACTION", mute_shapes),
    ("drivers", "ACTION", drive),
    ("muted_curves", "ACTION", mute_curve),
    ("muted_curves", "NLA", mute_curve),
    ("modifiers", "ACTION", limit_curve),
    ("blended", "ACTION", halve_influence),
    ("nla_solo", "ACTION", solo_another_track),
    ("nla_solo", "NLA", solo_another_track),
    ("nla_off", "NLA", turn_nla_off),
    ("muted_track", "NLA", mute_track),
    ("weak_strip", "NLA", mute_strip),
    ("weak_strip", "NLA", weaken_strip),
    ("action_over_strip", "NLA", key_by_hand),
    ("strip_over_strip", "NLA", add_strip_by_hand),
]


def assert_fix_alone_helps(hidden_results, face, kind: str) -> None:
    """Exactly this hides the bake; its fix leaves nothing that does, and the jaw moves."""
    key = key_of(face)
    (hidden,) = hidden_results.find_hidden(key, face)
    assert hidden.kind == kind
    assert hidden.sentence.endswith(".")
    assert all(name in hidden.sentence for name in hidden.names)
    hidden_results.fix(hidden)
    assert hidden_results.find_hidden(key, face) == ()
    bpy.context.scene.frame_set(15)
    assert key.key_blocks["jawOpen"].value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("kind", "output", "hide"), CASES, ids=[f"{hide.__name__}-{o}" for _, o, hide in CASES]
)
def test_hidden_bake_is_fixed(hidden_results, bake, face, kind, output, hide) -> None:
    hide(face, bake(key_of(face), output))
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
    assert tested == set(hidden_results.KINDS)


def test_visible_bake_has_no_findings(bake, face, found) -> None:
    assert found() == ()  # without animation
    bake(key_of(face), "ACTION")
    assert found() == ()


def test_solo_of_our_own_track_hides_nothing(bake, face, found) -> None:
    bake(key_of(face), "NLA")
    assert found() == ()
    track_of(face).is_solo = True
    assert found() == ()


def test_only_baked_shapes_are_named_and_unmuted(hidden_results, bake, face, found) -> None:
    bake(key_of(face), "ACTION")
    mute_shapes(face, None)
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
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bake(rig, "ACTION", "scale")
    rig.data.pose_position = "REST"
    (hidden,) = hidden_results.find_hidden(rig)
    hidden_results.fix(hidden)
    assert (hidden.kind, rig.data.pose_position) == ("rest_position", "POSE")


def test_fix_does_not_walk_the_user_map(hidden_results, bake, face, found, monkeypatch) -> None:
    """It takes seconds in a large file."""

    def user_map(**_):
        raise AssertionError("the whole file is walked")

    bake(key_of(face), "ACTION")
    pin(face, None)
    (hidden,) = found()
    data = SimpleNamespace(
        user_map=user_map, objects=bpy.data.objects, shape_keys=bpy.data.shape_keys
    )
    for name in ("diagnostics.hidden_results", "scene.face_plan"):
        module = importlib.import_module(
            hidden_results.__name__.replace("diagnostics.hidden_results", name)
        )
        monkeypatch.setattr(module, "bpy", SimpleNamespace(data=data), raising=False)
    hidden_results.fix(hidden)
    assert not face.show_only_shape_key


def test_fix_of_a_removed_datablock_is_refused(
    hidden_results, bake, face, found, extension
) -> None:
    errors = importlib.import_module(f"{extension}.blender_audio2face.errors")
    bake(key_of(face), "ACTION")
    pin(face, None)
    (hidden,) = found()
    bpy.data.meshes.remove(face.data)
    with pytest.raises(errors.BakeError, match="bake again"):
        hidden_results.fix(hidden)
