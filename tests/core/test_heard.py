"""When curves made before still serve."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.sound import sound_segment as module
from a2f.blender_audio2face.core.sound.sound_segment import digest, dumps, loads, segment_of_strip
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.core.sound.volume import Volume

PLAN = StripPlan(
    "speech", SoundSource("s.wav", b"the sound"), StripTiming(25.0, 11, 0.0, 0.0, 11, 111)
)


def offset(old: StripPlan, new: StripPlan) -> float | None:
    return segment_of_strip(new).offset_in(segment_of_strip(old))


def placed(plan: StripPlan = PLAN, **timing: object) -> StripPlan:
    return replace(plan, timing=replace(plan.timing, **timing))


def faded(gains: np.ndarray, **timing: object) -> StripPlan:
    return replace(placed(**timing), volume=Volume.of(gains))


def test_moving_renaming_and_constant_volume_change_nothing() -> None:
    moved = placed(content_start=50, left_handle=50, right_handle=150)
    assert offset(PLAN, replace(moved, name="b", volume=Volume((0.3,)), uid="x")) == 0.0


def test_another_frame_rate_hears_the_same_seconds() -> None:
    assert offset(PLAN, placed(fps=50.0, right_handle=211)) == 0.0


def test_trimming_begins_later_in_the_same_curves() -> None:
    assert offset(PLAN, placed(left_handle=36, right_handle=86)) == pytest.approx(1.0)
    assert offset(placed(left_handle=36, right_handle=86), PLAN) is None


def test_an_offset_counts_from_where_the_curves_begin() -> None:
    later = placed(left_handle=36)
    assert offset(later, placed(left_handle=46)) == pytest.approx(0.4)


def test_seconds_of_frames_count_from_the_strips_first() -> None:
    assert PLAN.uid == ""
    assert placed(left_handle=36, right_handle=38).frame_times == pytest.approx([0.0, 0.04, 0.08])
    retimed = placed(right_handle=13, warp=(0.5, 0.6, 0.9))
    assert retimed.frame_times == pytest.approx([0.0, 0.1, 0.4])
    assert retimed.source_range == pytest.approx((0.5, 0.9))


@pytest.mark.parametrize("change", [{"left_handle": 5}, {"right_handle": 130}])
def test_extending_needs_the_network(change: dict) -> None:
    assert offset(PLAN, placed(**change)) is None


def test_another_sound_needs_the_network() -> None:
    other = SoundSource("s.wav", b"another sound")
    assert offset(PLAN, replace(PLAN, source=other)) is None


def test_retiming_within_the_sound_does_not() -> None:
    warp = tuple(np.linspace(0.0, 4.0, 51))
    assert offset(PLAN, placed(right_handle=61, warp=warp)) == 0.0


def test_a_fade_is_heard() -> None:
    fade = np.linspace(0.0, 1.0, 101)
    assert offset(PLAN, faded(fade)) is None
    assert offset(faded(fade), PLAN) is None
    assert offset(faded(fade), faded(fade / 3)) == 0.0
    assert offset(faded(fade), faded(1 - fade)) is None
    dip = np.where(np.abs(np.arange(101) - 50) < 10, 0.0, 1.0)
    assert offset(PLAN, faded(dip)) is None
    frame = placed(right_handle=12)
    assert offset(frame, faded(np.array([1.0, 0.0]), right_handle=12)) is None
    cut = faded(fade[25:76], left_handle=36, right_handle=86)
    assert offset(faded(fade), cut) == pytest.approx(1.0)


def test_a_steady_part_of_a_faded_strip_needs_nothing_new() -> None:
    fade = np.minimum(np.arange(101) / 20, 1.0)
    assert offset(faded(fade), placed(left_handle=51)) == pytest.approx(1.6)


@pytest.mark.parametrize("plan", [PLAN, faded(np.linspace(0, 1, 101))])
def test_the_record_survives_its_text(plan: StripPlan) -> None:
    assert loads(dumps(segment_of_strip(plan))) == segment_of_strip(plan)


@pytest.mark.parametrize(
    "text", [None, 1, "", "[]", '["a", 1]', '["a", 1, "b", null]', '["a", 1, 2, [[1], []]]', "{}"]
)
def test_anything_else_is_no_record(text: object) -> None:
    assert loads(text) is None


def test_a_file_is_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "s.wav"
    path.write_bytes(b"the sound")
    assert digest(SoundSource("other name", str(path))) == digest(PLAN.source)


def test_a_sound_has_the_digest_it_always_had() -> None:
    """What was heard before an update still serves after it."""
    assert digest(PLAN.source) == "6f60b4fa35fb4aa9b51ee7ae5231c68d"


@pytest.mark.parametrize("changed", [0, 10, 24])
def test_every_byte_of_a_file_counts(monkeypatch: pytest.MonkeyPatch, changed: int) -> None:
    monkeypatch.setattr(module, "_BLOCK", 10)
    content = bytearray(25)
    before = digest(SoundSource("a", bytes(content)))
    content[changed] = 1
    assert digest(SoundSource("a", bytes(content))) != before


def test_a_very_large_file_is_sampled_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK", 10)
    monkeypatch.setattr(module, "_MOST", 4)
    content = bytearray(1005)
    before = digest(SoundSource("film", bytes(content)))
    content[100] = 1  # between two blocks
    assert digest(SoundSource("film", bytes(content))) == before
    for end in (0, -1):
        content[end] = 1
        assert digest(SoundSource("film", bytes(content))) != before
        content[end] = 0


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '["x", 1e999, 2, null]', f'["x", 1{"0" * 400}, 2, null]',
     '["x", 0, 1, [[0, NaN], [1, 1]]]'],
)  # fmt: skip
def test_numbers_that_no_sound_has_are_no_record(text: str) -> None:
    assert loads(text) is None
