"""Pauses in which lips stay parted, ends that relax, and openings that take their time."""

from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.shaping.easing import FASTEST, full_opening, limit_speed
from a2f.blender_audio2face.core.shaping.pauses import PARTED, at_rest
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.model.audio_file import read_audio
from a2f.model.curves import Curves
from a2f.model.lip_seal import lip_opening
from a2f.model.runtime import choose_runtime
from a2f.model.sampling import SEALED

from tests.support.mouths import opening

SPEECH = Path(__file__).parents[2] / "data" / "surprise.flac"
NAMES = ("jawOpen", "mouthClose", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
         "mouthUpperUpRight", "mouthRollLower", "mouthPressLeft", "mouthPressRight",
         "mouthPucker")  # fmt: skip
JAW, CLOSE, PRESS = 0, 1, slice(7, 9)
NOTHING = {"smoothing": 0.0, "ease": 0.0, "pauses": 0.0, "blinks": False}


def talk(
    seconds: float, silences: list[tuple[float, float]], *seals: tuple[float, float]
) -> Curves:
    """A mouth that is at 0.4 except in silences, which it shuts in 40 ms, and in seals (m)."""
    time = np.arange(round(100 * seconds)) / 100
    values = np.zeros((len(time), len(NAMES)), np.float32)
    level = np.ones(len(time))
    for start, stop in silences:
        away = np.maximum(np.maximum(start - time, time - stop), 0.0)
        level = np.minimum(level, np.clip(away / 0.04, 0.0, 1.0))
    values[:, JAW] = 0.4 * level
    values[:, -1] = 0.3 * level
    for start, stop in seals:
        rows = (time >= start) & (time < stop)
        values[rows, JAW] = values[rows, CLOSE] = 0.12
        values[rows, PRESS] = 0.2
    return Curves(NAMES, 100.0, values)


def shaped(curves: Curves, **dials: float) -> np.ndarray:
    return opening(shape(curves, Dials(**{**NOTHING, **dials})))


@pytest.mark.parametrize("silence", [0.2, 0.3, 0.35])
def test_lips_stay_parted_in_short_pauses_and_more_with_the_dial(silence: float) -> None:
    curves = talk(3.0, [(1.0, 1.0 + silence)])
    middle = slice(100 + round(30 * silence), 100 + round(70 * silence))
    half, whole = (shaped(curves, pauses=p)[middle].min() for p in (0.5, 1.0))
    assert opening(curves)[middle].max() == 0.0
    assert whole == pytest.approx(PARTED, abs=0.03)
    assert half == pytest.approx(PARTED / 2, abs=0.03)


def test_lips_do_not_bounce_beside_a_pause() -> None:
    found = shaped(talk(3.0, [(1.0, 1.3)]), pauses=1.0)[80:150]
    low = int(np.argmin(found))
    assert (np.diff(found[: low + 1]) <= 1e-6).all()
    assert (np.diff(found[low:]) >= -1e-6).all()


@pytest.mark.parametrize("silence", [0.6, 1.5])
def test_long_silence_and_both_ends_of_a_line_are_shut(silence: float) -> None:
    curves = talk(4.0, [(-1.0, 0.5), (1.5, 1.5 + silence), (3.5, 9.0)])
    found = shaped(curves, pauses=1.0, ease=1.0)
    for start, stop in ((0.0, 0.5), (1.85, 1.5 + silence), (3.85, 4.0)):
        assert found[round(100 * start) : round(100 * stop)].max() < SEALED


def test_opening_after_a_last_vowel_falls_as_filmed() -> None:
    curves = talk(2.0, [(1.0, 9.0)])
    found = shaped(curves, ease=1.0)
    start = int(np.flatnonzero(opening(curves) >= 0.36)[-1]) + 1
    course = found[start : start + 24].reshape(6, 4).mean(axis=1) / 0.4
    assert course == pytest.approx([0.89, 0.68, 0.44, 0.26, 0.13, 0.06], abs=0.1)
    pucker = shape(curves, Dials(**{**NOTHING, "ease": 1.0})).column("mouthPucker")
    assert pucker[start + 8] > 0.1


def test_end_that_falls_as_slowly_as_filmed_is_left() -> None:
    curves = talk(2.0, [])
    fall = np.exp(-np.arange(100) / 8.0).astype(np.float32)
    curves.values[100:] *= fall[:, None]
    assert shaped(curves, ease=1.0) == pytest.approx(opening(curves), abs=1e-6)


@pytest.mark.parametrize("dials", [{"ease": 1.0}, {"pauses": 1.0}, {"ease": 1.0, "pauses": 1.0}])
def test_contacts_beside_silence_are_untouched(dials: dict[str, float]) -> None:
    """A last m before a pause, a first p after one, and an m that ends the line."""
    seals = ((0.95, 1.05), (1.30, 1.38), (2.0, 2.1))
    curves = talk(3.0, [(1.05, 1.30), (2.1, 9.0)], *seals)
    made = shape(curves, Dials(**NOTHING | dials))
    for start, stop in seals:
        rows = slice(round(100 * start), round(100 * stop))
        assert opening(made)[rows].max() < 1e-6
        assert np.array_equal(made.values[rows], curves.values[rows])
    assert opening(made)[210:].max() == 0.0


def test_dials_at_zero_leave_the_network_bit_for_bit() -> None:
    curves = choose_runtime("numpy").predict(read_audio(SPEECH))
    assert np.array_equal(shape(curves, Dials(**NOTHING)).values, curves.values)


def test_opening_that_pops_is_spread_and_closures_keep_their_rows() -> None:
    curves = choose_runtime("numpy").predict(read_audio(SPEECH))
    before = lip_opening(curves.names, curves.values)
    after = shaped(curves, ease=1.0)
    full = full_opening(before)
    assert np.abs(np.diff(before)).max() > 1.3 * FASTEST * full / 100
    assert np.abs(np.diff(after)).max() <= 1.2 * FASTEST * full / 100
    talking = ~at_rest(curves.names, curves.values)
    shut = talking & (before < SEALED)
    assert shut.sum() > 10
    assert after[shut] == pytest.approx(before[shut], abs=1e-6)


def test_slow_movement_passes_the_limit_of_speed_bit_for_bit() -> None:
    time = np.arange(300) / 100
    values = np.zeros((300, len(NAMES)), np.float32)
    values[:, JAW] = 0.2 - 0.2 * np.cos(2 * np.pi * time)
    before = values.copy()
    limit_speed(NAMES, 100.0, values, 3.0)
    assert np.array_equal(values, before)


def test_lips_part_later_than_the_jaw_dropped() -> None:
    values = np.zeros((60, len(NAMES)), np.float32)
    values[:, JAW] = 0.4
    values[:30, CLOSE] = 0.4
    limit_speed(NAMES, 100.0, values, 4.0)
    assert values[:, JAW] == pytest.approx(0.4)
    assert np.diff(values[:, CLOSE]).min() >= -0.0401


@pytest.mark.parametrize("names", [("jawOpen",), ("browInnerUp", "mouthPucker")])
def test_curves_whose_lips_are_not_known_are_left(names: tuple[str, ...]) -> None:
    values = np.tile(np.float32([[0.5], [0.0]]), (50, len(names)))
    found = shape(Curves(names, 100.0, values), Dials(smoothing=0.0, blinks=False))
    assert np.array_equal(found.values, values)


def test_slow_fall_into_a_pause_stops_where_lips_stay_parted() -> None:
    curves = talk(3.0, [(1.0, 1.3)])
    curves.values[80:104] *= np.linspace(1.0, 0.0, 24, dtype=np.float32)[:, None]
    found = shaped(curves, pauses=1.0)[80:130]
    assert found.min() == pytest.approx(PARTED, abs=0.03)


def test_narrow_sound_before_a_pause_is_left() -> None:
    curves = talk(3.0, [(1.0, 1.3)])
    curves.values[82:100] *= 0.2
    found, before = shaped(curves, pauses=1.0), opening(curves)
    assert found[82:94] == pytest.approx(before[82:94], abs=0.02)
