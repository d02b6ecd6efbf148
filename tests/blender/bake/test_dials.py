"""A dial writes the F-curves that it changes, and no others."""

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
    tone,
    write_wav,
)

pytestmark = [needs_sound, pytest.mark.usefixtures("loud_jaw")]

NAMES = ("jawOpen", "browInnerUp")


@pytest.fixture
def face(tmp_path: Path):
    """Baked from a sound strip."""
    samples = np.concatenate([np.zeros(8000), tone(0.5), np.zeros(8000), tone(0.5)])
    add_sound(write_wav(tmp_path / "hum.wav", samples, 16000))
    made = make_face("Anna", NAMES)
    bpy.ops.audio2face.bake()
    return made


def dials():
    return bpy.context.scene.audio2face.speakers["Anna"].dials


def action_of(face) -> bpy.types.Action:
    return face.data.shape_keys.animation_data.action


def curve_of(face, name: str) -> bpy.types.FCurve:
    return next(curve for curve in fcurves(action_of(face)) if f'"{name}"' in curve.data_path)


def report() -> str:
    return bpy.context.scene.audio2face.speakers["Anna"].report


def bend(face, name: str) -> None:
    """Moves a handle by hand, which frames and values do not show."""
    point = curve_of(face, name).keyframe_points[0]
    point.handle_right_type = "FREE"
    point.handle_right.y = 5.0


def is_bent(face, name: str) -> bool:
    return curve_of(face, name).keyframe_points[0].handle_right.y == 5.0


def deselect(face, name: str) -> None:
    curve_of(face, name).keyframe_points[0].select_control_point = False


def is_rewritten(face, name: str) -> bool:
    """New keys are selected; selecting is no edit."""
    return curve_of(face, name).keyframe_points[0].select_control_point


def test_dial_writes_only_curves_that_change(face) -> None:
    jaw = max(value for _, value in keys_of(action_of(face), "jawOpen"))
    deselect(face, "browInnerUp")
    dials().jaw = 0.25
    assert max(value for _, value in keys_of(action_of(face), "jawOpen")) < 0.7 * jaw
    assert not is_rewritten(face, "browInnerUp")
    dials().upper_face = 0.5
    assert is_rewritten(face, "browInnerUp")
    assert max(value for _, value in keys_of(action_of(face), "browInnerUp")) == pytest.approx(0.25)


def test_moved_handle_is_a_hand_edit(face) -> None:
    before = keys_of(action_of(face), "jawOpen")
    bend(face, "browInnerUp")
    dials().jaw = 0.25
    assert "changed by hand" in report()
    assert is_bent(face, "browInnerUp")
    assert keys_of(action_of(face), "jawOpen") == before


@pytest.mark.parametrize("change", ["slope", "type", "value", "interpolation"])
def test_hand_edit_of_any_kind_stops_the_dials(face, change: str) -> None:
    point = curve_of(face, "jawOpen").keyframe_points[2]
    if change == "slope":
        point.handle_left.y += 0.05
        point.handle_right.y -= 0.05
    elif change == "type":
        point.handle_left_type = point.handle_right_type = "AUTO"
    elif change == "value":
        point.co.y += 0.1
    else:
        point.interpolation = "CONSTANT"
    dials().upper_face = 0.5
    assert "changed by hand" in report()


def test_updates_of_a_curve_are_no_hand_edit(face) -> None:
    """Blender rounds aligned handles whenever a curve is updated."""
    for _ in range(20):
        for curve in fcurves(action_of(face)):
            curve.update()
    dials().upper_face = 0.5
    assert "changed by hand" not in report()


@pytest.mark.parametrize("again", ["update", "bake"])
def test_update_and_bake_replace_hand_edits(face, again: str) -> None:
    dials().jaw = 0.5
    bend(face, "browInnerUp")
    getattr(bpy.ops.audio2face, again)()
    assert not is_bent(face, "browInnerUp")
    dials().jaw = 0.75
    assert "changed by hand" not in report()


def test_deleted_curve_is_a_hand_edit(face) -> None:
    action = action_of(face)
    slotted = bpy.app.version >= (4, 4, 0)
    holder = action.layers[0].strips[0].channelbags[0] if slotted else action
    holder.fcurves.remove(curve_of(face, "browInnerUp"))
    dials().jaw = 0.5
    assert "changed by hand" in bpy.context.scene.audio2face.speakers["Anna"].report
    bpy.ops.audio2face.update()
    assert len(keys_of(action_of(face), "browInnerUp"))


def test_artists_keys_beside_the_bake_stay(face) -> None:
    curve_of(face, "browInnerUp").keyframe_points.insert(500, 0.9)
    for value in (0.5, 0.25):
        dials().jaw = value
        assert keys_of(action_of(face), "browInnerUp")[-1] == pytest.approx((500.0, 0.9))
    dials().upper_face = 0.5
    values = [value for _, value in keys_of(action_of(face), "browInnerUp")]
    assert values[-1] == pytest.approx(0.9)
    assert max(values[:-1]) == pytest.approx(0.25)


def test_dials_turned_back_give_the_first_keys(face) -> None:
    before = {name: keys_of(action_of(face), name) for name in NAMES}
    dials().overall = 0.5
    dials().jaw = 0.5
    dials().jaw = 1.0
    dials().overall = 1.0
    assert {name: keys_of(action_of(face), name) for name in NAMES} == before


@pytest.mark.parametrize("text", ["", "[]", "{", 7, '{"a": 7}', "[[1, 2]]", '[["a", 0, ["b"]]]'])
def test_damaged_handle_sums_are_ignored(face, text: object) -> None:
    action_of(face)["audio2face_handles"] = text
    dials().overall = 0.0
    assert max(value for _, value in keys_of(action_of(face), "jawOpen")) == 0.0


def test_clearing_leaves_no_digests(face) -> None:
    curve_of(face, "browInnerUp").keyframe_points.insert(500, 0.9)
    dials().jaw = 0.5
    assert "audio2face_handles" in action_of(face)
    bpy.ops.audio2face.clear()
    assert not [name for name in action_of(face).keys() if name.startswith("audio2face")]  # noqa: SIM118
