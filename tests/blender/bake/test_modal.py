"""The bake behind a window, step by step as Blender calls it; ``faults`` tests what ends it."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from tests.support.modal import ESC, MOUSE, Context, Instance, context, run, run_until
from tests.support.scenes import (
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
    monkeypatch.setattr(operators, "_STEP_SECONDS", 0.0)
    add_sound(write_wav(tmp_path / "hum.wav", tone(2.0), 16000))

    def invoke() -> Instance:
        instance = Instance(operators.AUDIO2FACE_OT_bake)
        assert instance.invoke(context, None) == {"RUNNING_MODAL"}
        return instance

    return invoke


@pytest.fixture
def operator(invoke) -> Instance:
    """A bake of Face that was invoked."""
    make_face("Face", ("jawOpen",))
    return invoke()


def check_undone(operator: Instance, context: Context) -> None:
    job = operator._job
    job.join(5.0)
    assert not job.is_alive()
    assert len(bpy.data.actions) == 0
    assert len(bpy.context.scene.audio2face.speakers) == 0
    assert bpy.context.scene.audio2face.report == ""
    assert context.window_manager.timers == []


def test_bake_lets_the_artist_work_and_ends_with_keys(operator, context) -> None:
    assert operator.modal(context, MOUSE) == {"PASS_THROUGH"}
    assert len(bpy.data.actions) == 0
    run_until(operator, context, lambda: len(bpy.data.actions) > 0)
    assert operator.modal(context, MOUSE) == {"RUNNING_MODAL"}  # while keys are written
    assert run(operator, context) == {"FINISHED"}
    assert [action.name for action in bpy.data.actions] == ["A2F Face"]
    assert operator.reports[0][0] == "INFO"
    assert bpy.context.scene.audio2face.report.startswith(operator.reports[0][1])
    assert context.window_manager.timers == []


def test_escape_is_reported_and_leaves_no_trace(operator, context) -> None:
    assert operator.modal(context, ESC) == {"CANCELLED"}
    assert operator.reports == [("INFO", "Bake cancelled; nothing was changed")]
    check_undone(operator, context)


def test_cancel_button_leaves_no_trace(operator, context, extension: str) -> None:
    job = importlib.import_module(f"{extension}.blender_audio2face.core.background_job")
    job.stop_all(timeout=0.0)
    assert run(operator, context) == {"CANCELLED"}
    check_undone(operator, context)


def test_blender_cancelling_the_operator_stops_its_job(operator, context) -> None:
    operator.cancel(context)
    assert operator._job.cancelled
    check_undone(operator, context)


def test_strip_moved_during_the_bake_is_refused(operator, context) -> None:
    set_timing(bpy.context.scene.sequence_editor.active_strip, content_start=30)
    assert run(operator, context) == {"CANCELLED"}
    assert operator.reports == [
        ("ERROR", 'Strip "speech" was changed while its sound was analysed: bake again.')
    ]
    check_undone(operator, context)


def test_dial_turned_during_the_bake_is_used(invoke, context) -> None:
    make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(strip="speech")
    operator = invoke()
    bpy.context.scene.audio2face.speakers[0].dials.overall = 0.0
    assert run(operator, context) == {"FINISHED"}
    values = [value for _, value in keys_of(bpy.data.actions["A2F Face"], "jawOpen")]
    assert values and not any(values)


def test_shape_key_renamed_after_composing_is_keyed(operator, context) -> None:
    operator._job.result()
    face = bpy.data.objects["Face"]
    face.data.shape_keys.key_blocks["jawOpen"].name = "Jaw Open"
    assert run(operator, context) == {"FINISHED"}
    assert len(keys_of(bpy.data.actions["A2F Face"], "Jaw Open")) > 2


def test_failure_on_the_second_mesh_undoes_the_first(
    invoke, context, extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = importlib.import_module(f"{extension}.blender_audio2face.bake.pipeline")
    write_task = pipeline.write_task

    def fails_on_second(datablock, name, *rest):
        if name == "A2F Second":
            raise MemoryError
        return write_task(datablock, name, *rest)

    monkeypatch.setattr(pipeline, "write_task", fails_on_second)
    make_face("Second", ("jawOpen",))
    first = make_face("First", ("jawOpen",))
    operator = invoke()
    run_until(operator, context, lambda: len(bpy.data.actions) > 0)
    assert run(operator, context) == {"CANCELLED"}
    ((kind, sentence),) = operator.reports
    assert kind == "ERROR" and "not enough memory" in sentence
    check_undone(operator, context)
    assert first.data.shape_keys.animation_data is None
