"""Keys on an Action of our own: assigned so that they move the face, beside the artist's, undone
without a trace. Needs no sound, so it runs in every bpy."""

import importlib
from contextlib import ExitStack

import bpy
import numpy as np
import pytest

from tests.blender.scenes import fcurves, keys_of, make_face

JAW = 'key_blocks["jawOpen"].value'
SLOTTED = bpy.app.version >= (4, 4, 0)


@pytest.fixture
def actions(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.animation.write")


@pytest.fixture
def segment(extension: str):
    return importlib.import_module(
        f"{extension}.blender_audio2face.core.keys.frame_ranges"
    ).FrameRange


@pytest.fixture
def key():
    return make_face("Face", ("jawOpen", "tongueOut")).data.shape_keys


def write_every_frame(actions, key, new, values: dict[str, np.ndarray], undo: ExitStack):
    """Keys shape keys, by their data paths, on each frame of a segment."""
    rooms = actions.__name__.rpartition(".animation")[0]
    channel_path = importlib.import_module(f"{rooms}.core.keys.keyframes").FCurvePath
    every_frame = importlib.import_module(f"{rooms}.core.keys.keyframes").every_frame
    frames = np.arange(new.start, new.end)
    keys = {channel_path(path): every_frame(frames, column) for path, column in values.items()}
    bakes = [actions.StripKeyframes((new,), keys)]
    return actions.write_keys(key, "A2F Face", bakes, actions.ACTION, undo)


def write(actions, key, new, value: float) -> object:
    """Keys jawOpen at one value for the whole segment; the PendingAction."""
    column = np.full(new.end - new.start, value, np.float32)
    with ExitStack() as undo:
        baked = write_every_frame(actions, key, new, {JAW: column}, undo)
        undo.pop_all()
    actions.commit(baked, None)
    return baked


def artists_action(key) -> bpy.types.Action:
    """An Action as an artist makes one: tongueOut keyed in the interface."""
    block = key.key_blocks["tongueOut"]
    block.value = 0.7
    block.keyframe_insert("value", frame=5)
    return key.animation_data.action


def state(key) -> tuple:
    """Everything a failed bake may not change."""
    anim = key.animation_data
    return (
        sorted((a.name, a.use_fake_user, a.users, len(fcurves(a))) for a in bpy.data.actions),
        anim and (anim.action and anim.action.name, len(anim.nla_tracks)),
        anim and SLOTTED and (anim.action_slot, anim.last_slot_identifier),
        [(block.name, block.value) for block in key.key_blocks],
    )


def test_keys_move_the_shape_key(actions, segment, key) -> None:
    write(actions, key, segment("speech", 10, 20), 0.5)
    action = key.animation_data.action
    assert action.name == "A2F Face"
    assert keys_of(action, "jawOpen") == [(float(frame), 0.5) for frame in range(10, 20)]
    curve = fcurves(action)[0]
    assert {point.interpolation for point in curve.keyframe_points} == {"LINEAR"}
    bpy.context.scene.frame_set(15)
    assert key.key_blocks["jawOpen"].value == 0.5
    assert curve.is_valid


def test_new_keys_are_as_is_relied_on(actions, key) -> None:
    """What a new key has already is not written to it."""
    table = importlib.import_module(actions.__name__.replace("write", "keyframe_table"))
    key.key_blocks["jawOpen"].keyframe_insert("value", frame=5)
    (curve,) = fcurves(key.animation_data.action)
    curve.keyframe_points.clear()
    curve.keyframe_points.add(2)
    for name, column in table.columns_of(curve, table.ATTRIBUTES).items():
        assert (column == table.ATTRIBUTES[name].as_made).all(), name


@pytest.mark.skipif(not SLOTTED, reason="slots came with 4.4")
def test_slot_is_assigned(actions, segment, key) -> None:
    write(actions, key, segment("speech", 1, 3), 0.5)
    anim = key.animation_data
    assert anim.action_slot.target_id_type == "KEY"
    assert list(anim.action.slots) == [anim.action_slot]


@pytest.mark.skipif(SLOTTED, reason="slots took the place of id_root")
def test_legacy_action_is_for_shape_keys(actions, segment, key) -> None:
    write(actions, key, segment("speech", 1, 3), 0.5)
    assert key.animation_data.action.id_root == "KEY"


def test_names_with_quotes_are_keyed(actions, segment) -> None:
    key = make_face("Face", ('jaw"Open\\',)).data.shape_keys
    path = key.key_blocks[1].path_from_id("value")
    with ExitStack() as undo:
        values = {path: np.full(2, 0.25, np.float32)}
        write_every_frame(actions, key, segment("speech", 1, 3), values, undo)
        undo.pop_all()
    bpy.context.scene.frame_set(2)
    assert key.key_blocks[1].value == 0.25


def test_the_artists_action_is_set_aside_whole(actions, segment, key) -> None:
    old = artists_action(key)
    baked = write(actions, key, segment("speech", 10, 20), 0.5)
    assert key.animation_data.action != old
    assert old.use_fake_user
    assert keys_of(old, "tongueOut") == [(5.0, pytest.approx(0.7))]
    assert (baked.previous, baked.previous_curves, baked.previous_was_ours) == (old, 1, False)


def test_a_second_strip_joins_the_first(actions, segment, key) -> None:
    write(actions, key, segment("a", 1, 11), 0.25)
    write(actions, key, segment("b", 21, 31), 0.75)
    assert [a.name for a in bpy.data.actions] == ["A2F Face"]
    expected = [(float(f), 0.25) for f in range(1, 11)] + [(float(f), 0.75) for f in range(21, 31)]
    assert keys_of(key.animation_data.action, "jawOpen") == expected
    for frame, value in ((5, 0.25), (25, 0.75)):
        bpy.context.scene.frame_set(frame)
        assert key.key_blocks["jawOpen"].value == value


def test_baking_again_replaces_what_the_strip_baked_before(actions, segment, key) -> None:
    write(actions, key, segment("a", 1, 11), 0.25)
    write(actions, key, segment("b", 21, 31), 0.75)
    write(actions, key, segment("a", 41, 44), 0.5)
    frames = [frame for frame, _ in keys_of(key.animation_data.action, "jawOpen")]
    assert frames == [*range(21, 31), 41, 42, 43]


def test_what_the_artist_did_to_other_keys_of_our_action_stays(actions, segment, key) -> None:
    write(actions, key, segment("a", 1, 4), 0.25)
    curve = fcurves(key.animation_data.action)[0]
    point = curve.keyframe_points.insert(50, 0.9)
    point.interpolation, point.easing, point.type = "ELASTIC", "EASE_IN", "EXTREME"
    point.handle_left_type = point.handle_right_type = "FREE"
    point.handle_left, point.handle_right = (48.0, 0.8), (53.0, 0.6)
    point.amplitude, point.period, point.back = 0.5, 3.0, 2.0
    write(actions, key, segment("a", 2, 6), 0.5)
    kept = fcurves(key.animation_data.action)[0].keyframe_points[-1]
    assert tuple(kept.co) == (50.0, pytest.approx(0.9))
    assert (kept.interpolation, kept.easing, kept.type) == ("ELASTIC", "EASE_IN", "EXTREME")
    assert (kept.handle_left_type, kept.handle_right_type) == ("FREE", "FREE")
    assert tuple(kept.handle_left) == pytest.approx((48.0, 0.8))
    assert tuple(kept.handle_right) == pytest.approx((53.0, 0.6))
    assert (kept.amplitude, kept.period, kept.back) == (0.5, 3.0, 2.0)


def test_an_action_shared_with_another_face_is_not_changed(actions, segment, key) -> None:
    write(actions, key, segment("a", 1, 4), 0.25)
    shared = key.animation_data.action
    other = make_face("Other", ("jawOpen",)).data.shape_keys
    other.animation_data_create().action = shared
    if SLOTTED:
        other.animation_data.action_slot = shared.slots[0]
    write(actions, key, segment("a", 1, 4), 0.75)
    assert other.animation_data.action == shared != key.animation_data.action
    assert keys_of(shared, "jawOpen")[0] == (1.0, 0.25)


def test_our_action_kept_by_a_fake_user_is_changed_in_place(actions, segment, key) -> None:
    write(actions, key, segment("a", 1, 4), 0.25)
    key.animation_data.action.use_fake_user = True
    write(actions, key, segment("a", 1, 4), 0.75)
    assert [(a.name, a.use_fake_user) for a in bpy.data.actions] == [("A2F Face", True)]


@pytest.mark.parametrize("before", ["nothing", "no action", "the artist's", "ours", "no slot"])
def test_a_failure_leaves_no_trace(actions, segment, key, before: str) -> None:
    if before == "no action":
        key.animation_data_create()
    if before in ("the artist's", "no slot"):
        artists_action(key)
    if before == "no slot" and SLOTTED:
        key.animation_data.action_slot = None
    if before == "ours":
        write(actions, key, segment("a", 1, 4), 0.25)
    whole = state(key)
    record = [action.get("audio2face") for action in bpy.data.actions]
    values = {JAW: np.full(3, 0.5, np.float32), 'key_blocks["tongueOut"].value': np.zeros(2)}
    with pytest.raises(ValueError), ExitStack() as undo:
        write_every_frame(actions, key, segment("a", 2, 5), values, undo)
    assert state(key) == whole
    assert [action.get("audio2face") for action in bpy.data.actions] == record


def test_a_feature_length_bake_is_written_whole(actions, segment, key) -> None:
    """Two strips of 20,000 frames each, one after the other."""
    count = 20_000
    shown = {
        JAW: np.linspace(0, 1, 2 * count, dtype=np.float32),
        'key_blocks["tongueOut"].value': np.linspace(1, 0, 2 * count, dtype=np.float32),
    }
    for strip, start in (("a", 0), ("b", count)):
        part = {path: column[start : start + count] for path, column in shown.items()}
        with ExitStack() as undo:
            baked = write_every_frame(
                actions, key, segment(strip, start, start + count), part, undo
            )
            undo.pop_all()
        actions.commit(baked, None)
    for curve in fcurves(key.animation_data.action):
        co = np.empty(4 * count, np.float32)
        curve.keyframe_points.foreach_get("co", co)
        expected = np.stack([np.arange(2 * count), shown[curve.data_path]], axis=1)
        assert np.array_equal(co.reshape(-1, 2), expected.astype(np.float32))
        assert {point.interpolation for point in curve.keyframe_points} == {"LINEAR"}
