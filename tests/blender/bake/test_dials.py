"""A dial writes the F-curves that it changes, and no others, and leaves hand edits alone."""

from pathlib import Path

import bpy
import pytest

from tests.support.scenes import (
    action_of,
    fcurves,
    highest_key,
    keys_of,
    needs_sound,
    speaker,
)

pytestmark = needs_sound

NAMES = ("jawOpen", "browInnerUp")


def keys(face) -> dict[str, list[tuple[float, float]]]:
    return {name: keys_of(action_of(face), name) for name in NAMES}


def points(face, name: str):
    """The keys of a shape key's F-curve."""
    path = f'key_blocks["{name}"].value'
    (curve,) = (curve for curve in fcurves(action_of(face)) if curve.data_path == path)
    return curve.keyframe_points


def bend(face) -> None:
    """Moves a handle of the brows by hand, which frames and values do not show."""
    point = points(face, "browInnerUp")[0]
    point.handle_right_type = "FREE"
    point.handle_right.y = 5.0


def is_bent(face) -> bool:
    return points(face, "browInnerUp")[0].handle_right.y == 5.0


def is_stopped() -> bool:
    return "changed by hand" in speaker("Anna").report


def test_dial_writes_only_curves_that_change(anna, dials, tmp_path: Path) -> None:
    speaker("Anna").reduction = "REDUCED"  # poses share their frames
    jaw = highest_key(anna)
    first_brow = points(anna, "browInnerUp")[0]
    first_brow.select_control_point = False  # no edit; new keys are selected
    (tmp_path / "hum.wav").unlink()  # its curves are kept
    dials.jaw = 0.25
    assert highest_key(anna) < 0.7 * jaw
    assert not points(anna, "browInnerUp")[0].select_control_point
    dials.upper_face = 0.5
    assert points(anna, "browInnerUp")[0].select_control_point
    assert highest_key(anna, "browInnerUp") == pytest.approx(0.25)


def test_dials_turned_back_give_the_first_keys(anna, dials) -> None:
    before = keys(anna)
    for name, value in (("overall", 0.5), ("jaw", 0.5), ("jaw", 1.0), ("overall", 1.0)):
        setattr(dials, name, value)
    assert keys(anna) == before


def test_dials_wait_for_update_when_not_live(anna, dials) -> None:
    before = keys(anna)
    bpy.context.scene.audio2face.live = False
    dials.overall = 0.0
    assert keys(anna) == before
    bpy.ops.audio2face.update()
    assert highest_key(anna) == 0.0


def change_slope(point) -> None:
    point.handle_left.y += 0.05
    point.handle_right.y -= 0.05


def change_type(point) -> None:
    point.handle_left_type = point.handle_right_type = "AUTO"


def change_value(point) -> None:
    point.co.y += 0.1


def change_interpolation(point) -> None:
    point.interpolation = "CONSTANT"


@pytest.mark.parametrize("edit", [change_slope, change_type, change_value, change_interpolation])
def test_hand_edit_of_any_kind_stops_the_dials(anna, dials, edit) -> None:
    edit(points(anna, "browInnerUp")[2])
    before = keys(anna)
    dials.jaw = 0.5
    assert is_stopped()
    assert keys(anna) == before


def test_deleted_curve_is_a_hand_edit(anna, dials) -> None:
    action = action_of(anna)
    slotted = bpy.app.version >= (4, 4, 0)
    holder = action.layers[0].strips[0].channelbags[0] if slotted else action
    (curve,) = (curve for curve in fcurves(action) if "browInnerUp" in curve.data_path)
    holder.fcurves.remove(curve)
    dials.jaw = 0.5
    assert is_stopped()
    bpy.ops.audio2face.update()
    assert keys(anna)["browInnerUp"]


def test_updates_of_a_curve_are_no_hand_edit(anna, dials) -> None:
    """Blender rounds aligned handles whenever a curve is updated."""
    for _ in range(20):
        for curve in fcurves(action_of(anna)):
            curve.update()
    dials.upper_face = 0.5
    assert not is_stopped()


@pytest.mark.parametrize("again", ["update", "bake"])
def test_update_and_bake_replace_hand_edits(anna, dials, again: str) -> None:
    dials.jaw = 0.5
    bend(anna)
    dials.jaw = 0.25
    assert is_stopped()
    assert is_bent(anna)
    getattr(bpy.ops.audio2face, again)()
    assert not is_bent(anna)
    dials.jaw = 0.75
    assert not is_stopped()


def test_artists_keys_beside_the_bake_stay(anna, dials) -> None:
    points(anna, "browInnerUp").insert(500, 0.9)
    for value in (0.5, 0.25):
        dials.jaw = value
        assert keys(anna)["browInnerUp"][-1] == pytest.approx((500.0, 0.9))
    dials.upper_face = 0.5
    values = [value for _, value in keys(anna)["browInnerUp"]]
    assert values[-1] == pytest.approx(0.9)
    assert max(values[:-1]) == pytest.approx(0.25)


@pytest.mark.parametrize("text", ["", "[]", "{", 7, '{"a": 7}', "[[1, 2]]", '[["a", 0, ["b"]]]'])
def test_damaged_key_digests_are_ignored(anna, dials, text: object) -> None:
    action_of(anna)["audio2face_noted"] = text
    dials.overall = 0.0
    assert highest_key(anna) == 0.0


def test_clearing_leaves_no_digests(anna, dials) -> None:
    points(anna, "browInnerUp").insert(500, 0.9)
    dials.jaw = 0.5
    assert "audio2face_noted" in action_of(anna)
    bpy.ops.audio2face.clear()
    assert not [name for name in action_of(anna).keys() if name.startswith("audio2face")]  # noqa: SIM118
