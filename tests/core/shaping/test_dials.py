"""What each dial does to the curves, and what it does not change."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.shaping.settings import DialError, Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.model.channels import ARKIT_52
from a2f.model.curves import Curves
from a2f.model.sampling import SEALED

from tests.support.mouths import NAMES, opening, talking

CLOSURES = [(30, 6), (90, 2), (140, 10)]


@pytest.fixture
def raw() -> Curves:
    return talking(CLOSURES)


def only(**dials) -> Dials:
    return Dials(**{"smoothing": 0.0, "pauses": 0.0, "ease": 0.0, "blinks": False, **dials})


def test_dials_without_smoothing_and_blinks_change_nothing(raw: Curves) -> None:
    before = raw.values.copy()
    assert np.array_equal(shape(raw, only()).values, before)
    assert np.array_equal(raw.values, before)


def test_shaping_does_not_write_to_its_input(raw: Curves) -> None:
    raw.values.setflags(write=False)
    shape(raw, Dials(overall=1.5, emphasis=0.5, close_bias=0.5, brow_layer=1, eye_darts=1))


def test_strengths_act_on_their_region(raw: Curves) -> None:
    shaped = shape(raw, only(lips=0.5, upper_face=0.0, channels={"mouthSmileLeft": 2.0}))
    assert np.array_equal(shaped.column("jawOpen"), raw.column("jawOpen"))
    assert shaped.column("mouthRollLower") == pytest.approx(0.5 * raw.column("mouthRollLower"))
    assert shaped.column("mouthSmileLeft") == pytest.approx(raw.column("mouthSmileLeft"))
    assert shaped.column("browInnerUp").max() == 0.0


def test_jaw_strength_keeps_the_seal(raw: Curves) -> None:
    shaped = shape(raw, only(jaw=1.5))
    gap = lambda curves: curves.column("jawOpen") - curves.column("mouthClose")  # noqa: E731
    assert gap(shaped) == pytest.approx(1.5 * gap(raw), abs=1e-6)


@pytest.mark.parametrize("amount", [0.25, 1.0])
def test_smoothing_calms_without_lag(raw: Curves, amount: float) -> None:
    shaped = shape(raw, only(smoothing=amount))
    roll, calm = raw.column("mouthRollLower"), shaped.column("mouthRollLower")
    assert np.abs(np.diff(calm, 2)).mean() < 0.5 * np.abs(np.diff(roll, 2)).mean()
    lags = range(-5, 6)
    fit = [np.corrcoef(roll[10:-10], np.roll(calm, -lag)[10:-10])[0, 1] for lag in lags]
    assert lags[int(np.argmax(fit))] == 0


def test_light_smoothing_takes_steps_out_and_keeps_peaks() -> None:
    time_ = np.arange(400) / 100
    stepped = 0.3 - 0.3 * np.cos(2 * np.pi * 3 * (time_ // 0.02) * 0.02)
    raw = Curves(("mouthFunnel",), 100.0, stepped.astype(np.float32)[:, None])
    calm = shape(raw, Dials(blinks=False)).values[:, 0]
    steps = np.diff(raw.values[:, 0])
    assert np.abs(np.diff(calm, 2)).mean() < 0.25 * np.abs(np.diff(steps)).mean()
    assert calm.max() == pytest.approx(0.6, abs=0.02)


def test_closures_keep_their_rows_under_smoothing(raw: Curves) -> None:
    shaped = shape(raw, only(smoothing=1.0))
    assert np.array_equal(opening(shaped) < SEALED, opening(raw) < SEALED)


def test_emphasis_widens_or_flattens(raw: Curves) -> None:
    spread = [np.std(opening(shape(raw, only(emphasis=e)))[60:85]) for e in (-1.0, 0.0, 1.0)]
    assert spread[0] < 0.5 * spread[1]
    assert spread[2] > 1.4 * spread[1]


def test_offset_is_later_when_positive(raw: Curves) -> None:
    shaped = shape(raw, only(offset_ms=40.0))
    assert np.array_equal(shaped.values[4:], raw.values[:-4])
    assert np.array_equal(shaped.values[:4], np.repeat(raw.values[:1], 4, axis=0))


def test_close_bias_moves_the_lips_but_not_a_mouth_at_rest(raw: Curves) -> None:
    plain = opening(raw)
    closer, apart = (opening(shape(raw, only(close_bias=b))) for b in (1.0, -1.0))
    assert np.all(closer <= plain + 1e-6)
    assert np.all(apart >= plain - 1e-6)
    assert apart[30:36].min() > SEALED
    assert plain.max() - closer.max() < 0.02
    rest = Curves(NAMES, 100.0, np.zeros((50, len(NAMES)), np.float32))
    assert opening(shape(rest, only(close_bias=-1.0))).max() == 0.0


def test_close_bias_leaves_the_lower_lip_at_the_teeth() -> None:
    values = np.zeros((20, len(NAMES)), np.float32)
    values[:, NAMES.index("jawOpen")] = 0.1
    values[:, NAMES.index("mouthRollLower")] = 0.6
    raw = Curves(NAMES, 100.0, values)
    assert opening(shape(raw, only(close_bias=1.0))) == pytest.approx(opening(raw))


def test_asymmetry_favours_a_side_except_for_lids(raw: Curves) -> None:
    shaped = shape(raw, only(asymmetry=-1.0))
    assert shaped.column("mouthSmileLeft") == pytest.approx(1.5 * raw.column("mouthSmileLeft"))
    assert shaped.column("mouthSmileRight") == pytest.approx(0.5 * raw.column("mouthSmileRight"))
    assert np.array_equal(shaped.column("eyeBlinkLeft"), raw.column("eyeBlinkLeft"))


def test_limit_bounds_every_channel(raw: Curves) -> None:
    shaped = shape(raw, Dials(overall=2.0, emphasis=1.0, limit=0.6, brow_layer=1.0))
    assert shaped.values.max() <= 0.6 + 1e-6
    assert shaped.values.min() >= 0.0


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_few_rows_are_shaped(rows: int) -> None:
    curves = Curves(ARKIT_52, 100.0, np.full((rows, 52), 0.3, np.float32))
    everything = Dials(smoothing=1, emphasis=1, close_bias=1, brow_layer=1, head_nod=1, eye_darts=1)
    assert shape(curves, everything).values.shape == (rows, 55)


def test_channels_without_a_mouth_are_shaped() -> None:
    curves = Curves(("browInnerUp", "tongueOut"), 100.0, np.full((300, 2), 0.3, np.float32))
    shaped = shape(curves, Dials(overall=1.2, emphasis=0.5, close_bias=0.5, brow_layer=1.0))
    assert shaped.values == pytest.approx(0.36, abs=1e-5)


@pytest.mark.parametrize(
    ("dials", "sentence"),
    [
        ({"smoothing": 3}, "The dial smoothing is 3; set it between 0 and 1."),
        ({"jaw": float("nan")}, "The dial jaw is nan; set it between 0 and 2."),
        ({"channels": {"jawOpen": -1}}, "The dial strength of jawOpen is -1; set it between 0"),
    ],
)
def test_values_out_of_range_are_refused(dials: dict, sentence: str) -> None:
    with pytest.raises(DialError) as caught:
        Dials(**dials)
    assert str(caught.value).startswith(sentence)
