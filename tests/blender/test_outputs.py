"""The three outputs, and taking out again what they wrote. Needs no sound, so it runs in every
bpy."""

import importlib
import sys
from contextlib import ExitStack

import bpy
import numpy as np
import pytest

from tests.blender.scenes import fcurves, keys_of, make_face

JAW = 'key_blocks["jawOpen"].value'
TONGUE = 'key_blocks["tongueOut"].value'
SLOTTED = bpy.app.version >= (4, 4, 0)
OUTPUTS = ("ACTION", "NLA", "ACTIVE")


class Modules:
    """The extension's modules that the tests use, by name."""

    def __init__(self, extension: str) -> None:
        def module(name: str):
            return importlib.import_module(f"{extension}.blender_audio2face.{name}")

        self.actions = module("animation.write")
        self.clearing = module("animation.remove")
        self.ranges = module("core.keys.frame_ranges")
        self.channel_keys = module("core.keys.keyframes")
        self.slicing = module("core.keys.slicing")
        self.timing = module("core.sound.strip_timing")
        self.keys = module("core.keys.keyframes")


@pytest.fixture
def a2f(extension: str) -> Modules:
    return Modules(extension)


@pytest.fixture
def key():
    return make_face("Face", ("jawOpen", "tongueOut")).data.shape_keys


def speech(a2f: Modules, strip: str = "speech", left: int = 10, right: int = 20) -> tuple:
    """A strip's segments at 24 fps: rest 3 frames before, 8 frames of release."""
    return a2f.ranges.requested_ranges(strip, a2f.timing.StripTiming(24.0, 1, 0, 0.0, left, right))


def write(a2f: Modules, datablock, wanted: tuple, output: str, paths=(JAW,), value=0.5, **more):
    """Keys each frame: rest before, ``value`` in the speech, down to 0 after it."""
    frames = a2f.ranges.frames_of(wanted).astype(np.float64)
    speaking = a2f.ranges.lies_in(frames, tuple(s for s in wanted if s.part == 2))
    column = np.where(speaking, value, 0.0).astype(np.float32)
    keys = {
        a2f.channel_keys.FCurvePath(*((path,) if isinstance(path, str) else path)): (
            a2f.keys.every_frame(frames, column)
        )
        for path in paths
    }
    with ExitStack() as undo:
        bakes = [a2f.actions.StripKeyframes(wanted, keys)]
        baked = a2f.actions.write_keys(datablock, "A2F Face", bakes, output, undo)
        undo.pop_all()
    a2f.actions.commit(baked, None)
    return baked


def artists_curve(datablock, path: str, points: dict[int, float]) -> bpy.types.Action:
    """Keys a shape key as in the interface; the Action."""
    block = datablock.path_resolve(path.rpartition(".")[0])
    for frame, value in points.items():
        block.value = value
        block.keyframe_insert("value", frame=frame)
    return datablock.animation_data.action


def shown(datablock, path: str, *frames: int) -> list[float]:
    values = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        values.append(datablock.path_resolve(path))
    return pytest.approx(values, abs=1e-4)


def everything(datablock) -> tuple:
    """Everything a bake may change, in numbers and names."""
    anim = datablock.animation_data
    actions = [
        (
            action.name,
            action.users,
            action.use_fake_user,
            sorted(action.keys()),
            action.get("audio2face"),
            sorted(
                (curve.data_path, curve.array_index, *_points(curve)) for curve in fcurves(action)
            ),
            SLOTTED and [slot.identifier for slot in action.slots],
        )
        for action in sorted(bpy.data.actions, key=lambda action: action.name)
    ]
    if anim is None:
        return actions, None
    tracks = [
        (
            track.name,
            [
                (
                    s.name,
                    s.action,
                    s.frame_start,
                    s.frame_end,
                    s.scale,
                    s.repeat,
                    s.action_frame_start,
                    s.action_frame_end,
                    s.blend_type,
                )
                for s in track.strips
            ],
        )
        for track in anim.nla_tracks
    ]
    slot = (anim.action_slot, anim.last_slot_identifier) if SLOTTED else None
    return actions, (anim.action, anim.action_blend_type, slot, tracks)


def _points(curve) -> list[tuple]:
    return [
        (
            *point.co,
            *point.handle_left,
            *point.handle_right,
            point.handle_left_type,
            point.handle_right_type,
            point.interpolation,
            point.easing,
            point.type,
            point.select_control_point,
            point.select_left_handle,
        )
        for point in curve.keyframe_points
    ]


# --- our Action


def test_any_animated_datablock_can_be_keyed(a2f) -> None:
    rig = bpy.data.objects.new("Rig", None)
    bpy.context.scene.collection.objects.link(rig)
    rig["smile"] = 0.25
    write(a2f, rig, speech(a2f), "ACTION", paths=(("location", 2), '["smile"]'))
    assert rig.animation_data.action.name == "A2F Face"
    bpy.context.scene.frame_set(15)
    assert (rig.location.z, rig["smile"]) == (0.5, 0.5)
    assert [curve.is_valid for curve in fcurves(rig.animation_data.action)] == [True, True]
    assert a2f.clearing.clear(rig) == 38
    assert (rig.location.z, rig["smile"]) == (0.0, 0.25)


def test_an_objects_own_action_is_not_lost(a2f) -> None:
    rig = bpy.data.objects.new("Rig", None)
    bpy.context.scene.collection.objects.link(rig)
    for frame, x in ((1, 0.0), (41, 4.0)):
        rig.location.x = x
        rig.keyframe_insert("location", index=0, frame=frame)
    own = rig.animation_data.action
    baked = write(a2f, rig, speech(a2f), "ACTION", paths=(("location", 2),))
    assert (rig.animation_data.action, baked.output, baked.track) == (own, "NLA", "Audio2Face")
    assert own.name in baked.note
    bpy.context.scene.frame_set(15)
    assert rig.location.z == pytest.approx(0.5)
    assert 0 < rig.location.x < 4


def test_an_armature_that_was_never_evaluated_is_keyed(a2f) -> None:
    """Blender would crash: it has no pose yet."""
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    errors = sys.modules[a2f.actions.__package__.replace("animation", "errors")]
    with pytest.raises(errors.PlanError, match="view layer"):
        write(a2f, rig, speech(a2f), "ACTION", paths=(("scale", 1),))
    bpy.context.scene.collection.objects.link(rig)
    write(a2f, rig, speech(a2f), "ACTION", paths=(("scale", 1),))
    bpy.context.scene.frame_set(15)
    assert rig.scale.y == 0.5


def test_bezier_keys_show_the_hermite_curve(a2f, key) -> None:
    random = np.random.default_rng(7)
    frames = np.cumsum(random.integers(1, 9, 60)).astype(np.float64)
    keys = a2f.keys.Keys(
        frames, random.random(60, np.float32), random.normal(0, 0.1, 60).astype(np.float32)
    )
    whole = (a2f.ranges.FrameRange("speech", 0, int(frames[-1]) + 1),)
    channel = a2f.channel_keys.FCurvePath(JAW)
    with ExitStack() as undo:
        bakes = [a2f.actions.StripKeyframes(whole, {channel: keys})]
        baked = a2f.actions.write_keys(key, "A2F", bakes, "ACTION", undo)
        undo.pop_all()
    a2f.actions.commit(baked, None)
    (curve,) = fcurves(baked.action)
    assert {point.interpolation for point in curve.keyframe_points} == {"BEZIER"}
    assert {point.handle_left_type for point in curve.keyframe_points} == {"ALIGNED"}
    times = np.arange(frames[0], frames[-1], 0.5)
    blender = [curve.evaluate(time) for time in times]
    assert blender == pytest.approx(a2f.slicing.sampled(keys, times)[0], abs=1e-4)


def test_a_strip_baked_over_another_leaves_the_rest_of_its_curve(a2f, key) -> None:
    keys = a2f.keys.Keys(
        np.array([0.0, 20.0, 40.0]), np.array([0, 1, 0], np.float32), np.zeros(3, np.float32)
    )
    channel = a2f.channel_keys.FCurvePath(JAW)
    first = (a2f.ranges.FrameRange("a", 0, 41),)
    for wanted in (first, (a2f.ranges.FrameRange("b", 28, 33),)):
        flat = a2f.keys.Keys(
            np.array([28.0, 32.0]), np.full(2, 0.3, np.float32), np.zeros(2, np.float32)
        )
        with ExitStack() as undo:
            bakes = [
                a2f.actions.StripKeyframes(wanted, {channel: keys if wanted is first else flat})
            ]
            baked = a2f.actions.write_keys(key, "A2F", bakes, "ACTION", undo)
            undo.pop_all()
        a2f.actions.commit(baked, None)
    (curve,) = fcurves(baked.action)
    kept = np.array([*range(28), *range(33, 41)], np.float64)
    expected = a2f.slicing.sampled(keys, kept)[0]
    assert [curve.evaluate(f) for f in kept] == pytest.approx(expected, abs=1e-3)
    assert [curve.evaluate(f) for f in range(28, 33)] == pytest.approx([0.3] * 5)


# --- NLA


def test_an_nla_strip_plays_where_it_was_baked_and_only_there(a2f, key) -> None:
    baked = write(a2f, key, speech(a2f), "NLA")
    anim = key.animation_data
    assert anim.action is None
    track = anim.nla_tracks[-1]
    (strip,) = track.strips
    assert (track.name, baked.track, strip.action) == ("Audio2Face", "Audio2Face", baked.action)
    assert (strip.frame_start, strip.frame_end) == (7, 27)
    assert shown(key, JAW, 5, 7, 10, 19, 27, 60) == [0, 0, 0.5, 0.5, 0, 0]


def test_the_artists_keys_and_the_strip_both_act(a2f, key) -> None:
    own = artists_curve(key, JAW, {1: 0.25, 100: 0.25})
    before = _points(fcurves(own)[0])
    write(a2f, key, speech(a2f), "NLA")
    assert key.animation_data.action == own
    assert _points(fcurves(own)[0]) == before
    assert shown(key, JAW, 5, 15, 60) == [0.25, 0.75, 0.25]
    a2f.clearing.clear(key)
    assert key.animation_data.action_blend_type == "REPLACE"
    assert shown(key, JAW, 5, 15) == [0.25, 0.25]


def test_a_strip_is_added_to_the_artists_strips(a2f, key) -> None:
    own = artists_curve(key, JAW, {1: 0.25, 100: 0.25})
    anim = key.animation_data
    slot = anim.action_slot if SLOTTED else None
    anim.action = None
    strip = anim.nla_tracks.new().strips.new("Own", 1, own)
    if SLOTTED:
        strip.action_slot = slot
    write(a2f, key, speech(a2f), "NLA")
    assert shown(key, JAW, 5, 15, 60) == [0.25, 0.75, 0.25]
    a2f.clearing.clear(key)
    assert [track.strips[0].action for track in anim.nla_tracks] == [own]


def test_baking_again_grows_and_moves_the_same_strip(a2f, key) -> None:
    write(a2f, key, speech(a2f), "NLA")
    track = key.animation_data.nla_tracks["Audio2Face"]
    track.name = track.strips[0].name = "My talk"
    track.strips[0].scale = 2.0
    write(a2f, key, speech(a2f, "b", 50, 60), "NLA", value=0.75)
    (strip,) = key.animation_data.nla_tracks["My talk"].strips
    assert (strip.frame_start, strip.frame_end, strip.scale) == (7, 67, 1.0)
    assert shown(key, JAW, 15, 40, 55, 70) == [0.5, 0, 0.75, 0]
    write(a2f, key, speech(a2f, "speech", 100, 110), "NLA")
    assert (strip.frame_start, strip.frame_end) == (47, 117)
    assert shown(key, JAW, 15, 55, 105) == [0, 0.75, 0.5]
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
    outside, other = _points(jaw)[2:3], _points(tongue)
    baked = write(a2f, key, speech(a2f), "ACTIVE")
    assert (key.animation_data.action, baked.action, baked.output) == (own, own, "ACTIVE")
    assert [point for point in _points(jaw) if point[0] == 60] == outside
    assert _points(tongue) == other
    keyed = [frame for frame, _ in keys_of(own, "jawOpen")]
    assert keyed == [1, 7, *range(10, 28), 60, 80]
    assert shown(key, JAW, 1, 10, 19, 80) == [0.1, 0.5, 0.5, 0.3]


def test_the_speech_leads_from_and_back_to_the_artists_curve(a2f, key) -> None:
    artists_curve(key, JAW, {1: 0.2, 100: 0.2})
    write(a2f, key, speech(a2f), "ACTIVE")
    assert shown(key, JAW, 3, 7, 15, 27, 50) == [0.2, 0.2, 0.5, 0.2, 0.2]


def test_clearing_the_active_action_gives_it_back_whole(a2f, key) -> None:
    artists_curve(key, JAW, {1: 0.1, 9: 0.7, 14: 0.9, 60: 0.2})
    artists_curve(key, TONGUE, {15: 0.6, 90: 0.2})
    whole = everything(key)
    write(a2f, key, speech(a2f), "ACTIVE", paths=(JAW, TONGUE))
    write(a2f, key, speech(a2f, "b", 15, 70), "ACTIVE", value=0.7)
    write(a2f, key, speech(a2f, "speech", 12, 22), "ACTIVE", value=0.2)
    assert a2f.clearing.baked_strips(key) == ("b", "speech")
    assert a2f.clearing.clear(key) > 0
    assert everything(key) == whole


def test_only_one_strips_keys_are_cleared(a2f, key) -> None:
    own = artists_curve(key, JAW, {1: 0.1, 14: 0.9})
    write(a2f, key, speech(a2f), "ACTIVE")
    write(a2f, key, speech(a2f, "b", 50, 60), "ACTIVE")
    assert a2f.clearing.clear(key, {"speech"}) == 19
    assert [frame for frame, _ in keys_of(own, "jawOpen")] == [1, 14, 47, *range(50, 68)]
    assert a2f.clearing.baked_strips(key) == ("b",)


def test_a_channel_that_is_no_longer_baked_is_the_artists_again(a2f, key) -> None:
    own = artists_curve(key, TONGUE, {1: 0.3, 15: 0.6})
    write(a2f, key, speech(a2f), "ACTIVE", paths=(JAW, TONGUE))
    write(a2f, key, speech(a2f), "ACTIVE", paths=(JAW,))
    assert [frame for frame, _ in keys_of(own, "tongueOut")] == [1, 15]


@pytest.mark.skipif(not SLOTTED, reason="slots came with 4.4")
def test_a_slot_is_made_where_the_active_action_has_none(a2f, key) -> None:
    own = bpy.data.actions.new("Own")
    other = own.slots.new(id_type="OBJECT", name="Rig")
    anim = key.animation_data_create()
    anim.action = own
    write(a2f, key, speech(a2f), "ACTIVE")
    assert anim.action_slot.target_id_type == "KEY"
    assert list(own.slots) == [other, anim.action_slot]
    assert shown(key, JAW, 15) == [0.5]


# --- several strips, and in steps


def strip_keys(a2f: Modules, wanted: tuple, value: float, paths=(JAW, TONGUE)) -> object:
    """A strip's keys on each frame: ``value`` in the speech, 0 around it."""
    frames = a2f.ranges.frames_of(wanted).astype(np.float64)
    speaking = a2f.ranges.lies_in(frames, tuple(s for s in wanted if s.part == 2))
    keys = a2f.keys.every_frame(frames, np.where(speaking, value, 0.0))
    return a2f.actions.StripKeyframes(
        wanted, {a2f.channel_keys.FCurvePath(path): keys for path in paths}
    )


def three_strips(a2f: Modules) -> list:
    """Strips whose surroundings and speech overlap, of which one keys fewer shape keys."""
    return [
        strip_keys(a2f, speech(a2f, "a", 10, 30), 0.25),
        strip_keys(a2f, speech(a2f, "b", 32, 50), 0.5, (JAW,)),
        strip_keys(a2f, speech(a2f, "c", 45, 60), 0.75),
    ]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("has_own", [False, True])
def test_strips_together_give_what_they_give_one_by_one(a2f, key, output, has_own) -> None:
    if has_own:
        artists_curve(key, JAW, {1: 0.5, 20: 0.0, 48: 0.0, 90: 0.2})
    baked = write_all(a2f, key, three_strips(a2f), output)
    together = [action[3:6] for action in everything(key)[0]]
    assert sorted(set(baked.frames)) == sorted(baked.frames)
    a2f.clearing.clear(key)
    for one in three_strips(a2f):
        write_all(a2f, key, [one], output)
    assert [action[3:6] for action in everything(key)[0]] == together


def test_a_moved_strip_does_not_yield_to_where_another_was(a2f, key) -> None:
    """Both are baked again in one go: the first one's release is free once the other has left."""
    near = [
        strip_keys(a2f, speech(a2f, name, left, left + 10), 0.5)
        for name, left in (("a", 10), ("b", 22))
    ]
    write_all(a2f, key, near, "ACTION")
    apart = [near[0], strip_keys(a2f, speech(a2f, "b", 60, 70), 0.5)]
    write_all(a2f, key, apart, "ACTION")
    frames = [frame for frame, _ in keys_of(key.animation_data.action, "jawOpen")]
    assert frames == [7, *range(10, 28), 57, *range(60, 78)]


def write_all(a2f: Modules, datablock, bakes: list, output: str):
    with ExitStack() as undo:
        baked = a2f.actions.write_keys(datablock, "A2F Face", bakes, output, undo)
        undo.pop_all()
    a2f.actions.commit(baked, None)
    return baked


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("before", ["own", *OUTPUTS])
def test_giving_up_after_any_step_leaves_no_trace(a2f, key, output, before) -> None:
    artists_curve(key, JAW, {1: 0.1, 14: 0.9, 60: 0.2})
    if before in OUTPUTS:
        write_all(a2f, key, [strip_keys(a2f, speech(a2f), 0.5)], before)
    whole = everything(key)
    steps = 0
    while True:
        with ExitStack() as undo:
            writing = a2f.actions.write_task(key, "A2F Face", three_strips(a2f), output, undo)
            done = sum(1 for _, _ in zip(range(steps), writing, strict=False))
        assert everything(key) == whole
        if done < steps:
            break
        steps += 1
    assert steps > 2


# --- from one output to another


@pytest.mark.parametrize("first", OUTPUTS)
@pytest.mark.parametrize("second", OUTPUTS)
@pytest.mark.parametrize("has_own", [False, True])
def test_a_change_of_output_leaves_one_result(a2f, key, first, second, has_own) -> None:
    key.key_blocks["jawOpen"].value = 0.0
    if has_own:
        artists_curve(key, TONGUE, {1: 0.25, 15: 0.75, 40: 0.25})
    whole = everything(key)
    write(a2f, key, speech(a2f), first, value=0.25)
    assert shown(key, JAW, 15) == [0.25]
    write(a2f, key, speech(a2f), second, value=0.5)
    assert shown(key, JAW, 3, 15, 60) == [0, 0.5, 0]
    if has_own and second != "ACTION":
        assert shown(key, TONGUE, 15) == [0.75]
    assert a2f.clearing.baked_strips(key) == ("speech",)
    a2f.clearing.clear(key)
    if has_own:
        assert everything(key) == whole
    else:
        assert everything(key)[0] == []
        assert key.animation_data.action is None and not key.animation_data.nla_tracks
    assert shown(key, JAW, 15) == [0]


# --- clearing


@pytest.mark.parametrize("output", OUTPUTS)
def test_clearing_gives_back_values_actions_and_tracks(a2f, key, output) -> None:
    key.key_blocks["jawOpen"].value = 0.125
    own = artists_curve(key, TONGUE, {1: 0.25, 15: 0.75})
    whole = everything(key)
    write(a2f, key, speech(a2f), output)
    bpy.context.scene.frame_set(15)
    assert a2f.clearing.clear(key) == 19
    assert everything(key) == whole
    assert (key.animation_data.action, own.use_fake_user) == (own, False)
    assert key.key_blocks["jawOpen"].value == 0.125
    assert a2f.clearing.clear(key) == 0


def test_what_the_artist_keyed_in_our_action_stays(a2f, key) -> None:
    write(a2f, key, speech(a2f), "ACTION")
    artists_curve(key, TONGUE, {15: 0.5})
    artists_curve(key, JAW, {90: 0.75})
    a2f.clearing.clear(key)
    action = key.animation_data.action
    assert action.name == "A2F Face"
    assert keys_of(action, "tongueOut") == [(15.0, 0.5)]
    assert keys_of(action, "jawOpen") == [(90.0, 0.75)]


def test_clearing_one_face_leaves_another_with_the_same_action(a2f, key) -> None:
    write(a2f, key, speech(a2f), "ACTION")
    shared = key.animation_data.action
    other = make_face("Other", ("jawOpen",)).data.shape_keys
    other.animation_data_create().action = shared
    if SLOTTED:
        other.animation_data.action_slot = shared.slots[0]
    a2f.clearing.clear(key)
    assert key.animation_data.action is None
    assert other.animation_data.action == shared
    assert len(keys_of(shared, "jawOpen")) == 19


def test_nothing_baked_is_nothing_to_clear(a2f, key) -> None:
    assert a2f.clearing.clear(key) == 0
    artists_curve(key, JAW, {1: 0.1})
    whole = everything(key)
    assert a2f.clearing.clear(key) == 0
    assert everything(key) == whole


# --- failures


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("before", ["nothing", "own", "own strip", "ACTION", "NLA", "ACTIVE"])
def test_a_failure_after_writing_leaves_no_trace(a2f, key, output, before) -> None:
    if before != "nothing":
        artists_curve(key, JAW, {1: 0.1, 14: 0.9, 60: 0.2})
    if before == "own strip":
        anim = key.animation_data
        anim.nla_tracks.new().strips.new("Own", 1, anim.action)
    if before in OUTPUTS:
        write(a2f, key, speech(a2f), before)
    whole = everything(key)
    wanted = speech(a2f, "speech", 12, 30)
    frames = a2f.ranges.frames_of(wanted).astype(np.float64)
    keys = {
        a2f.channel_keys.FCurvePath(path): a2f.keys.every_frame(frames, np.ones(len(frames)))
        for path in (JAW, TONGUE)
    }
    with pytest.raises(KeyboardInterrupt), ExitStack() as undo:
        bakes = [a2f.actions.StripKeyframes(wanted, keys)]
        a2f.actions.write_keys(key, "A2F Face", bakes, output, undo)
        raise KeyboardInterrupt
    assert everything(key) == whole
