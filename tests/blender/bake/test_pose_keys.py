"""Pose Keys and Stepped as Blender has them: what it evaluates, and what follows a change."""

import importlib
from types import ModuleType

import numpy as np
import pytest

from tests.support.scenes import action_of, fcurves, keys_of, make_face, played, speaker

SHAPES = ("jawOpen", "mouthClose", "mouthPucker", "mouthSmileLeft", "browInnerUp")


@pytest.fixture
def api(extension: str) -> ModuleType:
    return importlib.import_module(extension).api


@pytest.fixture
def anna(api):
    """A face that spoke for four seconds at 24 frames a second, a closure every half second."""
    face = make_face("Anna", SHAPES)
    seconds = np.arange(400) / 100
    jaw = 0.35 - 0.35 * np.cos(2 * np.pi * 2 * seconds)
    close = np.where((seconds % 0.5 > 0.44) | (seconds % 0.5 < 0.04), jaw, 0.0)
    pucker = 0.4 + 0.4 * np.sin(2 * np.pi * 1.3 * seconds)
    smile = 0.3 + 0.3 * np.sin(2 * np.pi * 0.7 * seconds)
    brow = 0.2 + 0.2 * np.sin(2 * np.pi * 0.3 * seconds)
    values = np.stack([jaw, close, pucker, smile, brow], axis=1).astype(np.float32)
    api.bake(api.Curves(SHAPES, 100.0, values), [face], dials=api.Dials(blinks=False))
    return face


def curve(face, shape: str):
    (found,) = (c for c in fcurves(action_of(face)) if f'"{shape}"' in c.data_path)
    return found


def evaluated(face) -> np.ndarray:
    """What Blender shows at each quarter of a frame, [shapes, T]."""
    times = np.arange(1, 108, 0.25)
    return np.array([[curve(face, shape).evaluate(t) for t in times] for shape in SHAPES])


def key_again(face, **settings: object) -> None:
    for name, value in settings.items():
        setattr(speaker("Anna"), name, value)


def test_new_speaker_gets_poses_on_shared_frames_with_types_and_easing(anna) -> None:
    assert speaker("Anna").reduction == "POSES"
    points = {shape: curve(anna, shape).keyframe_points for shape in SHAPES}
    frames = [point.co.x for point in points["jawOpen"]]
    assert len(frames) < 12 * 4.4
    for shape in SHAPES[:4]:
        assert [point.co.x for point in points[shape]] == frames
        assert {point.interpolation for point in points[shape]} == {"BEZIER"}
        assert {point.handle_left_type for point in points[shape]} == {"ALIGNED"}
        kinds = [point.type for point in points[shape]]
        assert set(kinds) == {"EXTREME", "BREAKDOWN"}
        assert kinds == [point.type for point in points["jawOpen"]]
    assert len(points["browInnerUp"]) < len(frames)


def test_blender_shows_poses_within_their_tolerance_of_every_frame(anna) -> None:
    poses = evaluated(anna)
    key_again(anna, reduction="EVERY_FRAME")
    every = evaluated(anna)
    assert np.abs(poses[:, ::4] - every[:, ::4]).max() <= 0.051
    assert np.abs(poses - every).max() <= 0.1
    opening = every[0, ::4] - every[1, ::4]
    shut = opening < 0.02
    assert shut.sum() > 16
    assert (poses[0, ::4] - poses[1, ::4])[shut].max() < 0.04


def test_blender_holds_stepped_poses(anna) -> None:
    key_again(anna, reduction="STEPPED", hold=3)
    points = curve(anna, "jawOpen").keyframe_points
    assert {point.interpolation for point in points} == {"CONSTANT"}
    assert {(point.co.x - 1) % 3 for point in points[1:]} == {0.0}
    jaw = played(anna, "jawOpen", range(1, 95))
    changes = np.flatnonzero(np.diff(jaw)) + 2
    assert len(changes) > 20
    assert ((changes - 1) % 3 == 0).all()
    key_again(anna, hold=2)
    changes = np.flatnonzero(np.diff(played(anna, "jawOpen", range(1, 95)))) + 2
    assert ((changes - 1) % 2 == 0).all()


@pytest.mark.parametrize("reduction", ["POSES", "STEPPED"])
def test_dials_follow_and_hand_edits_stop_them(anna, reduction: str) -> None:
    key_again(anna, reduction=reduction)
    highest = max(value for _, value in keys_of(action_of(anna), "jawOpen"))
    speaker("Anna").dials.jaw = 0.5
    lower = max(value for _, value in keys_of(action_of(anna), "jawOpen"))
    assert lower == pytest.approx(highest / 2, rel=0.02)
    curve(anna, "jawOpen").keyframe_points[5].co.y += 0.1
    before = keys_of(action_of(anna), "jawOpen")
    speaker("Anna").dials.jaw = 1.0
    assert "changed by hand" in speaker("Anna").report
    assert keys_of(action_of(anna), "jawOpen") == before


def test_kind_of_key_that_is_changed_and_changed_back_leaves_no_trace(anna) -> None:
    def state() -> list:
        return [
            [
                (*point.co, point.type, point.interpolation)
                for point in curve(anna, s).keyframe_points
            ]
            for s in SHAPES
        ]

    before = state()
    key_again(anna, reduction="STEPPED")
    key_again(anna, reduction="REDUCED")
    assert {kind for _, _, kind, _ in state()[0]} == {"KEYFRAME"}
    key_again(anna, reduction="POSES")
    assert state() == before


def test_neighbour_that_overlaps_cuts_held_poses_without_easing(anna, api) -> None:
    key_again(anna, reduction="STEPPED")
    jaw = np.full((50, 1), 0.6, np.float32)
    api.bake(api.Curves(("jawOpen",), 100.0, jaw), [anna], name="second", frame_start=40)
    points = curve(anna, "jawOpen").keyframe_points
    assert {point.interpolation for point in points} == {"CONSTANT"}
    assert played(anna, "jawOpen", [43]) == pytest.approx([0.6], abs=1e-3)


def test_unknown_kind_of_keys_is_refused(anna, api) -> None:
    curves = api.Curves(("jawOpen",), 100.0, np.ones((50, 1), np.float32))
    with pytest.raises(TypeError, match="FEWER"):
        api.bake(curves, [anna], keys="FEWER")
    api.bake(curves, [anna], keys="STEPPED", hold=4)
    assert (speaker("Anna").reduction, speaker("Anna").hold) == ("STEPPED", 4)
