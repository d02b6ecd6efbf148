"""Style, from subtle to cartoon, and smoothing that slows what flaps."""

from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.shaping.lip_contact import TUCKED
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.model.audio_file import read_audio
from a2f.model.curves import Curves
from a2f.model.lip_seal import lip_opening
from a2f.model.runtime import choose_runtime
from a2f.model.sampling import SEALED, sample_at

SPEECH = Path(__file__).parents[2] / "data" / "surprise.flac"


@pytest.fixture(scope="module")
def speech() -> Curves:
    return choose_runtime("numpy").predict(read_audio(SPEECH))


def styled(speech: Curves, **dials: float) -> Curves:
    return shape(speech, Dials(**{"pauses": 0.0, "ease": 0.0, "blinks": False, **dials}))


def opening(curves: Curves) -> np.ndarray:
    return lip_opening(curves.names, curves.values)


def steps(curves: Curves, name: str) -> np.ndarray:
    frames = np.arange(int(len(curves.values) * 0.24)) / 24
    return np.abs(np.diff(sample_at(curves, frames)[:, curves.names.index(name)]))


def strokes(values: np.ndarray) -> int:
    """Maxima that stand out by 0.03 from the minimum before them."""
    count, low, rising = 0, values[0], False
    high = low
    for value in values:
        if rising and value < high - 0.03:
            count, low, rising = count + 1, value, False
        elif not rising and value > low + 0.03:
            high, rising = value, True
        low, high = min(low, value), max(high, value)
        if rising:
            low = value
        else:
            high = value
    return count


def held(curves: Curves) -> float:
    """Share of rows in which the jaw, while open, hardly moves."""
    jaw = curves.column("jawOpen")
    moving = np.abs(np.gradient(jaw))
    return float((moving[jaw > 0.1] < 0.002).mean())


def test_smoothing_slows_the_jaw_and_at_one_visibly(speech: Curves) -> None:
    largest = [steps(styled(speech, smoothing=s), "jawOpen").max() for s in (0.0, 0.25, 0.6, 1.0)]
    assert largest == sorted(largest, reverse=True)
    assert largest[3] < 0.5 * largest[0]
    assert strokes(opening(styled(speech, smoothing=1.0))) < strokes(opening(speech))


@pytest.mark.parametrize("dials", [{"smoothing": 0.6}, {"smoothing": 1.0}, {"style": -1.0},
                                   {"style": 1.0}, {"style": 1.0, "jaw": 1.6},
                                   {"style": -0.5, "smoothing": 1.0}])  # fmt: skip
def test_contacts_are_kept_by_every_style(speech: Curves, dials: dict[str, float]) -> None:
    made = styled(speech, **dials)
    shut = opening(speech) < SEALED
    assert shut.sum() > 30
    assert (opening(made)[shut] < SEALED).all()
    tucked = speech.column("mouthRollLower") >= TUCKED + 0.05
    assert (made.column("mouthRollLower")[tucked] >= TUCKED).all()
    apart = opening(speech)[tucked] + 0.02
    assert (opening(made)[tucked] <= 2.0 * apart).all()


def test_natural_is_what_came_out_without_a_style(speech: Curves) -> None:
    assert np.array_equal(styled(speech, style=0.0).values, styled(speech).values)
    assert np.array_equal(styled(speech, style=0.0, smoothing=0.0).values, speech.values)


def test_subtle_is_smaller_softer_and_has_fewer_strokes(speech: Curves) -> None:
    natural, subtle = styled(speech), styled(speech, style=-1.0)
    for name in ("jawOpen", "mouthPucker", "mouthLowerDownLeft"):
        assert subtle.column(name).max() < 0.85 * natural.column(name).max()
    assert steps(subtle, "jawOpen").max() < 0.6 * steps(natural, "jawOpen").max()
    assert strokes(opening(subtle)) < strokes(opening(natural))


def test_cartoon_is_larger_snappier_and_holds_shapes_and_contacts(speech: Curves) -> None:
    natural, cartoon = styled(speech), styled(speech, style=1.0)
    for name in ("jawOpen", "mouthPucker", "mouthLowerDownLeft"):
        assert cartoon.column(name).max() > 1.2 * natural.column(name).max()
    assert held(cartoon) > 1.7 * held(natural)
    assert steps(cartoon, "jawOpen").max() > 1.2 * steps(natural, "jawOpen").max()
    assert (opening(cartoon) < SEALED).sum() > (opening(natural) < SEALED).sum()


def test_styles_between_lie_between(speech: Curves) -> None:
    size = [np.percentile(opening(styled(speech, style=s)), 95) for s in (-1, -0.5, 0, 0.5, 1)]
    assert size == sorted(size)
