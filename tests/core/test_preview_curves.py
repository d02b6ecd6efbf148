"""What a preview shows is what a bake would key on every frame, as soon as its part is heard."""

from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.compose import FacePlan, KeyingSettings, keys_of_curves
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.core.sound.volume import Volume
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan
from a2f.blender_audio2face.realtime.preview_curves import (
    HeardStrip,
    Stretch,
    around,
    face_frames,
    trimmed,
)
from a2f.model.curves import Curves

JAW = ("jaw", 0)
NAMES = ("jawOpen", "mouthClose", "eyeBlinkLeft")


def face(**look: object) -> FacePlan:
    links = tuple(
        PlannedLink(Link(name, Target("shape", name)), path, 0, 0.0, 1.0)
        for name, path in (("jawOpen", "jaw"), ("eyeBlinkLeft", "lid"))
    )
    plan = TargetPlan("Face", (), "KEY", 1, None, links)
    values = {"dials": Dials(), "every_frame": False, "tolerance": 0.01} | look
    return FacePlan((plan,), KeyingSettings(**values))


def speech(seconds: float) -> Curves:
    """A jaw that never shuts: where a closure lands between two frames may hang by a rounding."""
    at = np.arange(round(seconds * 100))
    jaw = 0.5 + 0.2 * np.sin(at * 0.31) + 0.1 * np.sin(at * 0.83)
    columns = [jaw, np.full(len(at), 0.05), np.zeros(len(at))]
    return Curves(NAMES, 100.0, np.stack(columns, axis=1).astype(np.float32))


def placed(left: int, frames: int, fps: float = 25.0) -> StripTiming:
    return StripTiming(fps, left, 0.0, 0.0, left, left + frames)


def whole(timing: StripTiming, curves: Curves, cut: float = 0.0) -> HeardStrip:
    return HeardStrip(timing, (Stretch(curves, cut, True),))


def keyed(timing: StripTiming, curves: Curves, cut: float = 0.0) -> dict[int, float]:
    every = face(every_frame=True)
    keys = next(iter(keys_of_curves(every, curves, timing, cut)[0].values()))
    return dict(zip(keys.frames.astype(int).tolist(), keys.values.tolist(), strict=True))


def test_every_frame_is_as_a_bake_keys_it() -> None:
    timing, curves = placed(10, 50), speech(2.3)
    shown = face_frames(face(), [whole(timing, curves)])
    for frame, value in keyed(timing, curves).items():
        assert shown.at(frame)[0][JAW] == pytest.approx(value, abs=1e-6)


def test_the_lead_in_and_moments_between_frames_lie_on_straight_lines() -> None:
    timing, curves = placed(10, 50), speech(2.3)
    shown = face_frames(face(), [whole(timing, curves)])
    keys = keyed(timing, curves)
    assert shown.at(8)[0][JAW] == pytest.approx(keys[10] / 3, abs=1e-6)
    between = 0.75 * keys[20] + 0.25 * keys[21]
    assert shown.at(20.25)[0][JAW] == pytest.approx(between, abs=1e-6)


def test_outside_of_the_strips_nothing_is_shown() -> None:
    timings = placed(10, 20), placed(100, 20)
    shown = face_frames(face(), [whole(one, speech(1.1)) for one in timings])
    assert [shown.at(frame) is None for frame in (6, 7, 60, 97, 127, 128, 500)] == [
        True, False, True, False, False, True, True,
    ]  # fmt: skip


def test_of_two_strips_at_once_the_last_is_shown() -> None:
    curves = speech(2.3)
    first, second = placed(10, 50), placed(40, 50)
    shown = face_frames(face(), [whole(first, curves), whole(second, curves)])
    assert shown.at(39)[0][JAW] == pytest.approx(keyed(first, curves)[39], abs=1e-6)
    assert shown.at(41)[0][JAW] == pytest.approx(keyed(second, curves)[41], abs=1e-6)


def test_what_was_heard_so_far_is_shown_and_nothing_of_the_rest() -> None:
    timing, curves = placed(10, 100), speech(4.3)
    part = Curves(NAMES, 100.0, curves.values[:200])
    shown = face_frames(face(), [HeardStrip(timing, (Stretch(part, 0.0, False),))])
    keys = keyed(timing, curves)
    assert shown.at(7) is not None
    for frame in range(10, 50):  # a tenth of a second before its end a filter lacks what follows
        assert shown.at(frame)[0][JAW] == pytest.approx(keys[frame], abs=1e-5), frame
    assert shown.at(60) is None


def test_a_part_in_the_middle_stands_where_it_plays() -> None:
    timing, curves = placed(10, 100), speech(4.3)
    part = Stretch(Curves(NAMES, 100.0, curves.values[200:350]), -2.0, False)
    shown = face_frames(face(), [HeardStrip(timing, (part,))])
    keys = keyed(timing, curves)
    for frame in range(68, 88):
        assert shown.at(frame)[0][JAW] == pytest.approx(keys[frame], abs=1e-5), frame
    assert shown.at(40) is None
    assert shown.at(110) is None


def test_the_channels_themselves_come_along_for_other_programs() -> None:
    timing, curves = placed(10, 50), speech(2.3)
    shown = face_frames(face(), [whole(timing, curves)])
    assert set(shown.heard_names) == set(NAMES)
    heard = dict(zip(shown.heard_names, shown.heard_at(30.5), strict=True))
    assert heard["jawOpen"] == pytest.approx(shown.at(30.5)[0][JAW], abs=1e-6)
    assert shown.heard_at(500) is None


def test_around_a_frame_is_as_in_the_whole() -> None:
    timing, curves = placed(10, 200), speech(8.3)
    strip = whole(timing, curves)
    shown = face_frames(face(), [around(strip, 100.0, 1.0)])
    keys = keyed(timing, curves)
    assert shown.at(100)[0][JAW] == pytest.approx(keys[100], abs=1e-5)
    assert [shown.at(frame) is None for frame in (70, 80, 120, 130)] == [True, False, False, True]
    assert face_frames(face(), [around(strip, 1000.0, 1.0)]).at(100) is None


def test_a_trimmed_strip_shows_what_it_still_plays() -> None:
    curves = speech(4.3)
    later = placed(10, 60)
    shown = face_frames(face(), [whole(later, curves, cut=1.0)])
    assert shown.at(20)[0][JAW] == pytest.approx(keyed(later, curves, 1.0)[20], abs=1e-6)


def test_only_the_preview_range_is_shown_where_only_that_is_baked() -> None:
    shown = face_frames(face(preview=(20, 30)), [whole(placed(10, 50), speech(2.3))])
    assert [shown.at(frame) is None for frame in (19, 20, 29, 30)] == [True, False, False, True]


def test_a_strip_is_cut_with_its_warp_and_its_fade() -> None:
    timing = replace(placed(10, 4), warp=(0.0, 0.1, 0.3, 0.4, 0.5))
    strip = StripPlan("s", SoundSource("s", b""), timing, Volume((1.0, 0.8, 0.6, 0.4, 0.2)))
    cut = trimmed(strip, 5, 13)
    assert (cut.timing.left_handle, cut.timing.right_handle) == (10, 13)
    cut = trimmed(strip, 11, 13)
    assert cut.timing.warp == (0.1, 0.3, 0.4)
    assert cut.volume.gains == (0.8, 0.6, 0.4)
    assert cut.source_range == pytest.approx((0.1, 0.4))
