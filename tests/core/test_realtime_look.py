"""Dials on one frame at a time: as in a bake where nothing but the past is needed."""

from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.shaping.settings import NEUTRAL, Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.blender_audio2face.realtime.look import LiveLook
from a2f.model.channels import ARKIT_52
from a2f.model.curves import Curves

RATE = 60.0
LIDS = [ARKIT_52.index("eyeBlinkLeft"), ARKIT_52.index("eyeBlinkRight")]


def mouths(count: int = 90) -> np.ndarray:
    """A mouth that opens and shuts, float32 [T, 52]."""
    values = np.zeros((count, len(ARKIT_52)), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = 0.3 - 0.3 * np.cos(np.arange(count) / 4.0)
    values[:, ARKIT_52.index("browInnerUp")] = 0.4
    return values


def shown(values: np.ndarray, dials: Dials, start: float = 1e6) -> np.ndarray:
    look = LiveLook(ARKIT_52)
    return np.stack(
        [look.shaped(start + row / RATE, one, dials)[1] for row, one in enumerate(values)]
    )


@pytest.mark.parametrize(
    "dials",
    [
        NEUTRAL,
        replace(NEUTRAL, overall=0.5, upper_face=1.5, channels={"jawOpen": 0.5}),
        replace(NEUTRAL, close_bias=0.5, asymmetry=-0.5, limit=0.45),
    ],
)
def test_what_needs_no_past_is_as_in_a_bake(dials: Dials) -> None:
    values = mouths()
    baked = shape(Curves(ARKIT_52, RATE, values), dials).values
    assert np.abs(shown(values, dials) - baked).max() < 1e-6


def test_smoothing_calms_and_comes_no_later() -> None:
    values = mouths()
    noisy = values + 0.05 * np.random.default_rng(1).random(values.shape, np.float32)
    smooth = shown(noisy, replace(NEUTRAL, smoothing=0.5))
    jaw = ARKIT_52.index("jawOpen")
    assert np.abs(np.diff(smooth[:, 1])).mean() < 0.7 * np.abs(np.diff(noisy[:, 1])).mean()
    apart = [np.abs(np.roll(values[:, jaw], lag) - smooth[:, jaw])[9:-9].mean() for lag in range(4)]
    assert np.argmin(apart) <= 1


def test_the_offset_shows_what_was_heard_before() -> None:
    values = mouths()
    late = shown(values, replace(NEUTRAL, offset_ms=100.0))
    assert np.abs(late[10:] - values[4:-6]).max() < 1e-6
    early = shown(values, replace(NEUTRAL, offset_ms=-100.0))
    assert np.abs(early - values).max() < 1e-6


def test_blinks_come_by_time_and_hold_their_strength() -> None:
    still = np.zeros((60 * 30, len(ARKIT_52)), np.float32)
    dials = replace(NEUTRAL, blinks=True, channels={"eyeBlinkLeft": 0.5})
    lids = shown(still, dials)[:, LIDS]
    assert np.abs(lids.max(axis=0) - (0.5, 1.0)).max() < 0.05
    assert 3 <= np.count_nonzero(np.diff((lids[:, 1] > 0.5).astype(int)) == 1) <= 15


def test_a_clock_that_goes_back_starts_anew() -> None:
    look = LiveLook(ARKIT_52)
    values = mouths(2)
    look.shaped(10.0, values[0], NEUTRAL)
    _, made = look.shaped(3.0, values[1], NEUTRAL)
    assert np.abs(made - values[1]).max() < 1e-6
