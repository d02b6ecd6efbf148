"""From curves that were heard to keys that can be written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.analysis import StripCurves
from a2f.blender_audio2face.core.cached_curves import decode
from a2f.blender_audio2face.core.compose import ComposedTake, FacePlan, KeyingSettings, compose
from a2f.blender_audio2face.core.keys.keyframes import evaluate
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.sound.sound_segment import segment_of_strip
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import RELEASE, StripTiming
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan
from a2f.blender_audio2face.errors import BakeError, PlanError

from .mouths import talking

FEW = KeyingSettings(Dials(), every_frame=False, tolerance=0.01)
EVERY = replace(FEW, every_frame=True)
JAW = Target("bone", "jaw", "location", 2, rest=10.0, extreme=-30.0)


def face(look: KeyingSettings) -> FacePlan:
    """A shape key, and a bone that travels 40 units."""
    infinite = (-np.inf, np.inf)
    links = (
        PlannedLink(Link("jawOpen", Target("shape", "jaw")), "shape", 0, 0.0, 1.0),
        PlannedLink(Link("jawOpen", JAW), "bone", 2, *infinite),
    )
    return FacePlan((TargetPlan("Face", (), "KEY", 1, None, links),), look)


@pytest.fixture
def line(tmp_path: Path) -> StripCurves:
    """Two seconds from frame 11 on, and the release after them."""
    path = tmp_path / "speech.wav"
    path.write_bytes(b"sound")
    timing = StripTiming(25.0, 11.0, 0.0, 0.0, 11, 61)
    plan = StripPlan("Line", SoundSource("speech.wav", str(path)), timing)
    return StripCurves(plan, talking([(80, 4)], rows=round(100 * (2 + RELEASE)), noise=0.0))


def keys_of(composed: ComposedTake):
    assert composed.keys is not None
    (keys,) = composed.keys
    return keys


def test_a_take_is_keyed_from_what_is_kept(line: StripCurves) -> None:
    (made,) = compose(face(EVERY), [line])
    assert made.strip is line.strip
    assert made.heard == segment_of_strip(line.strip)
    assert np.array_equal(decode(made.data).values, made.curves.values)
    keys = keys_of(made)["shape", 0]
    assert keys.frames.tolist() == line.strip.timing.frames.tolist()
    speech = keys.values[1:51]
    assert speech == pytest.approx(made.curves.column("jawOpen")[:200:4], abs=0.02)
    assert keys.values[[0, -1]].tolist() == [0.0, 0.0]


def test_a_bone_moves_between_its_own_rest_and_extreme(line: StripCurves) -> None:
    keys = keys_of(compose(face(EVERY), [line])[0])
    assert keys["bone", 2].values == pytest.approx(10.0 - 40.0 * keys["shape", 0].values, abs=1e-4)


def test_few_keys_are_as_exact_as_a_control_travels(line: StripCurves) -> None:
    few, every = (keys_of(compose(face(look), [line])[0]) for look in (FEW, EVERY))
    for channel, span in ((("shape", 0), 1.0), (("bone", 2), 40.0)):
        assert len(few[channel].frames) < len(every[channel].frames)
        error = np.abs(evaluate(few[channel], every[channel].frames) - every[channel].values)
        assert error.max() <= 0.0101 * span
        assert error.max() > 0.001 * span


def test_only_the_preview_range_is_composed(line: StripCurves) -> None:
    timing = line.strip.timing
    later = replace(
        line,
        strip=replace(
            line.strip,
            timing=replace(timing, left_handle=160, right_handle=210, content_start=160.0),
        ),
    )
    first, second = compose(face(replace(EVERY, preview=(170, 180))), [line, later])
    assert first.keys is None
    assert second.keys is not None
    with pytest.raises(PlanError, match="No strip lies in the preview range"):
        compose(face(replace(EVERY, preview=(100, 110))), [line, later])


def test_progress_goes_from_strip_to_strip(line: StripCurves) -> None:
    told: list[float] = []
    compose(face(FEW), [line, line], told.append)
    assert told == sorted(told)
    assert told[0] == 0.0
    assert 0.5 in told
    assert told[-1] < 1.0


def test_a_sound_that_is_gone_is_told(line: StripCurves) -> None:
    Path(str(line.strip.source.content)).unlink()
    with pytest.raises(BakeError, match=r'The sound of "Line" cannot be read'):
        compose(face(FEW), [line])
