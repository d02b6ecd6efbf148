"""Keys in our Action, in a strip of the NLA, and in the artist's Action."""

from contextlib import ExitStack

import bpy
import numpy as np
import pytest

from tests.support.animation import (
    JAW,
    OUTPUTS,
    SLOTTED,
    TONGUE,
    artists_curve,
    everything,
    points_of,
    share_action,
    values_at,
)
from tests.support.scenes import fcurves, keys_of, make_face

# --- our Action


def test_keys_in_our_action_move_the_shape_key(a2f, key) -> None:
    a2f.write(key, a2f.frames("speech", 10, 20))
    action = key.animation_data.action
    assert action.name == "A2F Face"
    assert keys_of(action, "jawOpen") == [(float(frame), 0.5) for frame in range(10, 20)]
    (curve,) = fcurves(action)
    assert {point.interpolation for point in curve.keyframe_points} == {"LINEAR"}
    assert curve.is_valid
    assert values_at(key, JAW, 15) == [0.5]


def test_new_keys_have_the_defaults_that_are_not_written(a2f, key) -> None:
    table = a2f.keyframe_table
    key.key_blocks["jawOpen"].keyframe_insert("value", frame=5)
    (curve,) = fcurves(key.animation_data.action)
    curve.keyframe_points.clear()
    curve.keyframe_points.add(2)
    for name, column in table.columns_of(curve, table.ATTRIBUTES).items():
        assert (column == table.ATTRIBUTES[name].default).all(), name


def test_shape_key_with_quotes_in_its_name_is_keyed(a2f) -> None:
    key = make_face("Face", ('jaw"Open\\',)).data.shape_keys
    path = key.key_blocks[1].path_from_id("value")
    a2f.write(key, a2f.speech(), value=0.25, paths=(path,))
    assert values_at(key, path, 15) == [0.25]


def make_empty() -> bpy.types.Object:
    empty = bpy.data.objects.new("Empty", None)
    bpy.context.scene.collection.objects.link(empty)
    return empty


def test_any_animated_datablock_can_be_keyed(a2f) -> None:
    rig = make_empty()
    rig["smile"] = 0.25
    a2f.write(rig, a2f.speech(), paths=(("location", 2), '["smile"]'))
    assert rig.animation_data.action.name == "A2F Face"
    bpy.context.scene.frame_set(15)
    assert (rig.location.z, rig["smile"]) == (0.5, 0.5)
    assert [curve.is_valid for curve in fcurves(rig.animation_data.action)] == [True, True]
    assert a2f.clear(rig) == 38
    assert (rig.location.z, rig["smile"]) == (0.0, 0.25)


def test_object_with_an_action_is_keyed_in_the_nla(a2f) -> None:
    rig = make_empty()
    for frame, x in ((1, 0.0), (41, 4.0)):
        rig.location.x = x
        rig.keyframe_insert("location", index=0, frame=frame)
    own = rig.animation_data.action
    baked = a2f.write(rig, a2f.speech(), paths=(("location", 2),))
    assert (rig.animation_data.action, baked.output, baked.track) == (own, "NLA", "Audio2Face")
    assert own.name in baked.note
    bpy.context.scene.frame_set(15)
    assert rig.location.z == pytest.approx(0.5)
    assert 0 < rig.location.x < 4


def test_armature_without_a_pose_is_refused_until_it_is_evaluated(a2f) -> None:
    """Blender would crash."""
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    with pytest.raises(a2f.errors.PlanError, match="view layer"):
        a2f.write(rig, a2f.speech(), paths=(("scale", 1),))
    bpy.context.scene.collection.objects.link(rig)
    a2f.write(rig, a2f.speech(), paths=(("scale", 1),))
    bpy.context.scene.frame_set(15)
    assert rig.scale.y == 0.5


def test_artists_action_is_set_aside_whole(a2f, key) -> None:
    old = artists_curve(key, TONGUE, {5: 0.7})
    baked = a2f.write(key, a2f.speech())
    assert key.animation_data.action != old
    assert old.use_fake_user
    assert keys_of(old, "tongueOut") == [(5.0, pytest.approx(0.7))]
    assert (baked.previous, baked.previous_curves, baked.previous_was_ours) == (old, 1, False)


def test_strips_join_in_one_action_and_baking_again_replaces(a2f, key) -> None:
    a2f.write(key, a2f.frames("a", 1, 11), value=0.25)
    a2f.write(key, a2f.frames("b", 21, 31), value=0.75)
    assert [action.name for action in bpy.data.actions] == ["A2F Face"]
    expected = [(float(f), 0.25) for f in range(1, 11)] + [(float(f), 0.75) for f in range(21, 31)]
    assert keys_of(key.animation_data.action, "jawOpen") == expected
    a2f.write(key, a2f.frames("a", 41, 44))
    frames = [frame for frame, _ in keys_of(key.animation_data.action, "jawOpen")]
    assert frames == [*range(21, 31), 41, 42, 43]


def test_artists_keys_in_our_action_stay_as_they_are(a2f, key) -> None:
    a2f.write(key, a2f.frames("a", 1, 4), value=0.25)
    (curve,) = fcurves(key.animation_data.action)
    point = curve.keyframe_points.insert(50, 0.9)
    point.interpolation, point.easing, point.type = "ELASTIC", "EASE_IN", "EXTREME"
    point.handle_left_type = point.handle_right_type = "FREE"
    point.handle_left, point.handle_right = (48.0, 0.8), (53.0, 0.6)
    point.amplitude, point.period, point.back = 0.5, 3.0, 2.0
    before = points_of(curve)[-1]
    a2f.write(key, a2f.frames("a", 2, 6))
    (curve,) = fcurves(key.animation_data.action)
    assert points_of(curve)[-1] == before


def test_action_shared_with_another_face_is_not_changed(a2f, key) -> None:
    a2f.write(key, a2f.frames("a", 1, 4), value=0.25)
    shared = key.animation_data.action
    other = share_action(shared)
    a2f.write(key, a2f.frames("a", 1, 4), value=0.75)
    assert other.animation_data.action == shared != key.animation_data.action
    assert keys_of(shared, "jawOpen")[0] == (1.0, 0.25)


def test_our_action_with_a_fake_user_is_replaced_by_name(a2f, key) -> None:
    a2f.write(key, a2f.speech())
    key.animation_data.action.use_fake_user = True
    a2f.write(key, a2f.speech(), value=0.75)
    assert [(a.name, a.use_fake_user) for a in bpy.data.actions] == [("A2F Face", True)]


def test_strip_baked_over_another_keeps_the_rest_of_its_curve(a2f, key) -> None:
    hill, flat = (
        a2f.keyframes.Keys(
            np.array(frames, np.float64),
            np.array(values, np.float32),
            np.zeros(len(frames), np.float32),
        )
        for frames, values in (([0, 20, 40], [0, 1, 0]), ([28, 32], [0.3, 0.3]))
    )
    a2f.write_all(key, [a2f.keys(a2f.frames("a", 0, 41), hill)])
    baked = a2f.write_all(key, [a2f.keys(a2f.frames("b", 28, 33), flat)])
    (curve,) = fcurves(baked.action)
    kept = np.array([*range(28), *range(33, 41)], np.float64)
    expected = a2f.sampled(hill, kept)[0]
    assert [curve.evaluate(f) for f in kept] == pytest.approx(expected, abs=1e-3)
    assert [curve.evaluate(f) for f in range(28, 33)] == pytest.approx([0.3] * 5)


def test_reduced_keys_keep_their_bound_in_blender(a2f, key) -> None:
    frames = np.arange(100, 400)
    rough = np.random.default_rng(0).random(304)
    column = np.convolve(rough, np.hanning(7)[1:-1] / 3, "valid").astype(np.float32)
    reduced = a2f.keyframes.reduce_keys(frames, {JAW: column}, 0.01, column < 0.2)[JAW]
    baked = a2f.write_all(key, [a2f.keys(a2f.frames("speech", 100, 400), reduced)])
    (curve,) = fcurves(baked.action)
    assert len(curve.keyframe_points) == len(reduced.frames) < len(frames)
    assert {point.interpolation for point in curve.keyframe_points} == {"BEZIER"}
    assert {point.handle_left_type for point in curve.keyframe_points} == {"ALIGNED"}
    values = np.array([curve.evaluate(float(frame)) for frame in frames])
    assert np.abs(values - column).max() <= 0.01
    between = np.linspace(100, 399, 1201)
    expected = a2f.sampled(reduced, between)[0]
    assert [curve.evaluate(time) for time in between] == pytest.approx(expected, abs=1e-5)


# --- NLA


def test_nla_strip_plays_at_its_frames_only(a2f, key) -> None:
    baked = a2f.write(key, a2f.speech(), "NLA")
    anim = key.animation_data
    assert anim.action is None
    track = anim.nla_tracks[-1]
    (strip,) = track.strips
    assert (track.name, baked.track, strip.action) == ("Audio2Face", "Audio2Face", baked.action)
    assert (strip.frame_start, strip.frame_end) == (7, 27)
    assert values_at(key, JAW, 5, 7, 10, 19, 27, 60) == [0, 0, 0.5, 0.5, 0, 0]


@pytest.mark.parametrize("is_strip", [False, True])
def test_nla_strip_is_added_to_the_artists_keys(a2f, key, is_strip) -> None:
    own = artists_curve(key, JAW, {1: 0.25, 100: 0.25})
    before = points_of(fcurves(own)[0])
    anim = key.animation_data
    if is_strip:
        slot = anim.action_slot if SLOTTED else None
        anim.action = None
        strip = anim.nla_tracks.new().strips.new("Own", 1, own)
        if SLOTTED:
            strip.action_slot = slot
    a2f.write(key, a2f.speech(), "NLA")
    assert points_of(fcurves(own)[0]) == before
    assert values_at(key, JAW, 5, 15, 60) == [0.25, 0.75, 0.25]
    a2f.clear(key)
    assert anim.action == (None if is_strip else own)
    assert anim.action_blend_type == "REPLACE"
    assert [track.strips[0].action for track in anim.nla_tracks] == [own] * is_strip
    assert values_at(key, JAW, 5, 15) == [0.25, 0.25]


def test_baking_again_grows_and_moves_the_nla_strip(a2f, key) -> None:
    a2f.write(key, a2f.speech(), "NLA")
    track = key.animation_data.nla_tracks["Audio2Face"]
    track.name = track.strips[0].name = "My talk"
    track.strips[0].scale = 2.0
    a2f.write(key, a2f.speech("b", 50, 60), "NLA", value=0.75)
    (strip,) = key.animation_data.nla_tracks["My talk"].strips
    assert (strip.frame_start, strip.frame_end, strip.scale) == (7, 67, 1.0)
    assert values_at(key, JAW, 15, 40, 55, 70) == [0.5, 0, 0.75, 0]
    a2f.write(key, a2f.speech("speech", 100, 110), "NLA")
    assert (strip.frame_start, strip.frame_end) == (47, 117)
    assert values_at(key, JAW, 15, 55, 105) == [0, 0.75, 0.5]
    names = [action.name for action in bpy.data.actions]
    assert names == ["A2F Face", "A2F Face rest"][: len(key.animation_data.nla_tracks)]


# --- the artist's active Action


def test_only_the_baked_frames_of_the_active_action_change(a2f, key) -> None:
    own = artists_curve(key, JAW, {1: 0.1, 14: 0.9, 60: 0.2, 80: 0.3})
    artists_curve(key, TONGUE, {1: 0.3, 15: 0.6})
    jaw, tongue = (next(c for c in fcurves(own) if c.data_path == path) for path in (JAW, TONGUE))
    jaw.keyframe_points[2].handle_left_type = jaw.keyframe_points[2].handle_right_type = "FREE"
    jaw.keyframe_points[2].handle_left = (55, 0.4)
    jaw.update()
    outside, other = points_of(jaw)[3:], points_of(tongue)
    frames = [*np.arange(-20, 7, 0.25), *np.arange(27, 100, 0.25)]
    before = [jaw.evaluate(frame) for frame in frames]
    baked = a2f.write(key, a2f.speech(), "ACTIVE")
    assert (key.animation_data.action, baked.action, baked.output) == (own, own, "ACTIVE")
    assert [point for point in points_of(jaw) if point[0] == 80] == outside
    assert [jaw.evaluate(frame) for frame in frames] == pytest.approx(before, abs=2e-6)
    assert points_of(tongue) == other
    assert [frame for frame, _ in keys_of(own, "jawOpen")] == [1, 7, *range(10, 28), 60, 80]
    assert values_at(key, JAW, 1, 10, 19, 80) == [0.1, 0.5, 0.5, 0.3]


def test_channel_that_is_not_baked_again_is_restored(a2f, key) -> None:
    own = artists_curve(key, TONGUE, {1: 0.3, 15: 0.6})
    a2f.write(key, a2f.speech(), "ACTIVE", paths=(JAW, TONGUE))
    a2f.write(key, a2f.speech(), "ACTIVE", paths=(JAW,))
    assert [frame for frame, _ in keys_of(own, "tongueOut")] == [1, 15]


@pytest.mark.skipif(not SLOTTED, reason="slots came with 4.4")
def test_active_action_without_a_slot_gets_one(a2f, key) -> None:
    own = bpy.data.actions.new("Own")
    other = own.slots.new(id_type="OBJECT", name="Rig")
    anim = key.animation_data_create()
    anim.action = own
    a2f.write(key, a2f.speech(), "ACTIVE")
    assert anim.action_slot.target_id_type == "KEY"
    assert list(own.slots) == [other, anim.action_slot]
    assert values_at(key, JAW, 15) == [0.5]


# --- several strips, steps and failures


def three_strips(a2f) -> list:
    """Strips whose surroundings and speech overlap, of which one keys fewer shape keys."""
    return [
        a2f.bake(a2f.speech("a", 10, 30), 0.25, (JAW, TONGUE)),
        a2f.bake(a2f.speech("b", 32, 50), 0.5, (JAW,)),
        a2f.bake(a2f.speech("c", 45, 60), 0.75, (JAW, TONGUE)),
    ]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("has_own", [False, True])
def test_strips_baked_together_equal_strips_baked_in_turn(a2f, key, output, has_own) -> None:
    if has_own:
        artists_curve(key, JAW, {1: 0.5, 20: 0.0, 48: 0.0, 90: 0.2})
    baked = a2f.write_all(key, three_strips(a2f), output)
    together = [action[3:6] for action in everything(key)[0]]
    assert sorted(set(baked.frames)) == sorted(baked.frames)
    a2f.clear(key)
    for bake in three_strips(a2f):
        a2f.write_all(key, [bake], output)
    assert [action[3:6] for action in everything(key)[0]] == together


def test_moved_strip_does_not_yield_to_the_old_place_of_another(a2f, key) -> None:
    """Both are baked again at once: the first strip's release is free once the other has left."""
    near = [a2f.bake(a2f.speech(name, left, left + 10)) for name, left in (("a", 10), ("b", 22))]
    a2f.write_all(key, near)
    a2f.write_all(key, [near[0], a2f.bake(a2f.speech("b", 60, 70))])
    frames = [frame for frame, _ in keys_of(key.animation_data.action, "jawOpen")]
    assert frames == [7, *range(10, 28), 57, *range(60, 78)]


def prepare(a2f, key, before: str) -> None:
    """Gives shape keys some animation."""
    if before == "no action":
        key.animation_data_create()
    elif before != "nothing":
        artists_curve(key, JAW, {1: 0.1, 14: 0.9, 60: 0.2})
    anim = key.animation_data
    if before == "own strip":
        anim.nla_tracks.new().strips.new("Own", 1, anim.action)
    if before == "no slot" and SLOTTED:
        anim.action_slot = None
    if before in OUTPUTS:
        a2f.write(key, a2f.speech(), before)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("before", ["own", *OUTPUTS])
def test_stopping_after_any_step_restores_everything(a2f, key, output, before) -> None:
    prepare(a2f, key, before)
    whole = everything(key)
    steps = 0
    while True:
        with ExitStack() as undo:
            task = a2f.write_module.write_task(key, "A2F Face", three_strips(a2f), output, undo)
            done = sum(1 for _, _ in zip(range(steps), task, strict=False))
        assert everything(key) == whole
        if done < steps:
            break
        steps += 1
    assert steps > 2


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize(
    "before", ["nothing", "no action", "no slot", "own", "own strip", *OUTPUTS]
)
def test_failure_after_writing_restores_everything(a2f, key, output, before) -> None:
    prepare(a2f, key, before)
    whole = everything(key)
    bakes = [a2f.bake(a2f.speech("speech", 12, 30), 1.0, (JAW, TONGUE))]
    with pytest.raises(KeyboardInterrupt), ExitStack() as undo:
        a2f.write_module.write_keys(key, "A2F Face", bakes, output, undo)
        raise KeyboardInterrupt
    assert everything(key) == whole
