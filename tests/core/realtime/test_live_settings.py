"""Dials on live curves: as in a bake where only the past is needed."""

from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.realtime.live_settings import LiveSettings
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.model.channels import ARKIT_52
from a2f.model.curves import Curves

NEUTRAL = Dials(smoothing=0.0, ease=0.0, pauses=0.0, blinks=False)
RATE = 100.0
LIDS = [ARKIT_52.index("eyeBlinkLeft"), ARKIT_52.index("eyeBlinkRight")]


def mouths(count: int = 90) -> np.ndarray:
    """A mouth that opens and shuts, float32 [T, 52]."""
    values = np.zeros((count, len(ARKIT_52)), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = 0.3 - 0.3 * np.cos(np.arange(count) / 4.0)
    values[:, ARKIT_52.index("browInnerUp")] = 0.4
    return values


def shaped(values: np.ndarray, dials: Dials, pieces: int = 7) -> np.ndarray:
    live = LiveSettings(ARKIT_52, dials)
    return np.concatenate([live.push(part) for part in np.array_split(values, pieces)])


@pytest.mark.parametrize(
    "dials",
    [
        NEUTRAL,
        replace(NEUTRAL, overall=0.5, upper_face=1.5, channels={"jawOpen": 0.5}),
        replace(NEUTRAL, close_bias=0.5, asymmetry=-0.5, limit=0.45),
    ],
)
def test_dials_of_single_rows_equal_the_bake(dials: Dials) -> None:
    values = mouths()
    baked = shape(Curves(ARKIT_52, RATE, values), dials).values
    assert np.abs(shaped(values, dials) - baked).max() < 1e-6


def test_smoothing_calms_without_delay() -> None:
    values = mouths()
    noisy = values + 0.05 * np.random.default_rng(1).random(values.shape, np.float32)
    smooth = shaped(noisy, replace(NEUTRAL, smoothing=0.5))
    jaw = ARKIT_52.index("jawOpen")
    assert np.abs(np.diff(smooth[:, 1])).mean() < 0.7 * np.abs(np.diff(noisy[:, 1])).mean()
    apart = [np.abs(np.roll(values[:, jaw], lag) - smooth[:, jaw])[9:-9].mean() for lag in range(4)]
    assert np.argmin(apart) <= 1


def test_what_needs_later_rows_is_left_to_the_bake() -> None:
    values = mouths()
    natural = shaped(values, NEUTRAL)
    assert np.array_equal(shaped(values, replace(NEUTRAL, ease=1.0, pauses=1.0)), natural)
    jaw = ARKIT_52.index("jawOpen")
    for style, size in ((-1.0, 0.65), (1.0, 1.35)):
        found = shaped(values, replace(NEUTRAL, style=style))
        assert found[:, jaw] == pytest.approx(size * values[:, jaw], abs=1e-6)


def test_pieces_make_no_difference() -> None:
    values, dials = mouths(300), Dials(smoothing=0.5, emphasis=0.3, offset_ms=70.0)
    assert np.array_equal(shaped(values, dials, 1), shaped(values, dials, 60))


def test_closures_stay_closed_with_any_dials() -> None:
    values = shaped(mouths(), Dials(jaw=2.0, lips=2.0, smoothing=1.0))
    jaw, close = ARKIT_52.index("jawOpen"), ARKIT_52.index("mouthClose")
    shut = mouths()[:, jaw] < 0.04
    assert np.any(values[shut, jaw] > 0.04)
    assert (values[shut, jaw] - values[shut, close]).max() < 0.04


def test_positive_offset_delays_and_negative_is_ignored() -> None:
    values = mouths()
    late = shaped(values, replace(NEUTRAL, offset_ms=100.0))
    assert np.abs(late[10:] - values[:-10]).max() < 1e-6
    early = shaped(values, replace(NEUTRAL, offset_ms=-100.0))
    assert np.abs(early - values).max() < 1e-6


def test_replaced_dials_apply_to_the_next_rows() -> None:
    live = LiveSettings(ARKIT_52, NEUTRAL)
    before = live.push(mouths())
    live.dials = replace(NEUTRAL, overall=0.0)
    assert np.array_equal(before, mouths())
    assert np.all(live.push(mouths()) == 0.0)


def test_blinks_and_darts_come_by_time_with_their_strength() -> None:
    still = np.zeros((100 * 70, len(ARKIT_52)), np.float32)
    dials = replace(NEUTRAL, blinks=True, eye_darts=1.0, channels={"eyeBlinkLeft": 0.5})
    values = shaped(still, dials)
    lids = values[:, LIDS]
    assert np.abs(lids.max(axis=0) - (0.5, 1.0)).max() < 0.05
    assert 8 <= np.count_nonzero(np.diff((lids[:, 1] > 0.5).astype(int)) == 1) <= 30
    assert values[:, ARKIT_52.index("eyeLookOutLeft")].max() > 0.1
