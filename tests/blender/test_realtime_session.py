"""A session of real time, stepped as Blender's timer would step it; the microphone is pushed by
hand, the network is the real one."""

import importlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.blender.scenes import make_face, tone

RATE = 16000
BLOCK = 0.02
KEYS = ("jawOpen", "mouthClose", "mouthFunnel", "browInnerUp")


class Pushed:
    """A microphone whose sound comes when a test says so."""

    rate, block, latency, is_live, label = RATE, BLOCK, BLOCK, False, "Pushed"

    def __init__(self) -> None:
        self.clock = 100.0
        self.started = self.stopped = False
        self.refuses = ""

    def start(self, on_block: Callable, on_error: Callable) -> None:
        self.started, self._on_block, self.fail = True, on_block, on_error

    def stop(self) -> None:
        self.stopped = True

    def now(self) -> float:
        return self.clock

    def push(self, samples: np.ndarray) -> None:
        size = round(RATE * BLOCK)
        for first in range(0, len(samples), size):
            block = samples[first : first + size].astype(np.float32)
            self._on_block(block, self.clock)
            self.clock += len(block) / RATE


@pytest.fixture
def rooms(extension: str) -> SimpleNamespace:
    def room(name: str):
        return importlib.import_module(f"{extension}.blender_audio2face.{name}")

    return SimpleNamespace(
        session=room("realtime.session"),
        voice=room("realtime.voice"),
        rest=room("realtime.rest"),
        running=room("realtime.running").running_session,
        errors=importlib.import_module(f"{extension}.model.errors"),
    )


@pytest.fixture
def live(rooms):
    """Starts a session on the faces; whatever a test leaves running is ended."""

    def start(*faces, source: Pushed | None = None, quick: bool = False):
        source = source or Pushed()
        stream = rooms.voice.open_stream(None, quick=quick)
        session = rooms.session.start(bpy.context.scene, list(faces), source, stream, gain=False)
        return session, source

    yield start
    left = rooms.running()
    if left is not None:
        left.end()
    for one in threading.enumerate():
        if one.name == "audio2face-engine":
            one.join(5.0)
            assert not one.is_alive()


def push(session, source: Pushed, samples: np.ndarray) -> None:
    """Pushes whole blocks, and waits until the network has heard them."""
    wanted = session.engine.counts.blocks + len(samples) // round(RATE * BLOCK)
    source.push(samples)
    deadline = time.monotonic() + 60
    while session.engine.counts.blocks < wanted:
        assert time.monotonic() < deadline, session.engine.counts
        time.sleep(0.01)


def speak(session, source: Pushed, seconds: float = 1.0) -> None:
    """A hum with pauses."""
    push(session, source, tone(seconds) * (np.arange(round(seconds * RATE)) % 8000 < 5000))


def values_of(obj) -> list[float]:
    return [round(block.value, 4) for block in obj.data.shape_keys.key_blocks[1:]]


def face(name: str = "Face"):
    made = make_face(name, KEYS)
    made.data.shape_keys.key_blocks["browInnerUp"].value = 0.5
    return made


BEFORE = [0.0, 0.0, 0.0, 0.5]


def shows_speech(obj) -> bool:
    return values_of(obj) != BEFORE


def message() -> str:
    return bpy.context.window_manager.audio2face_live.message


def test_the_face_follows_and_is_given_back(live, rooms) -> None:
    one = face()
    session, source = live(one)
    assert rooms.running() is session
    speak(session, source)
    assert session.tick() == pytest.approx(1 / 60)
    assert shows_speech(one)
    session.end()
    assert values_of(one) == BEFORE
    assert source.stopped
    assert rooms.running() is None
    assert session.tick() is None
    assert len(bpy.data.actions) == 0
    assert message() == ""


def test_dials_act_while_it_runs(live) -> None:
    one = face()
    one.select_set(True)
    bpy.ops.audio2face.speaker_add()
    speaker = bpy.context.scene.audio2face.speakers[0]
    speaker.dials.overall, speaker.dials.blinks = 0.0, False
    session, source = live(one)
    speak(session, source)
    session.tick()
    assert values_of(one) == [0.0] * 4
    speaker.dials.overall = 2.0
    speak(session, source, 0.5)
    session.tick()
    assert max(values_of(one)) > 0.01


def test_it_starts_and_stops_again_and_again(live) -> None:
    one = face()
    for _ in range(5):
        session, source = live(one)
        speak(session, source, 0.6)
        session.tick()
        session.end()
        session.end()
        assert values_of(one) == BEFORE


def test_there_is_one_at_a_time(live, rooms) -> None:
    live(face())
    with pytest.raises(rooms.errors.A2FError, match="runs already"):
        live(face("Other"))


def test_a_source_that_cannot_start_leaves_no_trace(live, rooms) -> None:
    class Refusing(Pushed):
        def start(self, on_block, on_error) -> None:
            raise rooms.errors.A2FError("No microphone.")

    one = face()
    with pytest.raises(rooms.errors.A2FError, match=r"No microphone\."):
        live(one, source=Refusing())
    assert rooms.running() is None
    assert values_of(one) == BEFORE


def test_an_unplugged_device_is_told_and_the_face_given_back(live, rooms) -> None:
    one = face()
    session, source = live(one)
    speak(session, source)
    session.tick()
    source.fail("Pushed was unplugged; plug it in again and start anew.")
    assert session.tick() is None
    assert message() == "Pushed was unplugged; plug it in again and start anew."
    assert values_of(one) == BEFORE
    assert rooms.running() is None


def test_an_error_of_our_own_ends_it_too(live, rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    one = face()
    session, source = live(one)
    speak(session, source)
    session.tick()
    monkeypatch.setattr(session._look, "shaped", lambda *_: 1 / 0)
    speak(session, source, 0.5)
    with pytest.raises(ZeroDivisionError):
        session.tick()
    assert values_of(one) == BEFORE
    assert rooms.running() is None


def revalidate(session) -> float | None:
    session._looked = 0.0
    return session.tick()


def delete_mesh() -> None:
    bpy.data.meshes.remove(bpy.data.objects["Face"].data)


def delete_object() -> None:
    bpy.data.objects.remove(bpy.data.objects["Face"])


def unlink_object() -> None:
    bpy.context.scene.collection.objects.unlink(bpy.data.objects["Face"])


def delete_scene() -> None:
    old = bpy.context.scene
    bpy.data.scenes.new("Other")
    bpy.data.scenes.remove(old)


@pytest.mark.parametrize(
    ("delete", "said"),
    [
        (delete_mesh, "face is gone"),
        (delete_object, "face is gone"),
        (unlink_object, "face is gone"),
        (delete_scene, "scene of the face is gone"),
    ],
)
def test_it_ends_when_what_it_moves_is_deleted(live, rooms, delete, said: str) -> None:
    session, source = live(face())
    speak(session, source)
    session.tick()
    delete()
    speak(session, source, 0.5)
    session.tick()
    assert revalidate(session) is None
    assert said in message()
    assert rooms.running() is None


def test_it_ends_with_its_speaker(live) -> None:
    one = face()
    bpy.ops.audio2face.speaker_add()
    session, source = live(one)
    speak(session, source)
    session.tick()
    bpy.context.scene.audio2face.speakers[0].name = "Renamed"
    assert revalidate(session) is not None
    bpy.context.scene.audio2face.speakers.clear()
    assert revalidate(session) is None
    assert "speaker was removed" in message()
    assert values_of(one) == BEFORE


def test_another_mapping_counts_at_once(live, extension: str) -> None:
    one = face()
    bpy.ops.audio2face.speaker_add()
    session, source = live(one)
    speak(session, source)
    session.tick()
    settings = importlib.import_module(f"{extension}.blender_audio2face.scene.speaker_settings")
    mapping = importlib.import_module(f"{extension}.blender_audio2face.core.rigs.mapping")
    link = mapping.Link("jawOpen", mapping.Target("shape", "browInnerUp"), offset=0.75)
    settings.set_mapping(bpy.context.scene.audio2face.speakers[0], mapping.Mapping(None, (link,)))
    revalidate(session)
    speak(session, source, 0.5)
    session.tick()
    assert values_of(one)[:3] == [0.0] * 3
    assert values_of(one)[3] >= 0.75
    session.end()
    assert values_of(one) == BEFORE


def test_undo_and_redo_leave_it_running(live, rooms) -> None:
    bpy.context.preferences.edit.use_global_undo = True
    session, source = live(face())
    bpy.ops.ed.undo_push(message="one")
    speak(session, source)
    session.tick()
    bpy.data.objects["Face"].location.x = 1.0
    bpy.ops.ed.undo_push(message="two")
    for step in (bpy.ops.ed.undo, bpy.ops.ed.redo, bpy.ops.ed.undo):
        step()
        speak(session, source, 0.5)
        assert revalidate(session) is not None
        assert shows_speech(bpy.data.objects["Face"])
    session.end()
    assert values_of(bpy.data.objects["Face"]) == BEFORE


def new_file(_folder: Path) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


def other_file(folder: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "a.blend"), copy=True)
    bpy.ops.wm.open_mainfile(filepath=str(folder / "a.blend"))


@pytest.mark.parametrize("load", [new_file, other_file])
def test_loading_a_file_ends_it(live, rooms, tmp_path: Path, load) -> None:
    session, source = live(face())
    speak(session, source)
    session.tick()
    load(tmp_path)
    assert source.stopped
    assert session.tick() is None
    assert rooms.running() is None
    assert rooms.rest.holds() == []
    for obj in bpy.data.objects:
        assert values_of(obj) == BEFORE


def test_disabling_the_extension_ends_it(live, rooms, extension: str) -> None:
    one = face()
    session, source = live(one)
    speak(session, source)
    session.tick()
    registration = importlib.import_module(f"{extension}.blender_audio2face.registration")
    registration.unregister()
    try:
        assert values_of(one) == BEFORE
        assert source.stopped
        assert session.tick() is None
    finally:
        registration.register()


def test_a_bake_of_the_same_face_ends_it(live, rooms) -> None:
    one = face()
    session, source = live(one)
    speak(session, source)
    session.tick()
    for hold in rooms.rest.holds():
        hold.end()
    assert rooms.running() is None
    assert source.stopped


def test_the_buttons_need_a_window() -> None:
    face()
    assert not bpy.ops.audio2face.live_start.poll()
    assert not bpy.ops.audio2face.live_stop.poll()
    assert not bpy.ops.audio2face.live_record.poll()
    assert not bpy.ops.audio2face.live_keep.poll()


def test_low_latency_is_quicker(live) -> None:
    one = face()
    session, _ = live(one)
    slow = session.engine.delay
    session.end()
    session, _ = live(one, quick=True)
    assert session.engine.delay < 0.6 * slow
