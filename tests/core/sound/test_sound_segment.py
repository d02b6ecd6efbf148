"""When cached curves can be used again for a strip."""

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
FADE = np.linspace(0.0, 1.0, 101)
DIP = np.where(np.abs(np.arange(101) - 50) < 10, 0.0, 1.0)


def offset(old: StripPlan, new: StripPlan) -> float | None:
    return segment_of_strip(new).offset_in(segment_of_strip(old))


def placed(plan: StripPlan = PLAN, **timing: object) -> StripPlan:
    return replace(plan, timing=replace(plan.timing, **timing))


def faded(gains: np.ndarray, **timing: object) -> StripPlan:
    return replace(placed(**timing), volume=Volume.of(gains))


MOVED = placed(content_start=50, left_handle=50, right_handle=150)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (PLAN, replace(MOVED, name="b", volume=Volume((0.3,)), uid="x"), 0.0),
        (PLAN, placed(fps=50.0, right_handle=211), 0.0),
        (PLAN, placed(right_handle=61, warp=tuple(np.linspace(0.0, 4.0, 51))), 0.0),
        (PLAN, placed(left_handle=36, right_handle=86), 1.0),
        (placed(left_handle=36), placed(left_handle=46), 0.4),
        (placed(left_handle=36, right_handle=86), PLAN, None),
        (PLAN, placed(left_handle=5), None),
        (PLAN, placed(right_handle=130), None),
        (PLAN, replace(PLAN, source=SoundSource("s.wav", b"another sound")), None),
        (PLAN, faded(FADE), None),
        (faded(FADE), PLAN, None),
        (faded(FADE), faded(FADE / 3), 0.0),
        (faded(FADE), faded(1 - FADE), None),
        (PLAN, faded(DIP), None),
        (placed(right_handle=12), faded(np.array([1.0, 0.0]), right_handle=12), None),
        (faded(FADE), faded(FADE[25:76], left_handle=36, right_handle=86), 1.0),
        (faded(np.minimum(np.arange(101) / 20, 1.0)), placed(left_handle=51), 1.6),
    ],
    ids=[
        "moved", "other rate", "retimed", "trimmed", "trimmed again", "extended", "longer before",
        "longer after", "other sound", "new fade", "fade removed", "quieter fade", "other fade",
        "dip", "single frame", "trimmed fade", "steady part of a fade",
    ],
)  # fmt: skip
def test_curves_serve_a_strip_whose_sound_they_contain(old, new, expected) -> None:
    found = offset(old, new)
    assert found is None if expected is None else found == pytest.approx(expected)


def test_frame_times_count_from_the_first_frame() -> None:
    assert placed(left_handle=36, right_handle=38).frame_times == pytest.approx([0.0, 0.04, 0.08])
    retimed = placed(right_handle=13, warp=(0.5, 0.6, 0.9))
    assert retimed.frame_times == pytest.approx([0.0, 0.1, 0.4])
    assert retimed.source_range == pytest.approx((0.5, 0.9))


@pytest.mark.parametrize("plan", [PLAN, faded(FADE)])
def test_segment_survives_its_json(plan: StripPlan) -> None:
    assert loads(dumps(segment_of_strip(plan))) == segment_of_strip(plan)


@pytest.mark.parametrize(
    "text",
    [None, 1, "", "[]", '["a", 1]', '["a", 1, "b", null]', '["a", 1, 2, [[1], []]]', "{}",
     "[" * 100_000, '["x", 1e999, 2, null]', f'["x", 1{"0" * 400}, 2, null]',
     '["x", 0, 1, [[0, NaN], [1, 1]]]'],
)  # fmt: skip
def test_other_text_is_no_segment(text: object) -> None:
    assert loads(text) is None


def test_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "s.wav"
    path.write_bytes(b"the sound")
    assert digest(SoundSource("other name", str(path))) == digest(PLAN.source)


def test_digest_is_stable_between_versions() -> None:
    """Curves that were cached before an update still serve after it."""
    assert digest(PLAN.source) == "6f60b4fa35fb4aa9b51ee7ae5231c68d"


@pytest.mark.parametrize("changed", [0, 10, 24])
def test_digest_depends_on_every_byte(monkeypatch: pytest.MonkeyPatch, changed: int) -> None:
    monkeypatch.setattr(module, "_BLOCK", 10)
    content = bytearray(25)
    before = digest(SoundSource("a", bytes(content)))
    content[changed] = 1
    assert digest(SoundSource("a", bytes(content))) != before


def test_digest_of_a_very_large_file_samples_it_to_its_end(monkeypatch) -> None:
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
