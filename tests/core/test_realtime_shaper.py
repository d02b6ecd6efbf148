"""Dials in real time: row by row what the bake makes of the whole."""

from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.shaping.layers.eyes import TAIL, blink_track
from a2f.blender_audio2face.core.shaping.settings import NEUTRAL, Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.blender_audio2face.realtime.blinking import Blinking
from a2f.blender_audio2face.realtime.shaper import Shaper, in_real_time
from a2f.model.curves import Curves

from .mouths import NAMES, talking

CLOSURES = [(30, 6), (90, 2), (140, 10)]


@pytest.fixture
def raw() -> Curves:
    return talking(CLOSURES)


def shaped(raw: Curves, dials: Dials, look_ahead: int = 0) -> np.ndarray:
    shaper = Shaper(NAMES, raw.rate, dials, look_ahead)
    cuts = np.cumsum(np.random.default_rng(2).choice([0, 1, 3, 10], 200))
    pieces = np.split(raw.values, cuts[cuts < len(raw.values)])
    return np.concatenate([*(shaper.push(piece) for piece in pieces), shaper.finish()])


@pytest.mark.parametrize("changes", [
    {}, {"overall": 0.6, "jaw": 1.5, "lips": 0.4},
    {"channels": {"jawOpen": 1.7, "mouthClose": 0.8}},
    {"close_bias": 0.8}, {"close_bias": -0.7}, {"asymmetry": 0.5}, {"limit": 0.4},
    {"upper_face": 2.0, "tongue": 0.0, "jaw": 2.0, "limit": 0.8, "close_bias": 0.3},
], ids=str)  # fmt: skip
def test_what_shapes_a_row_by_itself_is_the_bake(raw: Curves, changes: dict) -> None:
    dials = replace(NEUTRAL, **changes)
    baked = shape(raw, dials).values
    assert shaped(raw, dials).shape == baked.shape
    assert np.abs(shaped(raw, dials) - baked).max() < 1e-6


def test_smoothing_within_the_look_ahead_is_the_bake(raw: Curves) -> None:
    dials = replace(NEUTRAL, smoothing=0.25, jaw=1.3)
    baked = shape(raw, dials).values
    assert np.abs(baked - shape(raw, replace(dials, smoothing=0.0)).values).max() > 0.01
    assert np.abs(shaped(raw, dials, look_ahead=25) - baked).max() < 1e-4


def test_smoothing_goes_no_further_than_it_sees(raw: Curves) -> None:
    dials = Dials(smoothing=0.5, emphasis=0.5, offset_ms=90.0, brow_layer=1.0, head_nod=1.0)
    acting = in_real_time(dials, 100.0, 10)
    assert acting.smoothing == pytest.approx(0.1)
    assert (acting.emphasis, acting.offset_ms, acting.brow_layer, acting.head_nod) == (0, 0, 0, 0)
    assert in_real_time(dials, 100.0, 0).smoothing == 0.0
    limited = replace(NEUTRAL, smoothing=0.1)
    live = shaped(raw, replace(limited, smoothing=0.5), look_ahead=10)
    assert np.abs(live - shape(raw, limited).values).max() < 1e-4


def test_lips_that_touch_do_whatever_the_dials(raw: Curves) -> None:
    values = shaped(raw, Dials(jaw=2.0, lips=2.0, smoothing=1.0), look_ahead=20)
    jaw, close = NAMES.index("jawOpen"), NAMES.index("mouthClose")
    for start, length in CLOSURES:
        rows = slice(start, start + length)
        assert (values[rows, jaw] - values[rows, close]).max() < 0.04


def test_dials_may_change_on_the_way(raw: Curves) -> None:
    shaper = Shaper(NAMES, raw.rate, NEUTRAL)
    before = shaper.push(raw.values[:100])
    shaper.dials = replace(NEUTRAL, overall=0.0)
    after = shaper.push(raw.values[100:])
    assert np.array_equal(before, raw.values[:100])
    assert np.all(after == 0.0)


@pytest.mark.parametrize("start", [0.0, -7.3, 3600.0])
def test_blinks_are_those_of_a_bake_without_pauses(start: float) -> None:
    rows = 12000
    baked = blink_track(np.zeros(rows, bool), 100.0, start, 15.0, 4)
    blinking = Blinking(100.0, start)
    live = np.concatenate([blinking.next(count, 15.0, 4) for count in [7] * 1500 + [1500]])
    ends = slice(100, -round((TAIL + 1.0) * 100))
    assert np.count_nonzero(baked[ends] == 1.0) > 30
    assert np.array_equal(live[ends], baked[ends])


def test_blinks_shut_the_lids(raw: Curves) -> None:
    values = shaped(Curves(NAMES, 100.0, np.zeros((6000, len(NAMES)), np.float32)), Dials())
    assert values[:, NAMES.index("eyeBlinkLeft")].max() == 1.0
    off = shaped(raw, Dials(blinks=False))
    assert np.array_equal(off[:, NAMES.index("eyeBlinkLeft")], raw.column("eyeBlinkLeft"))
