"""What hides a bake is told, and its remedy makes the face move again. Needs no sound."""

import importlib
from contextlib import ExitStack

import bpy
import numpy as np
import pytest

from tests.blender.scenes import fcurves, make_face

JAW = 'key_blocks["jawOpen"].value'
SLOTTED = bpy.app.version >= (4, 4, 0)


@pytest.fixture
def hiding(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.diagnostics")


@pytest.fixture
def bake(extension: str):
    """Keys jawOpen at 0.5 in frames 10 to 19: ``bake(datablock, output)``."""
    actions, segments, channel_keys, shaping_keys = (
        importlib.import_module(f"{extension}.blender_audio2face.{name}")
        for name in (
            "animation.write",
            "core.keys.frame_ranges",
            "core.keys.keyframes",
            "core.keys.keyframes",
        )
    )

    def write(datablock, output: str, path: str = JAW):
        keys = shaping_keys.every_frame(np.arange(10.0, 20.0), np.full(10, 0.5))
        wanted = (segments.FrameRange("speech", 10, 20),)
        channel = channel_keys.FCurvePath(path)
        with ExitStack() as undo:
            bakes = [actions.StripKeyframes(wanted, {channel: keys})]
            baked = actions.write_keys(datablock, "A2F", bakes, output, undo)
            undo.pop_all()
        actions.commit(baked, None)
        return baked

    return write


@pytest.fixture
def face():
    return make_face("Face", ("jawOpen", "tongueOut"))


def fix_only(hiding, face, kind: str) -> None:
    """Exactly this hides the bake; the remedy leaves nothing that does, and the jaw moves."""
    key = face.data.shape_keys
    (hidden,) = hiding.find_hidden(key, face)
    assert hidden.kind == kind
    assert hidden.sentence.endswith(".")
    assert all(name in hidden.sentence for name in hidden.names)
    hiding.fix(hidden)
    assert hiding.find_hidden(key, face) == ()
    bpy.context.scene.frame_set(15)
    assert key.key_blocks["jawOpen"].value == pytest.approx(0.5)


@pytest.mark.parametrize("output", ["ACTION", "NLA"])
def test_nothing_hides_a_fresh_bake(hiding, bake, face, output) -> None:
    bake(face.data.shape_keys, output)
    assert hiding.find_hidden(face.data.shape_keys, face) == ()


def test_nothing_is_found_without_animation(hiding, face) -> None:
    assert hiding.find_hidden(face.data.shape_keys, face) == ()


def test_edit_mode(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "ACTION")
    bpy.ops.object.mode_set(mode="EDIT")
    fix_only(hiding, face, "edit_mode")


def test_pin(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "ACTION")
    face.show_only_shape_key = True
    fix_only(hiding, face, "pinned")


def test_absolute_keys(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "ACTION")
    face.data.shape_keys.use_relative = False
    fix_only(hiding, face, "absolute")


def test_muted_shape_key(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "ACTION")
    for block in face.data.shape_keys.key_blocks:
        block.mute = True
    assert hiding.find_hidden(face.data.shape_keys, face)[0].names == ("jawOpen",)
    fix_only(hiding, face, "muted_shapes")
    assert face.data.shape_keys.key_blocks["tongueOut"].mute


def test_driver(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "ACTION")
    driver = face.data.shape_keys.key_blocks["jawOpen"].driver_add("value").driver
    driver.expression = "0.125"
    fix_only(hiding, face, "drivers")


def test_driver_of_a_channel_that_was_left_out(hiding, bake, face, extension) -> None:
    channel_path = importlib.import_module(
        f"{extension}.blender_audio2face.core.keys.keyframes"
    ).FCurvePath
    key = face.data.shape_keys
    bake(key, "ACTION")
    key.key_blocks["tongueOut"].driver_add("value")
    assert hiding.find_hidden(key, face) == ()
    tongue = channel_path('key_blocks["tongueOut"].value')
    (hidden,) = hiding.find_hidden(key, face, [tongue])
    assert hidden.names == ("tongueOut",)
    hiding.fix(hidden)
    assert hiding.find_hidden(key, face, [tongue]) == ()


@pytest.mark.parametrize("output", ["ACTION", "NLA"])
def test_muted_f_curve(hiding, bake, face, output) -> None:
    fcurves(bake(face.data.shape_keys, output).action)[0].mute = True
    fix_only(hiding, face, "muted_curves")


def test_f_curve_modifier(hiding, bake, face) -> None:
    curve = fcurves(bake(face.data.shape_keys, "ACTION").action)[0]
    limits = curve.modifiers.new("LIMITS")
    limits.use_max_y, limits.max_y = True, 0.1
    fix_only(hiding, face, "modifiers")


@pytest.mark.skipif(not SLOTTED, reason="slots came with 4.4")
@pytest.mark.parametrize("output", ["ACTION", "NLA"])
@pytest.mark.parametrize("has_other", [False, True])
def test_wrong_slot(hiding, bake, face, output, has_other) -> None:
    action = bake(face.data.shape_keys, output).action
    other = action.slots.new(id_type="KEY", name="Other") if has_other else None
    anim = face.data.shape_keys.animation_data
    (anim if output == "ACTION" else anim.nla_tracks["Audio2Face"].strips[0]).action_slot = other
    fix_only(hiding, face, "wrong_slot")


def test_blended_action(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "ACTION")
    face.data.shape_keys.animation_data.action_influence = 0.5
    fix_only(hiding, face, "blended")


@pytest.mark.parametrize("output", ["ACTION", "NLA"])
def test_nla_solo(hiding, bake, face, output) -> None:
    bake(face.data.shape_keys, output)
    track = face.data.shape_keys.animation_data.nla_tracks.new()
    track.name = "Blocking"
    track.is_solo = True
    assert hiding.find_hidden(face.data.shape_keys, face)[0].names == ("Blocking",)
    fix_only(hiding, face, "nla_solo")


def test_our_own_solo_hides_nothing(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "NLA")
    face.data.shape_keys.animation_data.nla_tracks["Audio2Face"].is_solo = True
    assert hiding.find_hidden(face.data.shape_keys, face) == ()


def test_nla_turned_off(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "NLA")
    face.data.shape_keys.animation_data.use_nla = False
    fix_only(hiding, face, "nla_off")


def test_muted_track(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "NLA")
    face.data.shape_keys.animation_data.nla_tracks["Audio2Face"].mute = True
    fix_only(hiding, face, "muted_track")


@pytest.mark.parametrize("mute", [False, True])
def test_weak_strip(hiding, bake, face, mute) -> None:
    bake(face.data.shape_keys, "NLA")
    strip = face.data.shape_keys.animation_data.nla_tracks["Audio2Face"].strips[0]
    strip.mute = mute
    if not mute:
        strip.use_animated_influence = True
        strip.fcurves[0].keyframe_points[0].co[1] = 0.25
    fix_only(hiding, face, "weak_strip")


def artists_jaw(face):
    """An Action of the artist's that holds the jaw at rest, as NLA strip or active: (anim, it)."""
    block = face.data.shape_keys.key_blocks["jawOpen"]
    block.value = 0.0
    block.keyframe_insert("value", frame=1)
    anim = face.data.shape_keys.animation_data
    return anim, anim.action


def test_active_action_over_the_strip(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "NLA")
    artists_jaw(face)
    fix_only(hiding, face, "action_over_strip")


def test_strip_over_the_strip(hiding, bake, face) -> None:
    bake(face.data.shape_keys, "NLA")
    anim, own = artists_jaw(face)
    slot = anim.action_slot if SLOTTED else None
    anim.action = None
    track = anim.nla_tracks.new()
    strip = track.strips.new("Own", 1, own)
    if SLOTTED:
        strip.action_slot = slot
    strip.extrapolation = "HOLD"
    fix_only(hiding, face, "strip_over_strip")


def test_armature_at_rest(hiding, bake) -> None:
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bake(rig, "ACTION", "scale")
    rig.data.pose_position = "REST"
    (hidden,) = hiding.find_hidden(rig)
    hiding.fix(hidden)
    assert (hidden.kind, rig.data.pose_position) == ("rest_position", "POSE")


def test_a_datablock_that_is_gone_is_told(hiding, bake, face, extension) -> None:
    errors = importlib.import_module(f"{extension}.blender_audio2face.errors")
    bake(face.data.shape_keys, "ACTION")
    face.show_only_shape_key = True
    (hidden,) = hiding.find_hidden(face.data.shape_keys, face)
    bpy.data.meshes.remove(face.data)
    with pytest.raises(errors.BakeError, match="bake again"):
        hiding.fix(hidden)
