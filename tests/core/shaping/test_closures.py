"""Closures of the lips reach the keys whatever the dials."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.keys.keyframes import closures, reduce_keys
from a2f.blender_audio2face.core.keys.slicing import sampled
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.model.lip_seal import lip_opening
from a2f.model.sampling import SEALED, sample_at
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.mouths import NAMES, opening, runs, talking

HAIR = 3e-4  # what columns that hardly move may add, see reduce_keys

mouths = st.builds(
    talking,
    closures=st.lists(st.tuples(st.integers(2, 190), st.integers(1, 12)), max_size=8),
    jaw=st.floats(0.05, 0.6),
    noise=st.floats(0.0, 0.1),
    leak=st.floats(0.0, 0.039),
)
strengths = st.floats(0.0, 2.0)
dials = st.builds(
    Dials,
    overall=strengths,
    jaw=strengths,
    lips=strengths,
    upper_face=strengths,
    channels=st.dictionaries(st.sampled_from(NAMES), strengths, max_size=3),
    smoothing=st.floats(0.0, 1.0),
    emphasis=st.floats(-1.0, 1.0),
    close_bias=st.floats(0.0, 1.0),
    asymmetry=st.floats(-1.0, 1.0),
    limit=st.floats(0.0, 1.0),
    brow_layer=st.floats(0.0, 1.0),
    head_nod=st.floats(0.0, 1.0),
)


@pytest.mark.parametrize("fps", [12, 24, 25, 29.97, 60])
@settings(max_examples=12, deadline=None, database=None, derandomize=True)
@given(raw=mouths, dial=dials, phase=st.floats(0.0, 1.0))
def test_closures_reach_the_keys_with_any_dials(fps: float, raw, dial: Dials, phase: float) -> None:
    shaped = shape(raw, dial)
    assert np.all(opening(shaped)[opening(raw) < SEALED] < SEALED)

    frames = np.arange(int(2 * fps))
    times = (frames + phase) / fps
    at_frames = sample_at(shaped, times)
    anchors = closures(shaped.names, at_frames)
    keys = reduce_keys(frames, dict(zip(shaped.names, at_frames.T, strict=True)), 0.01, anchors)
    shown = np.stack([sampled(keys[name], frames)[0] for name in shaped.names], axis=1)
    seen = lip_opening(shaped.names, shown) < SEALED + HAIR

    assert np.abs(shown - at_frames).max() <= 0.01 + 1e-6
    half = 0.5 / fps + 1e-6
    for first, stop in runs(opening(shaped)):
        around = (times >= first / 100 - half) & (times <= (stop - 1) / 100 + half)
        if around.any():
            assert seen[around].any()


@settings(max_examples=12, deadline=None, database=None, derandomize=True)
@given(raw=mouths, offset=st.floats(-200, 200))
def test_offset_moves_closures_and_loses_none(raw, offset: float) -> None:
    moved = round(offset / 10)
    before, after = opening(raw), opening(shape(raw, Dials(offset_ms=offset)))
    rows = np.flatnonzero(before < SEALED) + moved
    rows = rows[(rows >= 0) & (rows < len(after))]
    assert np.all(after[rows] < SEALED)
