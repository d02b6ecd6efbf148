"""A preview's thread: the playhead comes first, and nothing is analysed twice."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.background_job import CancelledError
from a2f.blender_audio2face.core.compose import FacePlan, KeyingSettings
from a2f.blender_audio2face.core.preview import analyzer as module
from a2f.blender_audio2face.core.preview.analyzer import PreviewAnalyzer, PreviewPlan
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan
from a2f.blender_audio2face.errors import BakeError

from tests.support.networks import random_network

LINK = PlannedLink(Link("jawOpen", Target("shape", "jawOpen")), "jaw", 0, 0.0, 1.0)
FACE = FacePlan(
    (TargetPlan("Face", (), "KEY", 1, None, (LINK,)),), KeyingSettings(Dials(), "REDUCED", 0.01)
)


def strip(left: int, seconds: int, sound: bytes = b"a", trim: int = 0) -> StripPlan:
    timing = StripTiming(25.0, left - trim, 0.0, 0.0, left, left + seconds * 25)
    return StripPlan("speech", SoundSource("speech", sound), timing)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """(first second, length) of each piece of sound that was asked for."""
    asked = []

    def noise(source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
        if source.content == b"broken":
            raise ValueError("broken")
        generator = np.random.default_rng(3)
        for second in range(round(duration)):
            asked.append((start + second, 1.0))
            yield generator.normal(0, 0.1, 16_000).astype(np.float32)

    monkeypatch.setattr(module, "DECODERS", (("noise", noise),))
    monkeypatch.setattr(module, "load_weights", lambda _path: random_network(2))
    return asked


def analyzer_of(*strips: StripPlan, playhead: float = 1.0) -> PreviewAnalyzer:
    return PreviewAnalyzer(PreviewPlan(strips, FACE), None, playhead)


def jaw_at(analyzer: PreviewAnalyzer, frame: float) -> float:
    return analyzer.frames.at(frame)[0][analyzer.frames.controls[0].index(("jaw", 0))]


def quiet(_fraction: float) -> None:
    pass


def test_work_makes_all_frames(decoded) -> None:
    analyzer = analyzer_of(strip(1, 6), strip(301, 4, b"b"))
    analyzer.work(quiet)
    assert analyzer.up_to_date
    assert all(analyzer.frames.at(frame) is not None for frame in (1, 100, 150, 301, 400))
    assert len(decoded) == 10


def test_progress_rises_to_one(decoded) -> None:
    seen = []
    analyzer_of(strip(1, 6), strip(301, 4, b"b")).work(seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


def test_first_frames_come_early(decoded) -> None:
    analyzer = analyzer_of(strip(1, 24))
    decoded_at_first = []

    def look(_fraction: float) -> None:
        if analyzer.frames.at(1) is not None and not decoded_at_first:
            decoded_at_first.append(len(decoded))

    analyzer.work(look)
    assert decoded_at_first[0] <= 4


def test_far_playhead_comes_first(decoded) -> None:
    analyzer = analyzer_of(strip(1, 40), playhead=800.0)
    decoded_at_first = []

    def look(_fraction: float) -> None:
        if analyzer.frames.at(800) is not None and not decoded_at_first:
            decoded_at_first.append(len(decoded))

    analyzer.work(look)
    assert decoded_at_first[0] <= 10
    assert decoded[0][0] == pytest.approx(30.0, abs=1.0)
    assert all(analyzer.frames.at(frame) is not None for frame in (1, 400, 800, 990))


def test_dials_moves_and_trims_need_no_second_analysis(decoded) -> None:
    analyzer = analyzer_of(strip(1, 6))
    analyzer.work(quiet)
    before, count = jaw_at(analyzer, 50), len(decoded)
    softer = replace(FACE, settings=replace(FACE.settings, dials=Dials(overall=0.5)))
    analyzer.plan = PreviewPlan((strip(101, 6),), softer)
    assert not analyzer.up_to_date
    analyzer.work(quiet)
    assert analyzer.frames.at(50) is None
    assert jaw_at(analyzer, 150) == pytest.approx(0.5 * before, abs=0.01)
    analyzer.plan = PreviewPlan((strip(126, 4, trim=25),), FACE)
    analyzer.work(quiet)
    assert jaw_at(analyzer, 150) == pytest.approx(before, abs=0.01)
    assert analyzer.frames.at(110) is None
    assert len(decoded) == count


def test_extended_strip_is_analysed_again(decoded) -> None:
    analyzer = analyzer_of(strip(1, 4))
    analyzer.work(quiet)
    analyzer.plan = PreviewPlan((strip(1, 6),), FACE)
    analyzer.work(quiet)
    assert len(decoded) == 10
    assert analyzer.frames.at(140) is not None


def test_new_plan_during_work_keeps_curves(decoded) -> None:
    analyzer = analyzer_of(strip(1, 10))

    def change(fraction: float) -> None:
        if fraction > 0.3 and analyzer.plan.strips[0].timing.left_handle == 1:
            analyzer.plan = PreviewPlan((strip(1001, 10),), FACE)

    analyzer.work(change)
    assert analyzer.up_to_date
    assert analyzer.frames.at(1) is None
    assert analyzer.frames.at(1200) is not None
    assert len(decoded) == 10


def test_cancelled_work_can_continue(decoded) -> None:
    analyzer = analyzer_of(strip(1, 24))

    def cancel(fraction: float) -> None:
        if fraction > 0.1:
            raise CancelledError

    with pytest.raises(CancelledError):
        analyzer.work(cancel)
    assert 0 < len(decoded) < 12
    analyzer.work(quiet)
    assert len(decoded) == 24


def test_unreadable_sound_raises(decoded) -> None:
    with pytest.raises(BakeError, match="cannot be decoded"):
        analyzer_of(strip(1, 4, b"broken")).work(quiet)
