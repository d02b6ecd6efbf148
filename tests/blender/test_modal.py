"""The bake behind a window, step by step as Blender calls it."""

import importlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from tests.blender.modal import ESC, MOUSE, Context, Instance, context, run, run_until
from tests.blender.scenes import (
    add_sound,
    keys_of,
    make_face,
    needs_sound,
    set_timing,
    tone,
    write_wav,
)

__all__ = ["context"]
pytestmark = needs_sound


@pytest.fixture
def invoke(
    extension: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Context
) -> Callable[[], Instance]:
    """Invokes a bake of the selected face from two seconds of sound."""
    operators = importlib.import_module(f"{extension}.blender_audio2face.ui.operators.bake")
    windowed = SimpleNamespace(app=SimpleNamespace(background=False), data=bpy.data)
    monkeypatch.setattr(operators, "bpy", windowed)
    add_sound(write_wav(tmp_path / "hum.wav", tone(2.0), 16000))

    def invoke() -> Instance:
        instance = Instance(operators.AUDIO2FACE_OT_bake)
        assert instance.invoke(context, None) == {"RUNNING_MODAL"}
        return instance

    return invoke


@pytest.fixture
def operator(invoke) -> Instance:
    """A bake that was invoked."""
    make_face("Face", ("jawOpen",))
    return invoke()


@pytest.fixture
def one_step_at_a_time(extension: str, monkeypatch: pytest.MonkeyPatch) -> None:
    operators = importlib.import_module(f"{extension}.blender_audio2face.ui.operators.bake")
    monkeypatch.setattr(operators, "_STEP_SECONDS", 0.0)


def test_it_lets_the_artist_work_and_ends_with_keys(operator, context) -> None:
    assert operator.modal(context, MOUSE) == {"PASS_THROUGH"}
    assert len(bpy.data.actions) == 0
    assert run(operator, context) == {"FINISHED"}
    assert [action.name for action in bpy.data.actions] == ["A2F Face"]
    assert operator.reports[0][0] == "INFO"
    assert bpy.context.scene.audio2face.report.startswith(operator.reports[0][1])
    assert context.window_manager.timers == []


def test_escape_leaves_no_trace(operator, context) -> None:
    assert operator.modal(context, ESC) == {"CANCELLED"}
    assert operator.reports == [("INFO", "Bake cancelled; nothing was changed")]
    assert len(bpy.data.actions) == 0
    assert bpy.context.scene.audio2face.report == ""
    assert context.window_manager.timers == []


def test_the_cancel_button_leaves_no_trace(operator, context, extension: str) -> None:
    job = importlib.import_module(f"{extension}.blender_audio2face.core.background_job")
    job.stop_all(timeout=0.0)
    assert run(operator, context) == {"CANCELLED"}
    assert len(bpy.data.actions) == 0
    assert context.window_manager.timers == []


def test_blender_closing_the_file_stops_it(operator, context) -> None:
    operator.cancel(context)
    assert operator._job.cancelled
    assert context.window_manager.timers == []


def test_what_changed_meanwhile_is_told(operator, context) -> None:
    set_timing(bpy.context.scene.sequence_editor.active_strip, content_start=30)
    assert run(operator, context) == {"CANCELLED"}
    assert operator.reports == [
        ("ERROR", 'Strip "speech" was changed while its sound was analysed: bake again.')
    ]
    assert len(bpy.data.actions) == 0
    assert context.window_manager.timers == []


def test_a_dial_turned_meanwhile_counts(invoke, context) -> None:
    make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(strip="speech")
    operator = invoke()
    bpy.context.scene.audio2face.speakers[0].dials.overall = 0.0
    assert run(operator, context) == {"FINISHED"}
    values = [value for _, value in keys_of(bpy.data.actions["A2F Face"], "jawOpen")]
    assert values and not any(values)


def test_a_name_changed_after_all_was_composed_counts(operator, context) -> None:
    operator._job.result()
    face = bpy.data.objects["Face"]
    face.data.shape_keys.key_blocks["jawOpen"].name = "Jaw Open"
    assert run(operator, context) == {"FINISHED"}
    assert len(keys_of(bpy.data.actions["A2F Face"], "Jaw Open")) > 2


def test_escape_while_keys_are_composed_leaves_no_trace(
    invoke, context, extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    baking = importlib.import_module(f"{extension}.blender_audio2face.bake.pipeline")
    composing = threading.Event()

    def compose(_face, _spoken, on_progress) -> None:
        composing.set()
        while True:
            time.sleep(0.01)
            on_progress(0.5)

    monkeypatch.setattr(baking, "compose", compose)
    make_face("Face", ("jawOpen",))
    operator = invoke()
    run_until(operator, context, composing.is_set)
    assert operator.modal(context, ESC) == {"CANCELLED"}
    assert nothing_is_left(operator, context)


def half_written(operator: Instance, context: Context) -> None:
    """Ticks until the first Action is there."""
    run_until(operator, context, lambda: len(bpy.data.actions) > 0)
    assert operator._job.stepping
    assert len(bpy.context.scene.audio2face.speakers) == 1


def nothing_is_left(operator: Instance, context: Context) -> bool:
    job = operator._job
    job.join(5.0)
    return (
        len(bpy.data.actions) == 0
        and len(bpy.context.scene.audio2face.speakers) == 0
        and not job.is_alive()
        and context.window_manager.timers == []
    )


def test_events_are_held_back_while_keys_are_written(one_step_at_a_time, operator, context) -> None:
    half_written(operator, context)
    assert operator.modal(context, MOUSE) == {"RUNNING_MODAL"}
    assert run(operator, context) == {"FINISHED"}


def test_escape_between_two_steps_takes_all_back(one_step_at_a_time, operator, context) -> None:
    half_written(operator, context)
    assert operator.modal(context, ESC) == {"CANCELLED"}
    assert operator.reports == [("INFO", "Bake cancelled; nothing was changed")]
    assert nothing_is_left(operator, context)


def test_undo_between_two_steps_takes_all_back(
    one_step_at_a_time, operator, context, extension: str
) -> None:
    registration = importlib.import_module(f"{extension}.blender_audio2face.registration")
    assert registration._stop_before_undo in bpy.app.handlers.undo_pre
    half_written(operator, context)
    for handler in bpy.app.handlers.undo_pre:
        handler(bpy.context.scene, None)
    assert run(operator, context) == {"CANCELLED"}
    assert nothing_is_left(operator, context)


def test_a_file_loaded_between_two_steps_gets_nothing(
    one_step_at_a_time, operator, context
) -> None:
    half_written(operator, context)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    operator.cancel(context)
    assert nothing_is_left(operator, context)


def test_disabling_between_two_steps_takes_all_back(
    one_step_at_a_time, operator, context, extension: str
) -> None:
    job = importlib.import_module(f"{extension}.blender_audio2face.core.background_job")
    half_written(operator, context)
    job.stop_all(timeout=2.0)
    operator.cancel(context)
    assert nothing_is_left(operator, context)


def test_a_failure_in_a_step_takes_all_back(
    one_step_at_a_time,
    invoke,
    context,
    extension: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipeline = importlib.import_module(f"{extension}.blender_audio2face.bake.pipeline")
    real = pipeline.write_task

    def fails_on_second(datablock, name, *rest, **options):
        if name == "A2F Second":
            raise MemoryError
        return real(datablock, name, *rest, **options)

    monkeypatch.setattr(pipeline, "write_task", fails_on_second)
    make_face("Second", ("jawOpen",))
    make_face("First", ("jawOpen",))
    operator = invoke()
    half_written(operator, context)
    assert run(operator, context) == {"CANCELLED"}
    assert [kind for kind, _ in operator.reports] == ["ERROR"]
    assert "not enough memory" in operator.reports[0][1]
    assert nothing_is_left(operator, context)
