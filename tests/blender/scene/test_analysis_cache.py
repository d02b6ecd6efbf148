"""Curves that a speaker keeps: read back, found where their strips play, and taken back."""

import importlib
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.support.extension import addon_module


@pytest.fixture
def modules(extension: str) -> SimpleNamespace:
    return SimpleNamespace(
        cache=addon_module("scene.analysis_cache"),
        curves=addon_module("core.cached_curves"),
        plan=addon_module("core.sound.strip_plan"),
        timing=addon_module("core.sound.strip_timing").StripTiming,
        Curves=importlib.import_module(f"{extension}.model.curves").Curves,
    )


@pytest.fixture
def speaker(extension: str):
    made = bpy.context.scene.audio2face.speakers.add()
    made.name = "Head"
    return made


@pytest.fixture
def timing(modules):
    return modules.timing(25.0, 10.0, 5.0, 0.1, 12, 62)


@pytest.fixture
def strip(modules, timing, tmp_path: Path):
    path = tmp_path / "speech.wav"
    path.write_bytes(b"sound")
    source = modules.plan.SoundSource("speech.wav", str(path))
    return modules.plan.StripPlan("Line", source, timing)


def ramp(modules, rows: int = 300):
    values = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    return modules.Curves(("jawOpen",), 100.0, values)


def plain(modules, timing, **changes):
    encoded = modules.curves.encode(ramp(modules))
    return replace(modules.curves.StripCurves("Line", timing, encoded, key="1a"), **changes)


def store(modules, speaker, strip):
    modules.cache.store_curves(speaker, strip, ExitStack())
    return modules.cache.cached_curves(speaker.takes[strip.key])


@pytest.mark.parametrize("is_retimed", [False, True])
def test_curves_are_read_back(modules, speaker, timing, is_retimed: bool) -> None:
    if is_retimed:
        timing = replace(timing, warp=tuple(np.linspace(0.5, 3.0, 51).tolist()))
    kept = store(modules, speaker, plain(modules, timing, file="/a.wav"))
    assert (kept.key, kept.name, kept.timing, kept.cut) == ("1a", "Line", timing, 0.0)
    assert kept.curves.values == pytest.approx(ramp(modules).values, abs=1e-3)
    assert (speaker.takes[0].file, speaker.takes[0].first_frame) == ("/a.wav", 10)


def test_sound_that_was_not_analysed_has_no_curves(modules, strip, timing) -> None:
    made = modules.curves.StripCurves.of_strip(strip, ramp(modules))
    assert made.moved_to(replace(strip, timing=replace(timing, right_handle=72))) is None
    assert plain(modules, timing).moved_to(strip) is None
    Path(strip.source.content).write_bytes(b"other")
    assert made.moved_to(strip) is None


def test_new_curves_are_taken_back(modules, speaker, timing) -> None:
    store(modules, speaker, plain(modules, timing, key="other"))
    with ExitStack() as undo:
        modules.cache.store_curves(speaker, plain(modules, timing), undo)
        assert speaker.takes.keys() == ["other", "1a"]
    assert speaker.takes.keys() == ["other"]


def test_replaced_curves_come_back(modules, speaker, timing) -> None:
    before = store(modules, speaker, plain(modules, timing, file="/a.wav"))
    moved = replace(timing, left_handle=20, right_handle=40)
    shorter = modules.curves.encode(ramp(modules, 50))
    with ExitStack() as undo:
        other = plain(modules, moved, name="Other", encoded=shorter)
        modules.cache.store_curves(speaker, other, undo)
        now = modules.cache.cached_curves(speaker.takes["1a"])
        assert (now.timing, len(now.curves.values)) == (moved, 50)
    assert modules.cache.cached_curves(speaker.takes["1a"]) == before


def test_lost_curves_are_damaged(modules, speaker, timing) -> None:
    store(modules, speaker, plain(modules, timing))
    speaker.takes[0]["curves"] = [1, 2]
    kept = modules.cache.cached_curves(speaker.takes[0])
    with pytest.raises(modules.curves.CachedCurvesError):
        _ = kept.curves
