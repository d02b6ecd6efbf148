"""Random events of the scene's timeline: the same for every strip and in every version."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.shaping.layers.timeline import drift, events, instant_draws

MEAN, LEAST = 4.0, 0.5


def drawn(first: float, last: float, seed: int = 7, stream: str = "blinks", draws: int = 2):
    return events(seed, stream, MEAN, LEAST, (first, last), draws)


def test_events_of_a_seed_are_stable_between_versions() -> None:
    """An artist's blinks stay where they are when the extension is updated."""
    made = drawn(-10.0, 8.0)
    assert made.times == pytest.approx(
        [-9.47006, -4.926303, -2.428958, 3.341392, 5.22442, 7.705443], abs=1e-5
    )
    assert made.draws[0] == pytest.approx([0.273739, 0.787855], abs=1e-5)
    assert made.draws[-1] == pytest.approx([0.791536, 0.505353], abs=1e-5)


@pytest.mark.parametrize(
    ("first", "last"),
    [(-300.0, -20.0), (-20.0, 20.0), (20.0, 400.0), (0.0, 50.0), (-50.0, 0.0), (5.0, 5.1)],
)
def test_part_of_the_timeline_has_the_events_of_the_whole(first: float, last: float) -> None:
    whole, part = drawn(-2000.0, 2000.0), drawn(first, last)
    inside = (whole.times > first) & (whole.times < last)
    assert np.array_equal(part.times, whole.times[inside])
    assert np.array_equal(part.draws, whole.draws[inside])


def test_intervals_have_their_mean_on_both_sides_of_zero() -> None:
    made = drawn(-8000.0, 8000.0, draws=1)
    intervals = np.diff(made.times)
    assert intervals.min() >= LEAST
    for side in (intervals[made.times[1:] < 0], intervals[made.times[:-1] > 0]):
        assert len(side) > 1500
        assert side.mean() == pytest.approx(MEAN, rel=0.05)
        assert np.median(side) < 0.95 * MEAN
    after, before = made.times[made.times > 0], -made.times[made.times < 0][::-1]
    assert not np.isin(after[:50], before).any()
    assert made.draws.shape == (len(made.times), 1)
    assert made.draws.mean() == pytest.approx(0.5, abs=0.02)


def test_streams_and_seeds_are_independent() -> None:
    times = [
        drawn(0.0, 40.0, *which).times[0] for which in ((7, "blinks"), (8, "blinks"), (7, "darts"))
    ]
    assert len(set(times)) == 3


def test_span_without_events_has_no_draws() -> None:
    assert drawn(-1.0, -0.9, draws=3).draws.shape == (0, 3)


def test_instant_draws_are_the_same_within_a_hundredth_of_a_second() -> None:
    draws = instant_draws(3, "accents", 12.34, 2)
    assert draws.shape == (2,)
    assert np.array_equal(draws, instant_draws(3, "accents", 12.3449, 2))
    others = [12.35, -12.34, 12.34 + 2.56, 40.96, 0.0]
    made = {float(instant_draws(3, "accents", seconds, 1)[0]) for seconds in (12.34, *others)}
    assert len(made) == 6
    assert draws == pytest.approx([0.907837, 0.425913], abs=1e-5)
    assert instant_draws(3, "accents", -12.34, 1) == pytest.approx([0.067714], abs=1e-5)


def test_drift_is_slow_bounded_and_follows_the_scene() -> None:
    seconds = np.arange(0.0, 2000.0, 0.05)
    track = drift(5, "head", seconds)
    assert 0.8 < np.abs(track).max() <= 1.0
    assert np.array_equal(track[4000:], drift(5, "head", seconds[4000:]))
    power = np.abs(np.fft.rfft(track))
    rates = np.fft.rfftfreq(len(track), 0.05)
    loudest = np.sort(rates[np.argsort(power)[-3:]])
    assert loudest == pytest.approx([0.071, 0.173, 0.317], abs=1e-3)
    heights = 2 / len(track) * power[np.searchsorted(rates, loudest - 1e-6)]
    assert heights == pytest.approx([0.45, 0.35, 0.2], abs=0.03)
    assert drift(5, "head", np.array([0.0, 1.0])) == pytest.approx([0.782332, 0.146677], abs=1e-5)
