"""Long curves are worked on in blocks, with the same results and little memory."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from a2f.blender_audio2face.core.cached_curves import decode, encode
from a2f.blender_audio2face.core.keys.keyframes import reduce_keys
from a2f.blender_audio2face.core.shaping import shape as shape_module
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.model.channels import ARKIT_52
from a2f.model.curves import Curves
from a2f.model.sampling import sample_at

from tests.support.mouths import talking

MEGABYTE = 1e6


@pytest.fixture(scope="module")
def ten_minutes() -> Curves:
    """12.5 MB that move as noise does, mouth and eyes open."""
    curves = Curves(
        ARKIT_52, 100.0, 0.5 * np.random.default_rng(0).random((60_000, 52), np.float32)
    )
    curves.column("jawOpen")[:] += 0.5
    curves.column("eyeBlinkLeft")[:] = curves.column("eyeBlinkRight")[:] = 0.0
    return curves


def peak_memory(work: Callable[[], object]) -> float:
    """Peak bytes of the work, including its result."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [0, 1, 10, 11, 29])
@pytest.mark.parametrize("reach", [0, 3, 25])
def test_blocks_hold_every_row_once(
    monkeypatch: pytest.MonkeyPatch, count: int, reach: int
) -> None:
    monkeypatch.setattr(shape_module, "ROWS", 10)
    rows = np.arange(count)
    parts = list(shape_module.blocks(count, reach))
    assert np.array_equal(np.concatenate([rows[:0], *(rows[part.rows] for part in parts)]), rows)
    for part in parts:
        context = rows[part.context]
        assert np.array_equal(context[part.inner], rows[part.rows])
        assert context[0] == max(part.rows.start - reach, 0)
        assert context[-1] == min(part.rows.stop + reach, count) - 1


@pytest.mark.parametrize(
    "dials",
    [
        Dials(),
        Dials(smoothing=0.004, emphasis=0.5),
        Dials(smoothing=0.6, emphasis=-1.0, close_bias=-0.4, offset_ms=-130.0),
        Dials(
            smoothing=1.0,
            emphasis=1.0,
            close_bias=0.5,
            jaw=1.3,
            asymmetry=0.4,
            offset_ms=70.0,
            limit=0.8,
            brow_layer=1.0,
            head_nod=1.0,
            eye_darts=1.0,
        ),
    ],
    ids=["light", "least", "flat", "everything"],
)
def test_blocks_give_the_result_of_the_whole(monkeypatch: pytest.MonkeyPatch, dials: Dials) -> None:
    closures = [(row, 2 + row % 9) for row in range(40, 3000, 37)]
    curves = talking(closures, rows=3000)
    whole = shape(curves, dials, start=7.0)
    monkeypatch.setattr(shape_module, "ROWS", 128)
    assert np.abs(shape(curves, dials, start=7.0).values - whole.values).max() < 1e-5


def test_shaping_needs_little_more_than_its_result(ten_minutes: Curves) -> None:
    assert peak_memory(lambda: shape(ten_minutes, Dials(head_nod=1.0))) < 40 * MEGABYTE


def test_encoding_needs_little_more_than_its_result(ten_minutes: Curves) -> None:
    encoded = encode(ten_minutes)
    assert peak_memory(lambda: encode(ten_minutes)) < 18 * MEGABYTE
    assert peak_memory(lambda: decode(encoded)) < 28 * MEGABYTE
    assert np.abs(decode(encoded).values - ten_minutes.values).max() < 0.00013


def test_sampling_needs_little_more_than_its_result(ten_minutes: Curves) -> None:
    times = np.arange(600 * 24) / 24
    assert peak_memory(lambda: sample_at(ten_minutes, times)) < 6 * MEGABYTE


def test_cached_keys_do_not_hold_their_columns() -> None:
    frames = np.arange(20_000)
    waves = np.sin(frames[:, None] / np.arange(20, 40)).astype(np.float32)
    held = []

    def reduce() -> None:
        keys = reduce_keys(frames, {str(i): waves[:, i] for i in range(20)}, 0.05)
        held.append(sum(len(each.frames) for each in keys.values()) * 16)
        del keys
        held.append(tracemalloc.get_traced_memory()[0])

    peak_memory(reduce)
    of_keys, of_all = held
    assert of_all < of_keys + 0.2 * MEGABYTE  # the columns alone take 6.4


def test_reducing_works_on_few_columns_at_once() -> None:
    frames = np.arange(15_000)
    waves = {str(i): np.sin(frames / i).astype(np.float32) for i in range(40, 60)}
    assert peak_memory(lambda: reduce_keys(frames, waves, 0.05)) < 9 * MEGABYTE


def test_long_curves_are_sampled_between_their_rows(ten_minutes: Curves) -> None:
    times = np.random.default_rng(1).uniform(0.0, 599.9, 9_000)
    times.sort()
    brow = ten_minutes.names.index("browInnerUp")  # takes no part in closures
    expected = np.interp(times, ten_minutes.times, ten_minutes.values[:, brow])
    assert sample_at(ten_minutes, times)[:, brow] == pytest.approx(expected, abs=1e-5)
