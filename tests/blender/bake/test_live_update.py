"""Dials in a window: debounced, composed in a thread, written in steps; the last value wins.

Timers never fire in Blender's module, so each test calls what the timer would call.
"""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.support.extension import addon_module
from tests.support.modal import Instance, context, operators, run
from tests.support.scenes import highest_key, make_face, needs_sound, speaker

__all__ = ["context", "operators"]

pytestmark = needs_sound


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
def live(extension: str):
    return addon_module("bake.live_update")


@pytest.fixture
def timers(live, anna, monkeypatch: pytest.MonkeyPatch):
    """A window, after the bake; the jaw opens to 2, and a dial of 0.25 takes it to 0.5."""
    made = Timers()
    app = SimpleNamespace(background=False, timers=made, is_job_running=lambda _: False)
    monkeypatch.setattr(live, "bpy", SimpleNamespace(app=app, data=bpy.data))
    monkeypatch.setattr(live, "_PAUSE", 0.03)
    yield made
    live.cancel()


@pytest.fixture
def run_until_written(timers, live, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Runs until keys are half written."""
    monkeypatch.setattr(live, "_STEP_SECONDS", 0.0)
    return lambda: timers.run(
        until=lambda: any(running.job.stepping for running in live._running.values())
    )


def test_dial_waits_for_a_pause_and_the_last_value_wins(timers, anna, dials) -> None:
    before = highest_key(anna)
    for value in np.linspace(0.9, 0.25, 30):
        dials.jaw = value
    assert highest_key(anna) == before
    timers.run()
    assert highest_key(anna) == pytest.approx(0.5, abs=0.02)
    assert "Keyed" in speaker("Anna").report


def test_value_set_while_keys_are_composed_wins(timers, live, anna, dials) -> None:
    dials.jaw = 0.4
    timers.run(until=lambda: bool(live._running))
    dials.jaw = 0.2
    timers.run()
    assert highest_key(anna) == pytest.approx(0.4, abs=0.02)


def test_value_set_while_keys_are_written_wins(timers, run_until_written, anna, dials) -> None:
    dials.jaw = 0.4
    run_until_written()
    dials.jaw = 0.2
    timers.run()
    assert highest_key(anna) == pytest.approx(0.4, abs=0.02)
    assert len(bpy.data.actions) == 1


def test_saving_writes_the_keys_that_are_due(timers, anna, dials, tmp_path: Path) -> None:
    dials.jaw = 0.25
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"), copy=True)
    assert highest_key(anna) == pytest.approx(0.5, abs=0.02)


def test_undo_brings_keys_back_to_their_dials(timers, live, anna, dials) -> None:
    """Blender's undo brings back the dial of the last step, whose keys came after it."""
    dials.jaw = 0.25
    timers.run()
    live.pause()
    keyed_with = speaker("Anna")["keyed_with"]
    with addon_module("scene.live_changes").suspend_live_update():
        dials.jaw = 0.1
    live.catch_up()
    timers.run()
    assert highest_key(anna) == pytest.approx(0.2, abs=0.02)
    assert speaker("Anna")["keyed_with"] != keyed_with


def test_undo_while_keys_are_written_leaves_one_action(
    timers, run_until_written, live, anna, dials
) -> None:
    dials.jaw = 0.25
    run_until_written()
    live.pause()
    assert len(bpy.data.actions) == 1
    assert highest_key(anna) > 0.9
    timers.run()
    assert highest_key(anna) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("stage", ["due", "composed", "written"])
def test_clear_drops_the_keys_that_are_on_their_way(
    timers, live, anna, dials, stage, request
) -> None:
    dials.jaw = 0.25
    if stage == "composed":
        timers.run(until=lambda: bool(live._running))
    elif stage == "written":
        request.getfixturevalue("run_until_written")()
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    timers.run()
    assert (speaker("Anna").report, len(bpy.data.actions)) == ("", 0)
    assert not live._due


def test_loading_a_file_forgets_what_is_due(timers, live, dials) -> None:
    dials.jaw = 0.25
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    timers.run()
    assert live._due == {} and live._running == {}


def test_live_stays_on_while_settings_are_restored(anna, dials) -> None:
    """An autosave may come at any moment; *Live* must never be stored as off by us."""
    with addon_module("scene.live_changes").suspend_live_update():
        assert bpy.context.scene.audio2face.live
        dials.jaw = 0.25
    assert highest_key(anna) > 0.9


def test_bake_of_another_speaker_leaves_keys_due(
    timers, anna, dials, operators, context, tmp_path: Path
) -> None:
    dials.jaw = 0.25
    anna.select_set(False)
    make_face("Bert", ("jawOpen",))
    operator = Instance(operators.AUDIO2FACE_OT_bake)
    assert operator.invoke(context, None) == {"RUNNING_MODAL"}
    assert run(operator, context) == {"FINISHED"}
    timers.run()
    assert highest_key(anna) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("stage", ["due", "running"])
def test_speaker_renamed_meanwhile_is_keyed(timers, live, anna, dials, stage: str) -> None:
    dials.jaw = 0.25
    if stage == "running":
        timers.run(until=lambda: bool(live._running))
    speaker("Anna").name = "Annabel"
    timers.run()
    assert highest_key(anna) == pytest.approx(0.5, abs=0.02)
