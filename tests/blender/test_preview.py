"""The face shows what a bake would key, wherever the playhead stands, and then has its own back."""

import importlib
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from tests.blender.scenes import (
    add_sound,
    make_face,
    needs_sound,
    set_timing,
    timing,
    tone,
    write_wav,
)
from tests.blender.test_panel import drawn

pytestmark = needs_sound

MARK = "audio2face_live"


@pytest.fixture
def rooms(extension: str) -> Iterator[SimpleNamespace]:
    def room(name: str):
        return importlib.import_module(f"{extension}.blender_audio2face.{name}")

    yield SimpleNamespace(
        preview=room("realtime.preview"),
        hearing=room("realtime.preview_hearing"),
        registration=room("registration"),
        bake_panel=room("ui.panels.bake"),
        job=room("core.background_job"),
    )
    for one in room("realtime.preview").previews():
        one.end()
    room("core.background_job").stop_all(5.0)


@pytest.fixture
def head():
    """The demo head with its sentence at frame 1; jawOpen stands at an eighth."""
    bpy.context.scene.render.fps = 24
    bpy.ops.audio2face.add_demo_head(with_speech=True)
    obj = bpy.context.view_layer.objects.active
    obj.data.shape_keys.key_blocks["jawOpen"].value = 0.125
    return obj


@pytest.fixture
def hearings(rooms, monkeypatch: pytest.MonkeyPatch) -> list:
    """The hearings begun so far, a list that grows."""
    begun = []

    class Counted(rooms.hearing.Hearing):
        def __init__(self, *args) -> None:
            super().__init__(*args)
            begun.append(self)

    listener = importlib.import_module(rooms.hearing.__name__.replace("_hearing", "_listener"))
    monkeypatch.setattr(listener, "Hearing", Counted)
    return begun


def values(obj) -> dict[str, float]:
    return {block.name: block.value for block in obj.data.shape_keys.key_blocks[1:]}


def at(frame: float, obj) -> dict[str, float]:
    bpy.context.scene.frame_set(int(frame), subframe=frame % 1)
    return values(obj)


def strip():
    editor = bpy.context.scene.sequence_editor
    return (editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences)[0]


def loudest(obj, frames=range(1, 60)) -> int:
    return max(frames, key=lambda frame: at(frame, obj)["jawOpen"])


def is_untouched(obj) -> bool:
    expected = {name: 0.125 if name == "jawOpen" else 0.0 for name in values(obj)}
    return values(obj) == expected and MARK not in obj.data.shape_keys


def test_each_frame_is_what_a_bake_keys_on_it(rooms, head) -> None:
    assert bpy.ops.audio2face.preview() == {"FINISHED"}
    frames = [*range(-2, timing(strip(), "right_handle") + 7), 20.5]
    shown = [at(frame, head) for frame in frames]
    assert max(one["jawOpen"] for one in shown) > 0.2
    assert head.data.shape_keys.animation_data is None
    bpy.ops.audio2face.bake(runtime="numpy", reduction="EVERY_FRAME")
    assert rooms.preview.previews() == []
    for frame, before in zip(frames, shown, strict=True):
        assert at(frame, head) == pytest.approx(before, abs=1e-3), frame


def test_the_same_button_gives_the_face_back(rooms, head) -> None:
    bpy.ops.audio2face.preview()
    at(loudest(head), head)
    assert not is_untouched(head)
    bpy.ops.audio2face.preview()
    assert is_untouched(head)
    assert rooms.preview.previews() == []
    at(30, head)
    assert is_untouched(head)


def test_around_the_strip_the_face_has_its_own(head) -> None:
    bpy.ops.audio2face.preview()
    at(20, head)
    at(500, head)
    assert is_untouched(head)
    at(20, head)
    assert not is_untouched(head)


def test_a_bake_knows_nothing_of_what_was_shown(head) -> None:
    bpy.ops.audio2face.preview()
    at(loudest(head), head)
    bpy.ops.audio2face.bake(runtime="numpy")
    bpy.ops.audio2face.clear()
    assert is_untouched(head)


def test_dials_and_a_new_speaker_act_without_a_second_hearing(head, hearings) -> None:
    bpy.ops.audio2face.preview()
    frame = loudest(head)
    before = at(frame, head)["jawOpen"]
    bpy.ops.audio2face.speaker_add()
    bpy.context.scene.audio2face.speakers[0].dials.overall = 0.5
    bpy.context.view_layer.update()
    assert at(frame, head)["jawOpen"] == pytest.approx(0.5 * before, abs=0.02)
    assert len(hearings) == 1


def test_a_strip_that_moves_or_is_cut_is_followed(head, hearings) -> None:
    bpy.ops.audio2face.preview()
    frame = loudest(head)
    before = at(frame, head)["jawOpen"]
    set_timing(strip(), content_start=101)
    assert at(frame + 100, head)["jawOpen"] == pytest.approx(before, abs=0.01)
    set_timing(strip(), left_handle=frame + 90)
    assert at(frame + 100, head)["jawOpen"] == pytest.approx(before, abs=0.01)
    at(frame, head)
    assert is_untouched(head)
    assert len(hearings) == 1


def test_a_muted_strip_shows_nothing_until_it_is_heard_again(rooms, head) -> None:
    bpy.ops.audio2face.preview()
    strip().mute = True
    at(20, head)
    assert is_untouched(head)
    (shown,) = rooms.preview.previews()
    assert "muted" in shown.trouble
    panel = next(c for c in rooms.bake_panel.CLASSES if c.__name__ == "AUDIO2FACE_PT_bake_V3D")
    assert "muted" in drawn(panel).text
    strip().mute = False
    at(20, head)
    assert not is_untouched(head)
    assert shown.trouble is None


def test_a_file_saved_meanwhile_has_the_face_as_it_was(rooms, head, tmp_path: Path) -> None:
    bpy.ops.audio2face.preview()
    at(20, head)
    shown, path = values(head), str(tmp_path / "shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    assert values(head) == shown
    bpy.ops.wm.open_mainfile(filepath=path)
    assert rooms.preview.previews() == []
    assert is_untouched(bpy.context.view_layer.objects.active)


def test_undo_leaves_it_showing_and_then_the_face_its_own(rooms, head) -> None:
    bpy.context.preferences.edit.use_global_undo = True
    name = head.name
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.audio2face.preview()
    at(20, head)
    head.location.x = 1.0
    bpy.ops.ed.undo_push(message="moved while it shows")
    head.location.x = 2.0
    bpy.ops.ed.undo_push(message="moved again")
    bpy.ops.ed.undo()
    head = bpy.data.objects[name]
    assert head.location.x == 1.0
    assert at(20, head)["jawOpen"] != 0.125
    bpy.ops.audio2face.preview()
    assert is_untouched(head)
    bpy.ops.ed.redo()
    assert is_untouched(bpy.data.objects[name])


def test_a_deleted_face_ends_it(rooms, head) -> None:
    bpy.ops.audio2face.preview()
    bpy.data.objects.remove(head)
    bpy.context.scene.frame_set(20)
    assert rooms.preview.previews() == []


def test_disabling_the_extension_gives_the_face_back(rooms, head) -> None:
    bpy.ops.audio2face.preview()
    at(20, head)
    rooms.registration.unregister()
    try:
        assert is_untouched(head)
        assert rooms.preview.previews() == []
    finally:
        rooms.registration.register()


def test_all_strips_of_a_channel_are_shown(rooms, tmp_path: Path) -> None:
    face = make_face("Face", ("jawOpen", "eyeBlinkLeft"))
    path = write_wav(tmp_path / "hum.wav", tone(1.0), 16000)
    add_sound(path, 1, 3, "one")
    add_sound(path, 101, 3, "two")
    bpy.ops.audio2face.speaker_add()
    speaker = bpy.context.scene.audio2face.speakers[0]
    speaker.source, speaker.channel = "CHANNEL", 3
    assert bpy.ops.audio2face.preview(speaker=speaker.name) == {"FINISHED"}
    shown = []
    for frame in (10, 60, 110):
        at(frame, face)
        shown.append(MARK in face.data.shape_keys)
    assert shown == [True, False, True]


def test_without_a_strip_it_says_why(head) -> None:
    editor = bpy.context.scene.sequence_editor
    (editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences).remove(strip())
    with pytest.raises(RuntimeError, match="There is no sound strip"):
        bpy.ops.audio2face.preview()
    assert is_untouched(head)


def test_a_sound_that_cannot_be_read_leaves_nothing_behind(rooms, tmp_path: Path) -> None:
    make_face("Face", ("jawOpen",))
    path = write_wav(tmp_path / "hum.wav", tone(1.0), 16000)
    add_sound(path)
    path.write_bytes(b"no sound at all")
    with pytest.raises(RuntimeError, match="cannot be"):
        bpy.ops.audio2face.preview()
    assert rooms.preview.previews() == []


def test_what_is_shown_goes_out_to_other_programs(rooms, head, monkeypatch) -> None:
    sent = []
    monkeypatch.setattr(rooms.preview.sender, "show", lambda *frame: sent.append(frame))
    bpy.ops.audio2face.preview()
    shown = at(loudest(head), head)
    _, names, channels = sent[-1]
    assert len(names) == len(channels) == 52
    assert channels[names.index("jawOpen")] == pytest.approx(shown["jawOpen"], abs=1e-3)
    count = len(sent)
    at(500, head)
    assert len(sent) == count


class TestBehindAWindow:
    """As with a window, where a thread listens and Blender's timer looks at it."""

    @pytest.fixture(autouse=True)
    def window(self, rooms, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rooms.preview, "has_window", lambda: True)

    @staticmethod
    def tick_until_heard(shown) -> None:
        until = time.monotonic() + 60.0
        while shown.job is not None:
            shown._tick()
            assert time.monotonic() < until
            time.sleep(0.01)

    def test_a_thread_listens_and_the_panel_tells_how_far(self, rooms, head) -> None:
        bpy.ops.audio2face.preview()
        (shown,) = rooms.preview.previews()
        panel = next(c for c in rooms.bake_panel.CLASSES if c.__name__ == "AUDIO2FACE_PT_bake_V3D")
        layout = drawn(panel)
        assert layout.all("progress")
        assert layout.all("audio2face.bake")  # no bake has to wait for it
        assert rooms.job.running() == []
        self.tick_until_heard(shown)
        assert not drawn(panel).all("progress")
        at(loudest(head), head)
        assert not is_untouched(head)
        shown.end()
        assert is_untouched(head)

    def test_a_dial_acts_at_once(self, rooms, head) -> None:
        bpy.ops.audio2face.speaker_add()
        bpy.ops.audio2face.preview()
        (shown,) = rooms.preview.previews()
        self.tick_until_heard(shown)
        before = at(loudest(head), head)["jawOpen"]
        bpy.context.scene.audio2face.speakers[0].dials.overall = 0.5
        bpy.context.view_layer.update()
        shown._tick()
        self.tick_until_heard(shown)
        assert values(head)["jawOpen"] == pytest.approx(0.5 * before, abs=0.02)

    def test_ended_while_it_listens_nothing_is_left(self, rooms, head) -> None:
        bpy.ops.audio2face.preview()
        (shown,) = rooms.preview.previews()
        bpy.ops.audio2face.preview()
        assert rooms.preview.previews() == []
        assert shown._tick() is None
        assert not bpy.app.timers.is_registered(shown._tick)
        assert is_untouched(head)
