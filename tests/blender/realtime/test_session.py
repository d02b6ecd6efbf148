"""A session of real time, stepped as Blender's timer would step it."""

import importlib
import time
from types import SimpleNamespace

import bpy
import pytest

from tests.blender.realtime.live import (
    BEFORE,
    PushedMicrophone,
    face,
    live,
    message,
    modules,
    revalidate,
    speak,
    speak_and_show,
    values_of,
)

__all__ = ["live", "modules"]


def shows_speech(obj) -> bool:
    return values_of(obj) != BEFORE


def test_face_follows_voice_and_is_restored(live, modules) -> None:
    one = face()
    session, source = live(one)
    assert modules.running() is session
    speak(session, source)
    assert session.tick() == pytest.approx(1 / 60)
    assert shows_speech(one)
    session.end()
    assert values_of(one) == BEFORE
    assert source.stopped
    assert modules.running() is None
    assert session.tick() is None
    assert len(bpy.data.actions) == 0
    assert message() == ""


def test_dials_act_during_session(live) -> None:
    one = face()
    one.select_set(True)
    bpy.ops.audio2face.speaker_add()
    speaker = bpy.context.scene.audio2face.speakers[0]
    speaker.dials.overall, speaker.dials.blinks = 0.0, False
    session, source = live(one)
    speak_and_show(session, source)
    assert values_of(one) == [0.0] * 4
    speaker.dials.overall = 2.0
    for _ in range(2):  # a tick hands the dial to the engine, whose next frames follow it
        speak_and_show(session, source, 0.5)
    assert max(values_of(one)) > 0.0


def test_second_session_is_refused(live, modules) -> None:
    live(face())
    with pytest.raises(modules.errors.A2FError, match="runs already"):
        live(face("Other"))


def test_source_that_cannot_start_leaves_nothing(live, modules) -> None:
    class Refusing(PushedMicrophone):
        def start(self, on_block, on_error) -> None:
            raise modules.errors.A2FError("No microphone.")

    one = face()
    with pytest.raises(modules.errors.A2FError, match=r"No microphone\."):
        live(one, source=Refusing())
    assert modules.running() is None
    assert values_of(one) == BEFORE


def test_unplugged_device_ends_session_with_message(live, modules) -> None:
    one = face()
    session, source = live(one)
    speak_and_show(session, source)
    source.fail("Pushed was unplugged; plug it in and start again.")
    assert session.tick() is None
    assert message() == "Pushed was unplugged; plug it in and start again."
    assert values_of(one) == BEFORE
    assert modules.running() is None


def test_internal_error_ends_session(live, modules, monkeypatch: pytest.MonkeyPatch) -> None:
    one = face()
    session, source = live(one)
    speak_and_show(session, source)
    monkeypatch.setattr(session._override, "show", lambda *_: 1 / 0)
    speak(session, source, 0.5)
    with pytest.raises(ZeroDivisionError):
        session.tick()
    assert values_of(one) == BEFORE
    assert modules.running() is None


def test_removed_speaker_ends_session(live) -> None:
    one = face()
    bpy.ops.audio2face.speaker_add()
    session, source = live(one)
    speak_and_show(session, source)
    bpy.context.scene.audio2face.speakers[0].name = "Renamed"
    assert revalidate(session) is not None
    bpy.context.scene.audio2face.speakers.clear()
    assert revalidate(session) is None
    assert "character was removed" in message()
    assert values_of(one) == BEFORE


def test_changed_mapping_is_followed(live, modules) -> None:
    one = face()
    bpy.ops.audio2face.speaker_add()
    session, source = live(one)
    speak_and_show(session, source)
    mapping = modules.mapping
    link = mapping.Link("jawOpen", mapping.Target("shape", "browInnerUp"), offset=0.75)
    speaker = bpy.context.scene.audio2face.speakers[0]
    modules.settings.set_mapping(speaker, mapping.Mapping(None, (link,)))
    revalidate(session)
    speak_and_show(session, source, 0.5)
    assert values_of(one)[:3] == [0.0] * 3
    assert values_of(one)[3] >= 0.75
    session.end()
    assert values_of(one) == BEFORE


def test_undo_and_redo_leave_session_running(live, modules) -> None:
    bpy.context.preferences.edit.use_global_undo = True
    session, source = live(face())
    bpy.ops.ed.undo_push(message="one")
    speak_and_show(session, source)
    bpy.data.objects["Face"].location.x = 1.0
    bpy.ops.ed.undo_push(message="two")
    for step in (bpy.ops.ed.undo, bpy.ops.ed.redo, bpy.ops.ed.undo):
        step()
        speak(session, source, 0.5)
        assert revalidate(session) is not None
        assert shows_speech(bpy.data.objects["Face"])
    session.end()
    assert values_of(bpy.data.objects["Face"]) == BEFORE


def test_buttons_need_a_window() -> None:
    face()
    assert not bpy.ops.audio2face.live_start.poll()
    assert not bpy.ops.audio2face.live_stop.poll()
    assert not bpy.ops.audio2face.live_record.poll()
    assert not bpy.ops.audio2face.live_keep.poll()


def test_start_asks_for_a_face_before_a_microphone(extension: str) -> None:
    operators = importlib.import_module(f"{extension}.blender_audio2face.ui.operators.realtime")
    bpy.ops.mesh.primitive_cube_add()
    said: list[str] = []

    def never(*_):
        raise AssertionError("neither network nor microphone is needed to refuse a cube")

    button = SimpleNamespace(
        _setting=never, _source=never, report=lambda _kind, text: said.append(text)
    )
    assert operators.AUDIO2FACE_OT_live_start.execute(button, bpy.context) == {"CANCELLED"}
    assert said == ['Nothing to key: "Cube" has no shape keys.']


class OtherAddOn:
    """Another add-on's live object, which looks like ours."""

    uids = frozenset({1})
    ended = False

    def end(self) -> None:
        self.ended = True

    release = restore = end

    def on_frame(self, *_) -> None:
        """A handler of Blender's."""


def test_unregistering_leaves_other_add_ons_alone(modules) -> None:
    other = OtherAddOn()
    handlers = bpy.app.handlers.frame_change_pre
    handlers.append(other.on_frame)
    modules.registration.unregister()
    try:
        assert not other.ended
        assert other.on_frame in handlers
    finally:
        modules.registration.register()
        handlers.remove(other.on_frame)


def test_frame_costs_the_main_thread_little(live) -> None:
    """Work of the thread itself, however busy the machine; 60 frames a second leave 16 ms."""
    session, source = live(face())
    costs = []
    for _ in range(20):
        speak(session, source, 0.1)
        began = time.thread_time()
        session.tick()
        costs.append(time.thread_time() - began)
    assert sorted(costs)[-2] < 0.004
