"""A recording becomes a sound strip and keys, in sync, as if the strip had been baked."""

import importlib
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.blender.realtime.live import (
    BEFORE,
    RATE,
    face,
    live,
    message,
    modules,
    push,
    speak,
    values_of,
)
from tests.support.scenes import (
    add_sound,
    fcurves,
    make_face,
    needs_sound,
    read_wav,
    timing,
    tone,
    write_wav,
)

__all__ = ["live", "modules"]
pytestmark = needs_sound

FPS = 24.0
SENTENCE = Path(__file__).parents[3] / "blender_audio2face" / "demo_head" / "sentence.flac"


@pytest.fixture
def sentence(modules) -> np.ndarray:
    return modules.file_source.file_as_microphone(SENTENCE)._samples


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The .blend of the scene."""
    path = tmp_path / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def record(live, one, samples: np.ndarray, frame: float = 1.0, playing: float = 0.0):
    """Speaks, and records all but the first half second and the last quarter."""
    session, source = live(one)
    speak(session, source, 0.5)
    session.tick()
    session.start_recording(frame, playing)
    record_sound(session, source, samples)
    return session


def record_sound(session, source, samples: np.ndarray) -> None:
    whole = len(samples) // 320 * 320
    push(session, source, samples[:whole])
    session.tick()


def strips() -> list:
    editor = bpy.context.scene.sequence_editor
    return list(editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences)


def curve_of(action, shape_key: str, frames: np.ndarray) -> np.ndarray:
    path = f'key_blocks["{shape_key}"].value'
    (curve,) = (one for one in fcurves(action) if one.data_path == path)
    return np.array([curve.evaluate(frame) for frame in frames])


def test_recording_has_keys_of_its_baked_sound(live, sentence, saved: Path) -> None:
    one = face()
    session = record(live, one, sentence, frame=10.0)
    assert session.recording > 2.0
    assert bpy.ops.audio2face.live_keep() == {"FINISHED"}
    assert session.tick() is None
    (strip,) = strips()
    (action,) = bpy.data.actions
    assert action.name == "A2F Face"
    assert Path(bpy.path.abspath(strip.sound.filepath)) == saved.parent / "audio2face_takes" / (
        "Face_001.wav"
    )
    assert strip.sound.filepath.startswith("//")
    baked = make_face("Baked", tuple(block.name for block in one.data.shape_keys.key_blocks[1:]))
    bpy.context.view_layer.objects.active = baked
    one.select_set(False)
    assert bpy.ops.audio2face.bake(strip=strip.name) == {"FINISHED"}
    frames = np.arange(10, 10 + int(FPS * len(sentence) / RATE) - 8)
    for name in ("jawOpen", "mouthClose"):
        live_curve = curve_of(action, name, frames)
        offline = curve_of(bpy.data.actions["A2F Baked"], name, frames)
        apart = [np.abs(np.roll(live_curve, lag) - offline)[5:-5].mean() for lag in range(-3, 4)]
        assert np.argmin(apart) == 3
        assert np.abs(live_curve - offline)[6:].max() < 0.05
        assert np.ptp(offline) > 0.1


def test_strip_starts_where_recording_started(live, sentence, saved: Path) -> None:
    one = face()
    record(live, one, sentence[:RATE], frame=30.0)
    bpy.ops.audio2face.live_keep()
    (strip,) = strips()
    assert timing(strip, "left_handle") == 30
    assert bpy.context.scene.audio2face.speakers["Face"].takes[0].first_frame == 30


def test_dials_update_and_clear_act_on_recording(live, sentence, saved: Path) -> None:
    one = face()
    record(live, one, sentence)
    bpy.ops.audio2face.live_keep()
    frames = np.arange(1, 40)
    before = curve_of(bpy.data.actions[0], "jawOpen", frames)
    bpy.context.scene.audio2face.speakers["Face"].dials.jaw = 0.5
    after = curve_of(bpy.data.actions[0], "jawOpen", frames)
    assert after.max() == pytest.approx(0.5 * before.max(), rel=0.1)
    assert bpy.ops.audio2face.update() == {"FINISHED"}
    assert bpy.ops.audio2face.clear() == {"FINISHED"}
    assert values_of(one) == BEFORE
    assert len(strips()) == 1


def test_recordings_never_overwrite_each_other(live, sentence, saved: Path) -> None:
    one = face()
    lengths = []
    for seconds in (1.0, 2.0):
        record(live, one, sentence[: round(seconds * RATE)])
        bpy.ops.audio2face.live_keep()
    folder = saved.parent / "audio2face_takes"
    files = sorted(folder.iterdir())
    assert [path.name for path in files] == ["Face_001.wav", "Face_002.wav"]
    lengths = [len(read_wav(path)[0]) / RATE for path in files]
    assert lengths[1] > lengths[0] + 0.9
    assert len({strip.channel for strip in strips()}) == 2


def test_sound_is_packed_into_unsaved_file(live, sentence, capsys) -> None:
    one = face()
    record(live, one, sentence[:RATE])
    bpy.ops.audio2face.live_keep()
    (strip,) = strips()
    assert strip.sound.packed_file is not None
    assert "packed into the unsaved file" in capsys.readouterr().out
    Path(strip.sound.filepath).unlink()
    assert bpy.ops.audio2face.update() == {"FINISHED"}


def test_one_undo_removes_strip_and_keys(live, sentence, saved: Path) -> None:
    bpy.context.preferences.edit.use_global_undo = True
    one = face()
    bpy.ops.ed.undo_push(message="before")
    record(live, one, sentence[:RATE])
    bpy.ops.audio2face.live_keep()
    bpy.ops.ed.undo_push(message="kept")  # background calls of operators push none
    bpy.ops.ed.undo()
    assert len(bpy.data.actions) == 0
    assert bpy.context.scene.sequence_editor is None or strips() == []
    assert values_of(bpy.data.objects["Face"]) == BEFORE
    bpy.ops.ed.redo()
    assert len(strips()) == len(bpy.data.actions) == 1


def test_recording_during_playback_starts_at_playing_frame(live, sentence, saved) -> None:
    one = face()
    session, source = live(one)
    speak(session, source, 0.5)
    session.start_recording(48.0, FPS)
    first = 48.0 - (source.clock - session.engine.recording_starts_at) * FPS
    record_sound(session, source, sentence[:RATE])
    bpy.ops.audio2face.live_keep()
    assert bpy.context.scene.audio2face.speakers["Face"].takes[0].first_frame == np.ceil(first)


def test_recording_between_frames_is_cut_to_the_next(extension: str, modules) -> None:
    Recording = modules.recording.Recording
    Curves = importlib.import_module(f"{extension}.model.curves").Curves
    rows = np.arange(100, dtype=np.float32)[:, None]
    recording = Recording(np.arange(16000.0), Curves(("a",), 100.0, rows), 9.5)
    whole = recording.from_whole_frame(25.0)
    assert whole.frame == 10.0
    assert whole.curves.values[0, 0] == 2.0  # half a frame is 20 ms
    assert whole.samples[0] == 320.0
    same = Recording(recording.samples, recording.curves, 9.0).from_whole_frame(25.0)
    assert same.frame == 9.0


def test_recording_without_sound_is_refused(live, saved: Path) -> None:
    session, _ = live(face())
    session.start_recording(1.0)
    with pytest.raises(RuntimeError, match="no sound came"):
        bpy.ops.audio2face.live_keep()
    assert bpy.context.scene.sequence_editor is None or strips() == []
    session, _ = live(bpy.data.objects["Face"])
    session.start_recording(1.0)
    session.end()
    assert message() == ""


def test_unplugged_device_saves_recorded_sound(live, sentence, saved: Path) -> None:
    one = face()
    session, source = live(one)
    speak(session, source, 0.5)
    session.start_recording(1.0)
    record_sound(session, source, sentence[:RATE])
    source.fail("Pushed was unplugged; plug it in and start again.")
    session.tick()
    (path,) = (saved.parent / "audio2face_takes").iterdir()
    assert len(read_wav(path)[0]) > 0.6 * RATE
    assert str(path) in message()
    assert values_of(one) == BEFORE


def drive_all_keys(obj) -> None:
    """A bake then has nothing to key."""
    obj.data.shape_keys.animation_data_create()
    for block in obj.data.shape_keys.key_blocks[1:]:
        block.driver_add("value")


@pytest.mark.parametrize("fault", ["planning", "writing"])
def test_failed_keep_leaves_no_strip_but_the_sound_file(
    live, sentence, saved: Path, tmp_path: Path, extension: str, monkeypatch, capsys, fault: str
) -> None:
    before = add_sound(write_wav(tmp_path / "a.wav", tone(1.0), RATE))
    scene = bpy.context.scene
    scene.frame_end = 10
    one = face()
    record(live, one, sentence[:RATE])
    if fault == "planning":
        drive_all_keys(one)
    else:
        pipeline = importlib.import_module(f"{extension}.blender_audio2face.bake.pipeline")
        error = importlib.import_module(f"{extension}.model.errors").A2FError

        def refuse(*_):
            raise error("no keys today")
            yield

        monkeypatch.setattr(pipeline, "write", refuse)
    with pytest.raises(RuntimeError, match=r"has drivers on all|no keys today"):
        bpy.ops.audio2face.live_keep()
    assert [strip.name for strip in strips()] == [before.name]
    assert scene.sequence_editor.active_strip == before
    assert (scene.frame_end, len(bpy.data.actions), len(bpy.data.sounds)) == (10, 0, 1)
    path = saved.parent / "audio2face_takes" / "Face_001.wav"
    assert path.is_file()
    assert str(path) in capsys.readouterr().out


def test_other_strips_keep_their_place(live, sentence, saved: Path, tmp_path: Path) -> None:
    add_sound(write_wav(tmp_path / "a.wav", tone(3.0), RATE), channel=2)
    record(live, face(), sentence[:RATE])
    bpy.ops.audio2face.live_keep()
    assert sorted(strip.channel for strip in strips()) == [2, 3]
    assert bpy.context.scene.sequence_editor.active_strip.channel == 3
