"""From the curves of strips to keys that can be written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.cached_curves import StripCurves, encode
from a2f.blender_audio2face.core.compose import FaceKeys, FacePlan, KeyingSettings, compose
from a2f.blender_audio2face.core.keys.slicing import sampled
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import RELEASE, StripTiming
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan
from a2f.blender_audio2face.errors import BakeError, PlanError
from a2f.model.curves import Curves

from tests.support.mouths import talking

FEW = KeyingSettings(Dials(), "REDUCED", tolerance=0.01)
EVERY = replace(FEW, keys="EVERY_FRAME")
JAW = Target("bone", "jaw", "location", 2, rest=10.0, extreme=-30.0)


def face(settings: KeyingSettings) -> FacePlan:
    """A shape key, and a bone that travels 40 units."""
    infinite = (-np.inf, np.inf)
    links = (
        PlannedLink(Link("jawOpen", Target("shape", "jaw")), "shape", 0, 0.0, 1.0),
        PlannedLink(Link("jawOpen", JAW), "bone", 2, *infinite),
    )
    return FacePlan((TargetPlan("Face", (), "KEY", 1, None, links),), settings)


@pytest.fixture
def line(tmp_path: Path) -> StripCurves:
    """Two seconds from frame 11 on, and the release after them."""
    path = tmp_path / "speech.wav"
    path.write_bytes(b"sound")
    timing = StripTiming(25.0, 11.0, 0.0, 0.0, 11, 61)
    plan = StripPlan("Line", SoundSource("speech.wav", str(path)), timing)
    curves = talking([(80, 4)], rows=round(100 * (2 + RELEASE)), noise=0.0)
    return StripCurves.of_strip(plan, curves)


def keys_of(composed: tuple[FaceKeys | None, ...]):
    (face_keys,) = composed
    assert face_keys is not None
    (keys,) = face_keys
    return keys


def test_strip_is_keyed_from_its_cached_curves(line: StripCurves) -> None:
    keys = keys_of(compose(face(EVERY), [line]))["shape", 0]
    assert keys.frames.tolist() == line.timing.frames.tolist()
    speech = keys.values[1:51]
    assert speech == pytest.approx(line.curves.column("jawOpen")[:200:4], abs=0.02)
    assert keys.values[[0, -1]].tolist() == [0.0, 0.0]


def test_strip_that_was_cut_releases_what_was_said_last(line: StripCurves) -> None:
    """What follows in the sound is not heard, and not shown either."""
    cut = replace(line.timing, right_handle=36)
    keys = keys_of(compose(face(EVERY), [replace(line, timing=cut)]))["shape", 0]
    whole = keys_of(compose(face(EVERY), [line]))["shape", 0]
    assert keys.values[1:26] == pytest.approx(whole.values[1:26], abs=1e-6)
    release = keys.values[26:]
    assert (np.diff(release) <= 1e-6).all() and release[-1] == 0.0
    assert release[0] <= keys.values[25] + 1e-6


def test_bone_moves_between_its_own_rest_and_extreme(line: StripCurves) -> None:
    keys = keys_of(compose(face(EVERY), [line]))
    assert keys["bone", 2].values == pytest.approx(10.0 - 40.0 * keys["shape", 0].values, abs=1e-4)


def test_tolerance_scales_with_the_travel_of_a_control(line: StripCurves) -> None:
    few, every = (keys_of(compose(face(settings), [line])) for settings in (FEW, EVERY))
    for channel, span in ((("shape", 0), 1.0), (("bone", 2), 40.0)):
        assert len(few[channel].frames) < len(every[channel].frames)
        error = np.abs(sampled(few[channel], every[channel].frames)[0] - every[channel].values)
        assert error.max() <= 0.0101 * span
        assert error.max() > 0.001 * span


def test_curves_without_a_sound_are_neither_eased_nor_parted(line: StripCurves) -> None:
    values = line.curves.values.copy()
    values[60:90] = 0.0
    popping = replace(line, encoded=encode(Curves(line.curves.names, 100.0, values)))
    eased = keys_of(compose(face(EVERY), [popping]))["shape", 0].values
    own = keys_of(compose(face(EVERY), [replace(popping, segment=None)]))["shape", 0].values
    plain = replace(EVERY, dials=Dials(pauses=0.0, ease=0.0))
    assert np.array_equal(own, keys_of(compose(face(plain), [popping]))["shape", 0].values)
    assert eased[18] > 0.1
    assert own[18] < 0.01


def test_preview_range_limits_what_is_composed(line: StripCurves) -> None:
    timing = replace(line.timing, left_handle=160, right_handle=210, content_start=160.0)
    later = replace(line, timing=timing)
    first, second = compose(face(replace(EVERY, preview=(170, 180))), [line, later])
    assert first is None
    assert second is not None
    with pytest.raises(PlanError, match="No strip lies in the preview range"):
        compose(face(replace(EVERY, preview=(100, 110))), [line, later])


def test_progress_rises_from_strip_to_strip(line: StripCurves) -> None:
    seen: list[float] = []
    compose(face(FEW), [line, line], seen.append)
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert 0.5 in seen
    assert seen[-1] < 1.0


def test_strip_without_its_sound_is_refused(tmp_path: Path) -> None:
    source = SoundSource("speech.wav", str(tmp_path / "speech.wav"))
    strip = StripPlan("Line", source, StripTiming(25.0, 11.0, 0.0, 0.0, 11, 61))
    with pytest.raises(BakeError, match=r'The sound of "Line" cannot be read'):
        StripCurves.of_strip(strip, talking([(80, 4)], rows=230, noise=0.0))
