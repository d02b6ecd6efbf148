"""Takes in a stand-in for Blender's properties: kept, found again where they play, taken back."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from a2f.blender_audio2face.core.cached_curves import TakeError, encode
from a2f.blender_audio2face.core.sound.sound_segment import segment_of_strip
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.scene.analysis_cache import (
    NewTake,
    cached_curves_of,
    replaced_curves_of,
    store_take,
)
from a2f.model.curves import Curves

CURVES = Curves(("jawOpen",), 100.0, np.linspace(0, 1, 300, dtype=np.float32)[:, None])
TIMING = StripTiming(25.0, 10.0, 5.0, 0.1, 12, 62)
WARPED = replace(TIMING, warp=tuple(np.linspace(0.5, 3.0, 51).tolist()))


class Take(dict):
    """A property group that takes arrays of bytes by name."""

    name = label = heard = timing = file = ""
    first_frame = 0


class Takes(list):
    """A collection of them."""

    def get(self, name: str) -> Take | None:
        return next((take for take in self if take.name == name), None)

    def __getitem__(self, name: str) -> Take:
        found = self.get(name)
        assert found is not None
        return found

    def add(self) -> Take:
        self.append(Take())
        return list(self)[-1]

    def find(self, name: str) -> int:
        return [take.name for take in self].index(name)

    def remove(self, index: int) -> None:
        del self[index]


class Speaker:
    """A scene's only one."""

    name = "Head"

    def __init__(self) -> None:
        self.takes = Takes()
        self.id_data = SimpleNamespace(audio2face=SimpleNamespace(speakers={self.name: self}))


def new(timing: StripTiming = TIMING, **changes: object) -> NewTake:
    return NewTake(
        **{"key": "1a", "label": "Line", "timing": timing, "data": encode(CURVES)} | changes
    )


@pytest.fixture
def strip(tmp_path: Path) -> StripPlan:
    path = tmp_path / "speech.wav"
    path.write_bytes(b"sound")
    return StripPlan("Line 2", SoundSource("speech.wav", str(path)), TIMING)


@pytest.mark.parametrize("timing", [TIMING, WARPED])
def test_a_take_comes_back_as_it_was(timing: StripTiming) -> None:
    take = store_take(Speaker(), new(timing, file="/a.wav"), ExitStack())
    kept = cached_curves_of(take)
    assert (kept.key, kept.label, kept.timing, kept.cut) == ("1a", "Line", timing, 0.0)
    assert (kept.curves.names, kept.curves.rate) == (CURVES.names, CURVES.rate)
    assert kept.curves.values == pytest.approx(CURVES.values, abs=1e-3)
    assert (take.file, take.first_frame) == ("/a.wav", 12)


def test_a_trimmed_strip_plays_its_take_from_later_on(strip: StripPlan) -> None:
    take = store_take(Speaker(), new(heard=segment_of_strip(strip)), ExitStack())
    later = replace(strip, timing=replace(TIMING, left_handle=22))
    placed = replaced_curves_of(take, later)
    assert placed is not None
    assert (placed.label, placed.timing) == ("Line 2", later.timing)
    assert placed.cut == pytest.approx(10 / 25)
    assert cached_curves_of(take).cut == pytest.approx(0.0)
    store_take(speaker := Speaker(), new(later.timing, heard=segment_of_strip(strip)), ExitStack())
    assert cached_curves_of(speaker.takes["1a"]).cut == pytest.approx(10 / 25)


def test_what_was_not_heard_is_not_placed(strip: StripPlan) -> None:
    take = store_take(Speaker(), new(heard=segment_of_strip(strip)), ExitStack())
    longer = replace(strip, timing=replace(TIMING, right_handle=72))
    assert replaced_curves_of(take, longer) is None
    Path(str(strip.source.content)).write_bytes(b"other")
    assert replaced_curves_of(take, strip) is None
    assert replaced_curves_of(store_take(Speaker(), new(), ExitStack()), strip) is None


def test_a_new_take_is_taken_back() -> None:
    speaker = Speaker()
    with ExitStack() as undo:
        store_take(speaker, new(key="other"), ExitStack())
        store_take(speaker, new(), undo)
        assert [take.name for take in speaker.takes] == ["other", "1a"]
    assert [take.name for take in speaker.takes] == ["other"]


def test_an_older_take_comes_back(strip: StripPlan) -> None:
    speaker = Speaker()
    before = cached_curves_of(
        store_take(speaker, new(heard=segment_of_strip(strip), file="/a.wav"), ExitStack())
    )
    with ExitStack() as undo:
        flat = Curves(("jawOpen",), 100.0, np.zeros((50, 1), np.float32))
        store_take(speaker, new(WARPED, label="Other", data=encode(flat)), undo)
        assert cached_curves_of(speaker.takes["1a"]).timing == WARPED
        assert len(cached_curves_of(speaker.takes["1a"]).curves.values) == 50
    after = cached_curves_of(speaker.takes["1a"])
    assert (after.label, after.timing, after.cut) == (before.label, TIMING, before.cut)
    assert np.array_equal(after.curves.values, before.curves.values)
    assert len(speaker.takes) == 1


def test_a_take_that_lost_its_curves_is_damaged() -> None:
    take = store_take(Speaker(), new(), ExitStack())
    take["curves"] = [1, 2]
    with pytest.raises(TakeError):
        cached_curves_of(take)
