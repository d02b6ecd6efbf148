"""The bake behind a window, step by step as Blender calls it; ``faults`` tests what ends it."""

from collections.abc import Callable
from pathlib import Path

import bpy
import pytest

from tests.support.extension import addon_module
from tests.support.modal import ESC, MOUSE, Context, Instance, context, operators, run, run_until
from tests.support.scenes import (
    action_of,
    add_sound,
    highest_key,
    keys_of,
    make_face,
    needs_sound,
    set_timing,
    speaker,
    write_hum,
)

__all__ = ["context", "operators"]
pytestmark = needs_sound


@pytest.fixture
def face() -> bpy.types.Object:
    return make_face("Face", ("jawOpen",))


@pytest.fixture
def invoke(face, operators, tmp_path: Path, context: Context) -> Callable[[], Instance]:
    """Invokes a bake of the selected face from two seconds of sound."""
    add_sound(write_hum(tmp_path / "hum.wav", 2.0))

    def invoke() -> Instance:
        instance = Instance(operators.AUDIO2FACE_OT_bake)
        assert instance.invoke(context, None) == {"RUNNING_MODAL"}
        return instance

    return invoke


@pytest.fixture
def operator(invoke) -> Instance:
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
    assert operator.reports[0][0] == "WARNING"  # a hum is no voice
    assert bpy.context.scene.audio2face.report.startswith(operator.reports[0][1])
    assert context.window_manager.timers == []


def test_escape_is_reported_and_leaves_no_trace(operator, context) -> None:
    assert operator.modal(context, ESC) == {"CANCELLED"}
    assert operator.reports == [("INFO", "Bake cancelled; nothing was changed")]
    check_undone(operator, context)


def test_cancel_button_leaves_no_trace(operator, context) -> None:
    addon_module("core.background_job").stop_all(timeout=0.0)
    assert run(operator, context) == {"CANCELLED"}
    check_undone(operator, context)


def test_strip_moved_during_the_bake_is_refused(operator, context) -> None:
    set_timing(bpy.context.scene.sequence_editor.active_strip, content_start=30)
    assert run(operator, context) == {"CANCELLED"}
    assert operator.reports == [
        ("ERROR", 'Strip "speech" was changed while its sound was analysed: bake again.')
    ]
    check_undone(operator, context)


def test_dial_turned_during_the_bake_is_used(face, invoke, context) -> None:
    bpy.ops.audio2face.speaker_add(strip="speech")
    operator = invoke()
    speaker("Face").dials.overall = 0.0
    assert run(operator, context) == {"FINISHED"}
    assert highest_key(face) == 0.0


def test_shape_key_renamed_after_composing_is_keyed(face, operator, context) -> None:
    operator._job.result()
    face.data.shape_keys.key_blocks["jawOpen"].name = "Jaw Open"
    assert run(operator, context) == {"FINISHED"}
    assert len(keys_of(action_of(face), "Jaw Open")) > 2


def test_failure_on_the_second_mesh_undoes_the_first(
    face, invoke, context, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = addon_module("bake.pipeline")
    write_task = pipeline.write_task

    def fails_on_second(datablock, name, *rest):
        if name == "A2F Face":
            raise MemoryError
        return write_task(datablock, name, *rest)

    monkeypatch.setattr(pipeline, "write_task", fails_on_second)
    first = make_face("First", ("jawOpen",))  # is active, and written before Face
    operator = invoke()
    run_until(operator, context, lambda: len(bpy.data.actions) > 0)
    assert run(operator, context) == {"CANCELLED"}
    ((kind, sentence),) = operator.reports
    assert kind == "ERROR" and "not enough memory" in sentence
    check_undone(operator, context)
    assert first.data.shape_keys.animation_data is None
