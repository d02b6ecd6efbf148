"""Dials in a window: debounced, composed in a thread, written in steps; the last value wins.

Timers never fire in Blender's module, so each test calls what the timer would call.
"""

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.support.scenes import (
    add_sound,
    keys_of,
    make_face,
    needs_sound,
    tone,
    write_wav,
)

pytestmark = [needs_sound, pytest.mark.usefixtures("loud_jaw")]


class Timers:
    """Blender's list of timers."""

    def __init__(self) -> None:
        self.functions: list[Callable[[], float | None]] = []

    def register(self, function, first_interval: float = 0.0) -> None:
        self.functions.append(function)

    def unregister(self, function) -> None:
        self.functions.remove(function)

    def is_registered(self, function) -> bool:
        return function in self.functions

    def run(self, until: Callable[[], bool] = lambda: False, seconds: float = 20.0) -> None:
        """Calls the timers until none is left."""
        end = time.monotonic() + seconds
        while self.functions and not until():
            assert time.monotonic() < end
            for function in tuple(self.functions):
                wait = function()
                if wait is None:
                    self.functions.remove(function)
                else:
                    time.sleep(min(wait, 0.02))


@pytest.fixture
def live(extension: str, monkeypatch: pytest.MonkeyPatch):
    return importlib.import_module(f"{extension}.blender_audio2face.bake.live_update")


@pytest.fixture
def face(tmp_path: Path):
    samples = np.concatenate([np.zeros(8000), tone(0.5), np.zeros(8000), tone(0.5)])
    add_sound(write_wav(tmp_path / "hum.wav", samples, 16000))
    made = make_face("Anna", ("jawOpen", "browInnerUp"))
    bpy.ops.audio2face.bake()
    return made


@pytest.fixture
def timers(live, face, monkeypatch: pytest.MonkeyPatch):
    """A window, after the bake."""
    made = Timers()
    app = SimpleNamespace(background=False, timers=made, is_job_running=lambda _: False)
    monkeypatch.setattr(live, "bpy", SimpleNamespace(app=app, data=bpy.data))
    yield made
    live.cancel()


def speaker():
    return bpy.context.scene.audio2face.speakers["Anna"]


def highest(face) -> float:
    return max(value for _, value in keys_of(face.data.shape_keys.animation_data.action, "jawOpen"))


def test_dial_waits_for_a_pause_and_the_last_value_wins(timers, face) -> None:
    before = highest(face)
    for value in np.linspace(0.9, 0.25, 30):
        speaker().dials.jaw = value
    assert highest(face) == before
    timers.run()
    assert highest(face) == pytest.approx(0.5, abs=0.02)  # the jaw of the fixture opens to 2
    assert "Keyed" in speaker().report


def test_value_set_while_keys_are_composed_wins(timers, live, face) -> None:
    speaker().dials.jaw = 0.4
    timers.run(until=lambda: bool(live._running))
    speaker().dials.jaw = 0.2
    timers.run()
    assert highest(face) == pytest.approx(0.4, abs=0.02)


def test_value_set_while_keys_are_written_wins(
    timers, live, face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_STEP_SECONDS", 0.0)
    speaker().dials.jaw = 0.4
    timers.run(until=lambda: any(one.job.stepping for one in live._running.values()))
    speaker().dials.jaw = 0.2
    timers.run()
    assert highest(face) == pytest.approx(0.4, abs=0.02)
    assert len(bpy.data.actions) == 1


def test_saving_writes_the_keys_that_are_due(timers, face, tmp_path: Path) -> None:
    speaker().dials.jaw = 0.25
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"), copy=True)
    assert highest(face) == pytest.approx(0.5, abs=0.02)


def test_undo_brings_keys_back_to_their_dials(timers, live, face) -> None:
    """Blender's undo brings back the dial of the last step, whose keys came after it."""
    speaker().dials.jaw = 0.25
    timers.run()
    live.pause()
    keyed_with = speaker()["keyed_with"]
    with importlib.import_module(
        live.__name__.replace("bake.live_update", "scene.live_changes")
    ).suspend_live_update():
        speaker().dials.jaw = 0.1
    live.catch_up()
    timers.run()
    assert highest(face) == pytest.approx(0.2, abs=0.02)
    assert speaker()["keyed_with"] != keyed_with


def test_undo_while_keys_are_written_leaves_one_action(
    timers, live, face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_STEP_SECONDS", 0.0)
    speaker().dials.jaw = 0.25
    timers.run(until=lambda: any(one.job.stepping for one in live._running.values()))
    live.pause()
    assert len(bpy.data.actions) == 1
    assert highest(face) > 0.9
    timers.run()
    assert highest(face) == pytest.approx(0.5, abs=0.02)


def test_loading_a_file_forgets_what_is_due(timers, live, face) -> None:
    speaker().dials.jaw = 0.25
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    timers.run()
    assert live._due == {} and live._running == {}


def test_hand_edits_stop_it_with_a_sentence(timers, face) -> None:
    curve = face.data.shape_keys.animation_data.action
    before = highest(face)
    points = curve.layers[0].strips[0].channelbags[0] if bpy.app.version >= (4, 4, 0) else curve
    points.fcurves[0].keyframe_points[1].co.y += 0.1
    speaker().dials.jaw = 0.25
    timers.run()
    assert "changed by hand" in speaker().report
    assert highest(face) >= before


def test_live_stays_on_while_settings_are_restored(live, face, extension: str) -> None:
    """An autosave may come at any moment; *Live* must never be stored as off by us."""
    changes = importlib.import_module(f"{extension}.blender_audio2face.scene.live_changes")
    with changes.suspend_live_update():
        assert bpy.context.scene.audio2face.live
        speaker().dials.jaw = 0.25
    assert highest(face) > 0.9
