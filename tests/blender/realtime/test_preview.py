"""The face shows what a bake would key, wherever the playhead is, and its own values afterwards."""

import importlib
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from tests.blender.panel_layout import drawn
from tests.support.scenes import (
    add_sound,
    make_face,
    needs_sound,
    set_timing,
    timing,
    tone,
    write_wav,
)

pytestmark = needs_sound

MARK = "audio2face_live"


@pytest.fixture
def modules(extension: str) -> Iterator[SimpleNamespace]:
    def module(name: str):
        return importlib.import_module(f"{extension}.blender_audio2face.{name}")

    found = SimpleNamespace(
        preview=module("preview"),
        analyzer=module("core.preview.analyzer"),
        registration=module("registration"),
        bake_panel=module("ui.panels.bake"),
        job=module("core.background_job"),
    )
    yield found
    found.preview.end_all()
    found.job.stop_all(5.0)


@pytest.fixture
def head():
    """The demo head with its sentence at frame 1; jawOpen stands at an eighth."""
    bpy.context.scene.render.fps = 24
    bpy.ops.audio2face.add_demo_head(with_speech=True)
    obj = bpy.context.view_layer.objects.active
    obj.data.shape_keys.key_blocks["jawOpen"].value = 0.125
    return obj


@pytest.fixture
def analyses(modules, monkeypatch: pytest.MonkeyPatch) -> list:
    """The analyses begun so far, a list that grows."""
    begun = []

    class Counted(modules.analyzer.StripAnalysis):
        def __init__(self, *args) -> None:
            super().__init__(*args)
            begun.append(self)

    monkeypatch.setattr(modules.analyzer, "StripAnalysis", Counted)
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


def test_each_frame_equals_the_bake(modules, head) -> None:
    assert bpy.ops.audio2face.preview() == {"FINISHED"}
    frames = [*range(timing(strip(), "right_handle") + 7), 20.5]
    shown = [at(frame, head) for frame in frames]
    assert max(one["jawOpen"] for one in shown) > 0.2
    assert head.data.shape_keys.animation_data is None
    bpy.ops.audio2face.bake(runtime="numpy", reduction="EVERY_FRAME")
    assert modules.preview.previews() == ()
    for frame, before in zip(frames, shown, strict=True):
        assert at(frame, head) == pytest.approx(before, abs=1e-3), frame


def test_second_press_restores_the_face(modules, head) -> None:
    bpy.ops.audio2face.preview()
    at(loudest(head), head)
    assert not is_untouched(head)
    bpy.ops.audio2face.preview()
    assert is_untouched(head)
    assert modules.preview.previews() == ()
    at(30, head)
    assert is_untouched(head)


def test_face_rests_outside_the_strip(head) -> None:
    bpy.ops.audio2face.preview()
    at(20, head)
    at(500, head)
    assert is_untouched(head)
    at(20, head)
    assert not is_untouched(head)


def test_bake_ignores_previewed_values(head) -> None:
    bpy.ops.audio2face.preview()
    at(loudest(head), head)
    bpy.ops.audio2face.bake(runtime="numpy")
    bpy.ops.audio2face.clear()
    assert is_untouched(head)


def test_dials_and_new_speaker_need_no_second_analysis(head, analyses) -> None:
    bpy.ops.audio2face.preview()
    frame = loudest(head)
    before = at(frame, head)["jawOpen"]
    bpy.ops.audio2face.speaker_add()
    bpy.context.scene.audio2face.speakers[0].dials.overall = 0.5
    bpy.context.view_layer.update()
    assert at(frame, head)["jawOpen"] == pytest.approx(0.5 * before, abs=0.02)
    assert len(analyses) == 1


def test_moved_and_cut_strip_is_followed(head, analyses) -> None:
    bpy.ops.audio2face.preview()
    frame = loudest(head)
    before = at(frame, head)["jawOpen"]
    set_timing(strip(), content_start=101)
    assert at(frame + 100, head)["jawOpen"] == pytest.approx(before, abs=0.01)
    set_timing(strip(), left_handle=frame + 90)
    assert at(frame + 100, head)["jawOpen"] == pytest.approx(before, abs=0.01)
    at(frame, head)
    assert is_untouched(head)
    assert len(analyses) == 1


def test_muted_strip_shows_nothing(modules, head) -> None:
    bpy.ops.audio2face.preview()
    strip().mute = True
    at(20, head)
    assert is_untouched(head)
    (shown,) = modules.preview.previews()
    assert "muted" in shown.problem
    panel = next(c for c in modules.bake_panel.CLASSES if c.__name__ == "AUDIO2FACE_PT_bake_V3D")
    assert "muted" in drawn(panel).text
    strip().mute = False
    at(20, head)
    assert not is_untouched(head)
    assert shown.problem is None


def test_undo_keeps_preview_and_original(modules, head) -> None:
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


def test_all_strips_of_channel_are_shown(modules, tmp_path: Path) -> None:
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


def test_preview_without_strip_is_refused(head) -> None:
    editor = bpy.context.scene.sequence_editor
    (editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences).remove(strip())
    with pytest.raises(RuntimeError, match="There is no sound strip"):
        bpy.ops.audio2face.preview()
    assert is_untouched(head)


def test_unreadable_sound_leaves_nothing(modules, tmp_path: Path) -> None:
    make_face("Face", ("jawOpen",))
    path = write_wav(tmp_path / "hum.wav", tone(1.0), 16000)
    add_sound(path)
    path.write_bytes(b"no sound at all")
    with pytest.raises(RuntimeError, match="cannot be"):
        bpy.ops.audio2face.preview()
    assert modules.preview.previews() == ()


def test_shown_frames_are_sent_to_other_programs(modules, head, monkeypatch) -> None:
    sent = []
    monkeypatch.setattr(modules.preview.preview, "send_frame", lambda *frame: sent.append(frame))
    bpy.ops.audio2face.preview()
    shown = at(loudest(head), head)
    _, names, channels = sent[-1]
    assert len(names) == len(channels) == 52
    assert channels[names.index("jawOpen")] == pytest.approx(shown["jawOpen"], abs=1e-3)
    count = len(sent)
    at(500, head)
    assert len(sent) == count


class TestBehindAWindow:
    """As with a window, where a thread analyses and Blender's timer follows it."""

    @pytest.fixture(autouse=True)
    def window(self, modules, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(modules.preview.preview, "has_window", lambda: True)

    @staticmethod
    def tick_until_analysed(shown) -> None:
        until = time.monotonic() + 60.0
        while shown.job is not None:
            shown._tick()
            assert time.monotonic() < until
            time.sleep(0.01)

    def test_thread_analyses_and_panel_shows_progress(self, modules, head) -> None:
        bpy.ops.audio2face.preview()
        (shown,) = modules.preview.previews()
        panel = next(
            c for c in modules.bake_panel.CLASSES if c.__name__ == "AUDIO2FACE_PT_bake_V3D"
        )
        layout = drawn(panel)
        assert layout.all("progress")
        assert layout.all("audio2face.bake")  # no bake has to wait for it
        assert modules.job.running() == []
        self.tick_until_analysed(shown)
        assert not drawn(panel).all("progress")
        at(loudest(head), head)
        assert not is_untouched(head)
        shown.end()
        assert is_untouched(head)

    def test_dial_acts_at_once(self, modules, head) -> None:
        bpy.ops.audio2face.speaker_add()
        bpy.ops.audio2face.preview()
        (shown,) = modules.preview.previews()
        self.tick_until_analysed(shown)
        before = at(loudest(head), head)["jawOpen"]
        bpy.context.scene.audio2face.speakers[0].dials.overall = 0.5
        bpy.context.view_layer.update()
        shown._tick()
        self.tick_until_analysed(shown)
        assert values(head)["jawOpen"] == pytest.approx(0.5 * before, abs=0.02)

    def test_end_during_analysis_leaves_nothing(self, modules, head) -> None:
        bpy.ops.audio2face.preview()
        (shown,) = modules.preview.previews()
        bpy.ops.audio2face.preview()
        assert modules.preview.previews() == ()
        assert shown._tick() is None
        assert is_untouched(head)
