"""The bake behind a window, step by step as Blender calls it. Without a window Blender starts no
modal operator, so the instance and the window manager are stand-ins."""

import importlib
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from tests.blender.scenes import add_sound, make_face, needs_sound, set_timing, tone, write_wav

pytestmark = needs_sound

TIMER, ESC, MOUSE = (
    SimpleNamespace(type=kind, value=value)
    for kind, value in (("TIMER", "NOTHING"), ("ESC", "PRESS"), ("MOUSEMOVE", "NOTHING"))
)


class Instance:
    """Stands in for the operator's instance."""

    def __init__(self, operator: type) -> None:
        self.speaker = self.strip = self.file = self.weights = ""
        self.channel, self.runtime = 0, "numpy"
        chosen = ("runtime", "weights")
        self.properties = SimpleNamespace(is_property_set=lambda name: name in chosen)
        self.reports: list[tuple[str, str]] = []
        self._operator = operator

    def __getattr__(self, name: str):
        return partial(getattr(self._operator, name), self)

    def report(self, kind: set[str], text: str) -> None:
        self.reports.append((*kind, text))


class WindowManager:
    """Counts the timers that were left running."""

    windows = ()

    def __init__(self) -> None:
        self.timers = 0

    def event_timer_add(self, _seconds: float, window: object) -> object:
        self.timers += 1
        return window

    def event_timer_remove(self, _timer: object) -> None:
        self.timers -= 1

    def modal_handler_add(self, _operator: object) -> None:
        pass


@pytest.fixture
def context() -> SimpleNamespace:
    return SimpleNamespace(
        scene=bpy.context.scene,
        workspace=bpy.context.workspace,
        view_layer=bpy.context.view_layer,
        preferences=bpy.context.preferences,
        window_manager=WindowManager(),
        window=None,
    )


@pytest.fixture
def operator(
    extension: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: SimpleNamespace
) -> Instance:
    """A bake of two seconds that was invoked."""
    operators = importlib.import_module(f"{extension}.blender_audio2face.operators.bake")
    windowed = SimpleNamespace(app=SimpleNamespace(background=False), data=bpy.data)
    monkeypatch.setattr(operators, "bpy", windowed)
    make_face("Face", ("jawOpen",))
    add_sound(write_wav(tmp_path / "hum.wav", tone(2.0), 16000))
    instance = Instance(operators.AUDIO2FACE_OT_bake)
    assert instance.invoke(context, None) == {"RUNNING_MODAL"}
    return instance


def run(operator: Instance, context: SimpleNamespace) -> set[str]:
    """Ticks until the operator ends."""
    deadline = time.monotonic() + 60
    while (state := operator.modal(context, TIMER)) == {"PASS_THROUGH"}:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return state


def test_it_lets_the_artist_work_and_ends_with_keys(operator, context) -> None:
    assert operator.modal(context, MOUSE) == {"PASS_THROUGH"}
    assert len(bpy.data.actions) == 0
    assert run(operator, context) == {"FINISHED"}
    assert [action.name for action in bpy.data.actions] == ["A2F Face"]
    assert operator.reports[0][0] == "INFO"
    assert bpy.context.scene.audio2face.report.startswith(operator.reports[0][1])
    assert context.window_manager.timers == 0


def test_escape_leaves_no_trace(operator, context) -> None:
    assert operator.modal(context, ESC) == {"CANCELLED"}
    assert operator.reports == [("INFO", "Bake cancelled; nothing was changed")]
    assert len(bpy.data.actions) == 0
    assert bpy.context.scene.audio2face.report == ""
    assert context.window_manager.timers == 0


def test_the_cancel_button_leaves_no_trace(operator, context, extension: str) -> None:
    job = importlib.import_module(f"{extension}.blender_audio2face.job")
    job.stop_all(timeout=0.0)
    assert run(operator, context) == {"CANCELLED"}
    assert len(bpy.data.actions) == 0
    assert context.window_manager.timers == 0


def test_blender_closing_the_file_stops_it(operator, context) -> None:
    operator.cancel(context)
    assert operator._job.cancelled
    assert context.window_manager.timers == 0


def test_what_changed_meanwhile_is_told(operator, context) -> None:
    set_timing(bpy.context.scene.sequence_editor.active_strip, content_start=30)
    assert run(operator, context) == {"CANCELLED"}
    assert operator.reports == [
        ("ERROR", 'Strip "speech" was changed while its sound was analysed: bake again.')
    ]
    assert len(bpy.data.actions) == 0
    assert context.window_manager.timers == 0
