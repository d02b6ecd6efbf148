"""Clearing what was baked, and changing from one output to another."""

import bpy
import pytest

from tests.support.animation import (
    JAW,
    OUTPUTS,
    SLOTTED,
    TONGUE,
    artists_curve,
    everything,
    values_at,
)
from tests.support.scenes import keys_of, make_face


@pytest.mark.parametrize("first", OUTPUTS)
@pytest.mark.parametrize("second", OUTPUTS)
@pytest.mark.parametrize("has_own", [False, True])
def test_change_of_output_leaves_one_result(a2f, key, first, second, has_own) -> None:
    key.key_blocks["jawOpen"].value = 0.0
    if has_own:
        artists_curve(key, TONGUE, {1: 0.25, 15: 0.75, 40: 0.25})
    bpy.context.scene.frame_set(15)
    whole = everything(key)
    a2f.write(key, a2f.speech(), first, value=0.25)
    assert values_at(key, JAW, 15) == [0.25]
    a2f.write(key, a2f.speech(), second, value=0.5)
    assert values_at(key, JAW, 3, 15, 60) == [0, 0.5, 0]
    if has_own and second != "ACTION":
        assert values_at(key, TONGUE, 15) == [0.75]
    assert a2f.baked_strips(key) == ["speech"]
    a2f.clear(key)
    assert values_at(key, JAW, 15) == [0]
    if has_own:
        assert everything(key) == whole
    else:
        assert everything(key)[0] == []
        assert key.animation_data.action is None and not key.animation_data.nla_tracks


@pytest.mark.parametrize("output", OUTPUTS)
def test_clearing_restores_values_actions_and_tracks(a2f, key, output) -> None:
    key.key_blocks["jawOpen"].value = 0.125
    own = artists_curve(key, TONGUE, {1: 0.25, 15: 0.75})
    bpy.context.scene.frame_set(15)
    whole = everything(key)
    a2f.write(key, a2f.speech(), output)
    bpy.context.scene.frame_set(15)
    assert a2f.clear(key) == 19
    bpy.context.scene.frame_set(15)
    assert everything(key) == whole
    assert (key.animation_data.action, own.use_fake_user) == (own, False)
    assert key.key_blocks["jawOpen"].value == 0.125
    assert a2f.clear(key) == 0


def test_clearing_restores_the_keys_that_bakes_covered(a2f, key) -> None:
    artists_curve(key, JAW, {1: 0.1, 9: 0.7, 14: 0.9, 60: 0.2})
    artists_curve(key, TONGUE, {15: 0.6, 90: 0.2})
    bpy.context.scene.frame_set(1)
    whole = everything(key)
    a2f.write(key, a2f.speech(), "ACTIVE", paths=(JAW, TONGUE))
    a2f.write(key, a2f.speech("b", 15, 70), "ACTIVE", value=0.7)
    a2f.write(key, a2f.speech("speech", 12, 22), "ACTIVE", value=0.2)
    assert a2f.baked_strips(key) == ["b", "speech"]
    assert a2f.clear(key) > 0
    bpy.context.scene.frame_set(1)
    assert everything(key) == whole


def test_clearing_a_strip_keeps_the_others(a2f, key) -> None:
    own = artists_curve(key, JAW, {1: 0.1, 14: 0.9})
    a2f.write(key, a2f.speech(), "ACTIVE")
    a2f.write(key, a2f.speech("b", 50, 60), "ACTIVE")
    assert a2f.clear(key, {"speech"}) == 19
    assert [frame for frame, _ in keys_of(own, "jawOpen")] == [1, 14, 47, *range(50, 68)]
    assert a2f.baked_strips(key) == ["b"]


def test_clearing_keeps_the_artists_keys_in_our_action(a2f, key) -> None:
    a2f.write(key, a2f.speech())
    artists_curve(key, TONGUE, {15: 0.5})
    artists_curve(key, JAW, {90: 0.75})
    a2f.clear(key)
    action = key.animation_data.action
    assert action.name == "A2F Face"
    assert keys_of(action, "tongueOut") == [(15.0, 0.5)]
    assert keys_of(action, "jawOpen") == [(90.0, 0.75)]


def test_clearing_keeps_an_action_that_another_face_uses(a2f, key) -> None:
    a2f.write(key, a2f.speech())
    shared = key.animation_data.action
    other = make_face("Other", ("jawOpen",)).data.shape_keys
    other.animation_data_create().action = shared
    if SLOTTED:
        other.animation_data.action_slot = shared.slots[0]
    a2f.clear(key)
    assert key.animation_data.action is None
    assert other.animation_data.action == shared
    assert len(keys_of(shared, "jawOpen")) == 19


def test_clearing_without_a_bake_changes_nothing(a2f, key) -> None:
    assert a2f.clear(key) == 0
    artists_curve(key, JAW, {1: 0.1})
    whole = everything(key)
    assert a2f.clear(key) == 0
    assert everything(key) == whole
