"""A preview's thread: what the playhead is on comes first, and nothing is heard twice."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.background_job import CancelledError
from a2f.blender_audio2face.core.compose import FacePlan, KeyingSettings
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan
from a2f.blender_audio2face.errors import BakeError
from a2f.blender_audio2face.realtime import preview_hearing, preview_listener
from a2f.blender_audio2face.realtime.preview_listener import Listener, Order

from tests.core.networks import random_network

LINK = PlannedLink(Link("jawOpen", Target("shape", "jawOpen")), "jaw", 0, 0.0, 1.0)
FACE = FacePlan(
    (TargetPlan("Face", (), "KEY", 1, None, (LINK,)),), KeyingSettings(Dials(), False, 0.01)
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

    monkeypatch.setattr(preview_hearing, "DECODERS", (("noise", noise),))
    monkeypatch.setattr(preview_listener, "load_weights", lambda _path: random_network(2))
    return asked


def listener(*strips: StripPlan, playhead: float = 1.0) -> Listener:
    return Listener(Order(strips, FACE), None, playhead)


def quiet(_fraction: float) -> None:
    pass


def test_all_frames_are_known_in_the_end(decoded) -> None:
    one = listener(strip(1, 6), strip(301, 4, b"b"))
    one.work(quiet)
    assert one.up_to_date
    assert all(one.frames.at(frame) is not None for frame in (1, 100, 150, 301, 400))
    assert len(decoded) == 10


def test_the_progress_rises_to_its_end(decoded) -> None:
    seen = []
    listener(strip(1, 6), strip(301, 4, b"b")).work(seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


def test_the_first_frames_are_shown_long_before_the_end(decoded) -> None:
    one = listener(strip(1, 24))
    heard_at_first = []

    def look(_fraction: float) -> None:
        if one.frames.at(1) is not None and not heard_at_first:
            heard_at_first.append(len(decoded))

    one.work(look)
    assert heard_at_first[0] <= 4


def test_the_neighbourhood_of_a_far_playhead_comes_first(decoded) -> None:
    one = listener(strip(1, 40), playhead=800.0)
    heard_at_first = []

    def look(_fraction: float) -> None:
        if one.frames.at(800) is not None and not heard_at_first:
            heard_at_first.append(len(decoded))

    one.work(look)
    assert heard_at_first[0] <= 10
    assert decoded[0][0] == pytest.approx(30.0, abs=1.0)
    assert all(one.frames.at(frame) is not None for frame in (1, 400, 800, 990))


def test_dials_moves_and_trims_need_no_second_hearing(decoded) -> None:
    one = listener(strip(1, 6))
    one.work(quiet)
    before, count = one.frames.at(50)[0]["jaw", 0], len(decoded)
    softer = replace(FACE, settings=replace(FACE.settings, dials=Dials(overall=0.5)))
    one.order = Order((strip(101, 6),), softer)
    assert not one.up_to_date
    one.work(quiet)
    assert one.frames.at(50) is None
    assert one.frames.at(150)[0]["jaw", 0] == pytest.approx(0.5 * before, abs=0.01)
    one.order = Order((strip(126, 4, trim=25),), FACE)
    one.work(quiet)
    assert one.frames.at(150)[0]["jaw", 0] == pytest.approx(before, abs=0.01)
    assert one.frames.at(110) is None
    assert len(decoded) == count


def test_a_strip_with_more_sound_is_heard_again(decoded) -> None:
    one = listener(strip(1, 4))
    one.work(quiet)
    one.order = Order((strip(1, 6),), FACE)
    one.work(quiet)
    assert len(decoded) == 10
    assert one.frames.at(140) is not None


def test_a_new_order_on_the_way_is_followed_without_losing_what_was_heard(decoded) -> None:
    one = listener(strip(1, 10))

    def change(fraction: float) -> None:
        if fraction > 0.3 and one.order.strips[0].timing.left_handle == 1:
            one.order = Order((strip(1001, 10),), FACE)

    one.work(change)
    assert one.up_to_date
    assert one.frames.at(1) is None
    assert one.frames.at(1200) is not None
    assert len(decoded) == 10


def test_it_can_be_cancelled_and_begun_again(decoded) -> None:
    one = listener(strip(1, 24))

    def cancel(fraction: float) -> None:
        if fraction > 0.1:
            raise CancelledError

    with pytest.raises(CancelledError):
        one.work(cancel)
    assert 0 < len(decoded) < 12
    one.work(quiet)
    assert len(decoded) == 24


def test_a_sound_that_cannot_be_read_says_so(decoded) -> None:
    with pytest.raises(BakeError, match="cannot be decoded"):
        listener(strip(1, 4, b"broken")).work(quiet)
