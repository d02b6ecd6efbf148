"""Frames of a preview are those of a bake with a key on every frame, as far as the curves go."""

from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.compose import FacePlan, KeyingSettings, keys_of_curves
from a2f.blender_audio2face.core.keys.slicing import sampled
from a2f.blender_audio2face.core.preview.frames import (
    AnalyzedStrip,
    CurvePart,
    FaceFrames,
    around,
    face_frames,
    trimmed,
)
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.core.sound.volume import Volume
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan
from a2f.model.curves import Curves

JAW = ("jaw", 0)
NAMES = ("jawOpen", "mouthClose", "eyeBlinkLeft")


def face(**look: object) -> FacePlan:
    links = tuple(
        PlannedLink(Link(name, Target("shape", name)), path, 0, 0.0, 1.0)
        for name, path in (("jawOpen", "jaw"), ("eyeBlinkLeft", "lid"))
    )
    plan = TargetPlan("Face", (), "KEY", 1, None, links)
    values = {"dials": Dials(), "keys": "REDUCED", "tolerance": 0.01} | look
    return FacePlan((plan,), KeyingSettings(**values))


def speech(seconds: float) -> Curves:
    """A jaw that never shuts: where a closure lands between two frames may hang by a rounding."""
    at = np.arange(round(seconds * 100))
    jaw = 0.5 + 0.2 * np.sin(at * 0.31) + 0.1 * np.sin(at * 0.83)
    columns = [jaw, np.full(len(at), 0.05), np.zeros(len(at))]
    return Curves(NAMES, 100.0, np.stack(columns, axis=1).astype(np.float32))


def placed(left: int, frames: int, fps: float = 25.0) -> StripTiming:
    return StripTiming(fps, left, 0.0, 0.0, left, left + frames)


def whole(timing: StripTiming, curves: Curves, cut: float = 0.0) -> AnalyzedStrip:
    return AnalyzedStrip(timing, (CurvePart(curves, cut, True),))


def keyed(timing: StripTiming, curves: Curves, cut: float = 0.0) -> dict[int, float]:
    every = face(keys="EVERY_FRAME")
    keys = next(iter(keys_of_curves(every, curves, timing, cut)[0].values()))
    return dict(zip(keys.frames.astype(int).tolist(), keys.values.tolist(), strict=True))


def jaw_at(frames: FaceFrames, frame: float) -> float:
    return frames.at(frame)[0][frames.controls[0].index(JAW)]


def test_every_frame_equals_the_bake() -> None:
    timing, curves = placed(10, 50), speech(2.3)
    shown = face_frames(face(), [whole(timing, curves)])
    for frame, value in keyed(timing, curves).items():
        assert jaw_at(shown, frame) == pytest.approx(value, abs=1e-6)


def test_lead_in_and_subframes_are_linear() -> None:
    timing, curves = placed(10, 50), speech(2.3)
    shown = face_frames(face(), [whole(timing, curves)])
    keys = keyed(timing, curves)
    assert jaw_at(shown, 8) == pytest.approx(keys[10] / 3, abs=1e-6)
    between = 0.75 * keys[20] + 0.25 * keys[21]
    assert jaw_at(shown, 20.25) == pytest.approx(between, abs=1e-6)


def test_frames_outside_strips_are_unknown() -> None:
    timings = placed(10, 20), placed(100, 20)
    shown = face_frames(face(), [whole(one, speech(1.1)) for one in timings])
    assert [shown.at(frame) is None for frame in (6, 7, 60, 97, 127, 128, 500)] == [
        True, False, True, False, False, True, True,
    ]  # fmt: skip


def test_stepped_poses_are_held_in_the_preview_too() -> None:
    timing, curves = placed(10, 50), speech(2.3)
    shown = face_frames(face(keys="STEPPED", hold=3), [whole(timing, curves)])
    stepped = face(keys="STEPPED", hold=3)
    keys = next(iter(keys_of_curves(stepped, curves, timing, 0.0)[0].values()))
    for frame in range(10, 67):
        assert jaw_at(shown, frame) == pytest.approx(sampled(keys, [frame])[0][0], abs=1e-6)


def test_last_of_overlapping_strips_is_shown() -> None:
    curves = speech(2.3)
    first, second = placed(10, 50), placed(40, 50)
    shown = face_frames(face(), [whole(first, curves), whole(second, curves)])
    assert jaw_at(shown, 39) == pytest.approx(keyed(first, curves)[39], abs=1e-6)
    assert jaw_at(shown, 41) == pytest.approx(keyed(second, curves)[41], abs=1e-6)


def test_partial_curves_show_their_frames_only() -> None:
    timing, curves = placed(10, 100), speech(4.3)
    part = Curves(NAMES, 100.0, curves.values[:200])
    shown = face_frames(face(), [AnalyzedStrip(timing, (CurvePart(part, 0.0, False),))])
    keys = keyed(timing, curves)
    assert shown.at(7) is not None
    for frame in range(10, 50):  # a tenth of a second before its end a filter lacks what follows
        assert jaw_at(shown, frame) == pytest.approx(keys[frame], abs=5e-3), frame
    assert shown.at(60) is None


def test_part_in_the_middle_shows_where_it_plays() -> None:
    timing, curves = placed(10, 100), speech(4.3)
    part = CurvePart(Curves(NAMES, 100.0, curves.values[200:350]), -2.0, False)
    shown = face_frames(face(), [AnalyzedStrip(timing, (part,))])
    keys = keyed(timing, curves)
    for frame in range(68, 88):
        assert jaw_at(shown, frame) == pytest.approx(keys[frame], abs=5e-3), frame
    assert shown.at(40) is None
    assert shown.at(110) is None


def test_channels_are_included_for_other_programs() -> None:
    timing, curves = placed(10, 50), speech(2.3)
    shown = face_frames(face(), [whole(timing, curves)])
    assert set(shown.channels) == set(NAMES)
    values = dict(zip(shown.channels, shown.channels_at(30.5), strict=True))
    assert values["jawOpen"] == pytest.approx(jaw_at(shown, 30.5), abs=1e-6)
    assert shown.channels_at(500) is None


def test_neighbourhood_equals_the_whole() -> None:
    timing, curves = placed(10, 200), speech(8.3)
    strip = whole(timing, curves)
    shown = face_frames(face(), [around(strip, 100.0, 1.0)])
    keys = keyed(timing, curves)
    assert jaw_at(shown, 100) == pytest.approx(keys[100], abs=1e-5)
    assert [shown.at(frame) is None for frame in (70, 80, 120, 130)] == [True, False, False, True]
    assert face_frames(face(), [around(strip, 1000.0, 1.0)]).at(100) is None


def test_cut_strip_shows_what_it_plays() -> None:
    curves = speech(4.3)
    later = placed(10, 60)
    shown = face_frames(face(), [whole(later, curves, cut=1.0)])
    assert jaw_at(shown, 20) == pytest.approx(keyed(later, curves, 1.0)[20], abs=1e-6)


def test_preview_range_limits_frames() -> None:
    shown = face_frames(face(preview=(20, 30)), [whole(placed(10, 50), speech(2.3))])
    assert [shown.at(frame) is None for frame in (19, 20, 29, 30)] == [True, False, False, True]


def test_trimmed_strip_has_trimmed_warp_and_volume() -> None:
    timing = replace(placed(10, 4), warp=(0.0, 0.1, 0.3, 0.4, 0.5))
    strip = StripPlan("s", SoundSource("s", b""), timing, Volume((1.0, 0.8, 0.6, 0.4, 0.2)))
    cut = trimmed(strip, 5, 13)
    assert (cut.timing.left_handle, cut.timing.right_handle) == (10, 13)
    cut = trimmed(strip, 11, 13)
    assert cut.timing.warp == (0.1, 0.3, 0.4)
    assert cut.volume.gains == (0.8, 0.6, 0.4)
    assert cut.source_range == pytest.approx((0.1, 0.4))
