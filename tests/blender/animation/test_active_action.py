"""Baked into the artist's active Action: outside of the bake his curves stay, and what he keyed in
its frames gives way until the bake is cleared."""

import bpy
import numpy as np
import pytest

from tests.support.animation import JAW, TONGUE, artists_curve, everything, points_of
from tests.support.scenes import fcurves

BAKED = range(97, 137)
"""Frames of a strip from 100 to 130: rest 3 frames before, 8 frames of release."""

FRAMES = [*np.arange(-50, BAKED[0], 0.5), *np.arange(BAKED[-1], 300, 0.5)]

INSIDE = {105: 0.9, 120: 0.1}
KEYS = {
    "around": {1: 0.1, 60: 0.8, 90: 0.3, 150: 0.9, 170: 0.2, 220: 0.5},
    "around and inside": {1: 0.1, 60: 0.8, 90: 0.3, **INSIDE, 150: 0.9, 170: 0.2, 220: 0.5},
    "one segment": {20: 0.7, 260: 0.1},
    "before": {1: 0.2, 50: 0.9, 80: 0.4},
    "after": {150: 0.2, 180: 0.9, 200: 0.4},
    "inside": INSIDE,
    "at the edges": {1: 0.2, 97: 0.4, 136: 0.6, 200: 0.1},
    "beside the edges": {1: 0.2, 96: 0.4, 137: 0.6, 200: 0.1},
    "one before": {40: 0.5},
    "one after": {140: 0.5},
}


def jaw_of(key) -> bpy.types.FCurve:
    action = key.animation_data.action
    return next(curve for curve in fcurves(action) if curve.data_path == JAW)


def shape(curve, kind: str) -> None:
    """Gives all keys of a curve a kind of handles or interpolation."""
    for number, point in enumerate(curve.keyframe_points):
        if kind in ("CONSTANT", "LINEAR", "BEZIER"):
            point.interpolation = kind
        elif kind == "MIXED":
            point.interpolation = ("CONSTANT", "LINEAR", "BEZIER")[number % 3]
        else:
            point.handle_left_type = point.handle_right_type = kind
            if kind in ("FREE", "ALIGNED"):
                point.handle_left = point.co[0] - 7, point.co[1] - 0.2
                point.handle_right = point.co[0] + 31, point.co[1] + 0.3
    curve.update()


SHAPES = ["AUTO", "AUTO_CLAMPED", "VECTOR", "FREE", "ALIGNED", "CONSTANT", "LINEAR", "MIXED"]


@pytest.mark.parametrize("extrapolation", ["CONSTANT", "LINEAR"])
@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("keys", KEYS)
def test_curve_outside_of_the_bake_stays(a2f, key, keys: str, kind: str, extrapolation) -> None:
    artists_curve(key, JAW, KEYS[keys])
    jaw = jaw_of(key)
    jaw.extrapolation = extrapolation
    jaw.auto_smoothing = "CONT_ACCEL"
    shape(jaw, kind)
    bpy.context.scene.frame_set(50)
    whole, points = everything(key), points_of(jaw)
    before = [jaw.evaluate(frame) for frame in FRAMES]
    speech = a2f.speech("speech", 100, 129)
    assert (speech[0].start, speech[-1].end - 1) == (BAKED[0], BAKED[-1])
    for value in (0.5, 0.7, 0.7):
        a2f.write(key, speech, "ACTIVE", value=value)
        if kind != "ALIGNED":  # those Blender rounds
            jaw.update()  # as any edit does
        assert [jaw.evaluate(frame) for frame in FRAMES] == pytest.approx(before, abs=3e-6)
        assert jaw.evaluate(110) == pytest.approx(value)
        kept = [frame for frame in KEYS[keys] if not BAKED[0] <= frame <= BAKED[-1]]
        assert [point[0] for point in points_of(jaw) if point[0] not in BAKED] == kept
        beside = {*kept[: sum(frame < 97 for frame in kept)][-1:], *[f for f in kept if f > 97][:1]}
        for now, then in zip(
            [point for point in points_of(jaw) if point[0] in kept],
            [point for point in points if point[0] in kept],
            strict=True,
        ):
            if now[0] not in beside:  # the others may lose the automatism of their handles
                assert now[:6] == then[:6]
    a2f.clear(key)
    bpy.context.scene.frame_set(50)
    assert everything(key) == whole


@pytest.mark.parametrize("kind", SHAPES)
def test_two_lines_between_the_artists_keys(a2f, key, kind: str) -> None:
    artists_curve(key, JAW, {1: 0.1, 60: 0.8, 90: 0.3, 145: 0.2, 200: 0.9, 290: 0.2})
    jaw = jaw_of(key)
    shape(jaw, kind)
    bpy.context.scene.frame_set(50)
    whole = everything(key)
    frames = [f for f in np.arange(-50, 300, 0.5) if not 97 <= f <= 136 and not 157 <= f <= 186]
    before = [jaw.evaluate(frame) for frame in frames]
    first, second = a2f.speech("a", 100, 129), a2f.speech("b", 160, 179)
    for bake in (first, second, first):
        a2f.write(key, bake, "ACTIVE")
    assert [jaw.evaluate(frame) for frame in frames] == pytest.approx(before, abs=3e-6)
    a2f.clear(key, {"b"})
    more = [*frames, *np.arange(157, 187, 0.5)]
    whole_jaw = [*before, *(jaw.evaluate(frame) for frame in more[len(frames) :])]
    assert [jaw.evaluate(frame) for frame in more] == pytest.approx(whole_jaw, abs=3e-6)
    a2f.clear(key)
    bpy.context.scene.frame_set(50)
    assert everything(key) == whole


def test_keys_that_the_artist_changed_since_stay_changed(a2f, key) -> None:
    artists_curve(key, JAW, {1: 0.1, 60: 0.8, 90: 0.3, 150: 0.9, 220: 0.5})
    jaw = jaw_of(key)
    speech = a2f.speech("speech", 100, 129)
    a2f.write(key, speech, "ACTIVE")
    moved, changed = (p for p in jaw.keyframe_points if p.co[0] in (90, 150))
    moved.co = 88, 0.4
    changed.handle_right_type = changed.handle_left_type = "VECTOR"
    jaw.update()
    a2f.write(key, speech, "ACTIVE", value=0.7)
    a2f.clear(key)
    kept = {point[0]: point for point in points_of(jaw)}
    assert sorted(kept) == [1, 60, 88, 150, 220]
    assert kept[88][1] == pytest.approx(0.4) and kept[150][6] == "VECTOR"


def test_covered_keys_are_counted(a2f, key) -> None:
    artists_curve(key, JAW, KEYS["around and inside"])
    artists_curve(key, TONGUE, {1: 0.3, 110: 0.6})
    pending = a2f.write(key, a2f.speech("speech", 100, 129), "ACTIVE", paths=(JAW, TONGUE))
    assert {each.path: count for each, count in pending.covered.items()} == {JAW: 2, TONGUE: 1}


@pytest.mark.parametrize("kind", ["cycles", "SINE", "ELASTIC"])
def test_curve_that_cannot_stay_is_left_to_the_nla(a2f, key, kind: str) -> None:
    own = artists_curve(key, JAW, {1: 0.1, 60: 0.8, 150: 0.9})
    jaw = jaw_of(key)
    if kind == "cycles":
        jaw.modifiers.new("CYCLES")
    else:
        jaw.keyframe_points[1].interpolation = kind
    before = points_of(jaw)
    pending = a2f.write(key, a2f.speech("speech", 100, 129), "ACTIVE")
    assert pending.output == "NLA" and "baked as an NLA strip instead" in pending.note
    assert points_of(jaw) == before and key.animation_data.action == own


def test_easing_elsewhere_does_not_matter(a2f, key) -> None:
    artists_curve(key, JAW, {1: 0.1, 60: 0.8, 150: 0.9, 170: 0.1})
    jaw = jaw_of(key)
    jaw.keyframe_points[0].interpolation = jaw.keyframe_points[2].interpolation = "BOUNCE"
    before = [jaw.evaluate(frame) for frame in FRAMES]
    assert a2f.write(key, a2f.speech("speech", 100, 129), "ACTIVE").output == "ACTIVE"
    assert [jaw.evaluate(frame) for frame in FRAMES] == pytest.approx(before, abs=3e-6)


def test_part_of_a_strip_begins_and_ends_on_the_artists_curve(a2f, key) -> None:
    """As with Only Preview Range: the speech has neither lead-in nor release."""
    artists_curve(key, JAW, {1: 0.1, 60: 0.8, 150: 0.9})
    jaw = jaw_of(key)
    frames = [*np.arange(0, 100, 0.5), *np.arange(110, 200, 0.5)]
    before = [jaw.evaluate(frame) for frame in frames]
    a2f.write(key, a2f.frames("speech", 100, 111), "ACTIVE")
    assert [jaw.evaluate(frame) for frame in frames] == pytest.approx(before, abs=3e-6)
    assert jaw.evaluate(105) == pytest.approx(0.5)
