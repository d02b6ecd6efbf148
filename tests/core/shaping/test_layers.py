"""The layers of blinks, brows, head and gaze, drawn from the scene's time."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.shaping.layers.accents import HEAD_CHANNELS
from a2f.blender_audio2face.core.shaping.layers.eyes import blink_track
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.model.channels import ARKIT_52
from a2f.model.curves import Curves

from tests.support.mouths import talking

STILL = np.zeros(60_000, bool)  # ten minutes in which the lips never shut


def blinks(track: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First rows and lengths of blinks."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (track > 0).astype(int), [0]))))
    return edges[::2], edges[1::2] - edges[::2]


def face(rows: int) -> Curves:
    return Curves(ARKIT_52, 100.0, np.zeros((rows, 52), np.float32))


@pytest.mark.parametrize("rate", [5.0, 15.0, 40.0])
def test_blinks_have_the_rate_and_a_least_interval(rate: float) -> None:
    first, _ = blinks(blink_track(STILL, 100.0, 0.0, rate, 1))
    assert len(first) / 10 == pytest.approx(rate, rel=0.2)
    assert np.diff(first).min() >= 50


def test_blink_intervals_are_as_uneven_as_natural_ones() -> None:
    first, _ = blinks(blink_track(STILL, 100.0, 0.0, 15.0, 0))
    intervals = np.diff(first)
    assert 0.3 < intervals.std() / intervals.mean() < 1.0
    assert np.median(intervals) < intervals.mean()


def test_lids_close_in_a_tenth_of_a_second_and_open_in_two() -> None:
    track = blink_track(STILL, 100.0, 0.0, 15.0, 0)
    for first, length in zip(*blinks(track), strict=True):
        blink = track[first : first + length]
        full = np.flatnonzero(blink >= 1.0)
        assert 8 <= full[0] + 1 <= 12
        assert 17 <= length - full[-1] - 1 <= 24
        assert blink.max() == 1.0


def test_blinks_are_never_cut_by_the_ends_or_the_release() -> None:
    for start in np.arange(0, 60, 0.7):
        track = blink_track(STILL[:150], 100.0, float(start), 40.0, 3)
        assert track[0] == 0.0
        assert np.all(track[-30:] == 0.0)
        _, length = blinks(track)
        assert np.all(length >= 27)


def test_blinks_depend_on_the_scene_second_not_on_the_strip() -> None:
    whole = blink_track(STILL, 100.0, 0.0, 15.0, 7)
    later = blink_track(STILL[:20_000], 100.0, 200.0, 15.0, 7)
    first_whole, _ = blinks(whole[20_000:40_000])
    first_later, _ = blinks(later)
    shared = np.intersect1d(first_whole, first_later)
    assert len(shared) >= len(first_later) - 2
    other = blink_track(STILL, 100.0, 0.0, 15.0, 8)
    assert not np.array_equal(whole, other)


def test_blinks_come_before_second_zero_too() -> None:
    assert blink_track(STILL[:12_000], 100.0, -120.0, 15.0, 0).max() == 1.0


def test_blinks_move_to_pauses() -> None:
    shut = STILL.copy()
    for row in range(100, 60_000, 200):
        shut[row : row + 30] = True
    first, _ = blinks(blink_track(shut, 100.0, 0.0, 15.0, 0))
    assert np.mean(first % 200 == 101) > 0.4


def test_blinks_can_be_off_and_follow_channel_strengths() -> None:
    assert shape(face(3000), Dials(blinks=False)).values.max() == 0.0
    assert shape(face(3000), Dials(blink_rate=0.0)).values.max() == 0.0
    less = shape(face(3000), Dials(channels={"eyeBlinkLeft": 0.7}))
    assert less.column("eyeBlinkLeft").max() == pytest.approx(0.7)
    assert less.column("eyeBlinkRight").max() == 1.0


def test_brows_follow_stressed_syllables() -> None:
    raw = talking([], rows=1000, noise=0.0)
    values = 0.4 * raw.values
    values[480:520] = 2.2 * raw.values[480:520]
    curves = Curves(raw.names, 100.0, values)
    raised = shape(curves, Dials(blinks=False, brow_layer=1.0)).column("browInnerUp")
    assert raised.max() > 0.2
    assert 470 <= int(np.argmax(raised)) <= 515


def test_head_moves_smoothly_and_rests_at_the_ends() -> None:
    raw = talking([(100, 40)], rows=2000)
    shaped = shape(raw, Dials(head_nod=1.0))
    assert shaped.names == raw.names + HEAD_CHANNELS
    head = shaped.values[:, -3:]
    assert np.all(head[[0, -1]] == 0.0)
    assert np.radians(1.0) < np.abs(head).max() < np.radians(8.0)
    assert np.abs(np.diff(head, axis=0)).max() * 100 < np.radians(60.0)  # per second
    half = shape(raw, Dials(head_nod=0.5)).values[:, -3:]
    assert half == pytest.approx(0.5 * head, abs=1e-6)


def test_gaze_jumps_and_holds_with_both_eyes() -> None:
    shaped = shape(face(3000), Dials(blinks=False, eye_darts=1.0))
    sideways = shaped.column("eyeLookOutLeft") - shaped.column("eyeLookInLeft")
    assert np.array_equal(shaped.column("eyeLookOutLeft"), shaped.column("eyeLookInRight"))
    assert np.array_equal(shaped.column("eyeLookUpLeft"), shaped.column("eyeLookUpRight"))
    assert np.mean(np.diff(sideways) == 0.0) > 0.85
    assert 0.1 < np.abs(sideways).max() <= 0.3
    assert sideways[0] == sideways[-1] == 0.0
    jumps = np.flatnonzero(np.diff(sideways) != 0.0)
    assert np.diff(jumps)[np.diff(jumps) > 1].min() >= 25
    untouched = [name for name in ARKIT_52 if not name.startswith("eyeLook")]
    assert all(shaped.column(name).max() == 0.0 for name in untouched)
