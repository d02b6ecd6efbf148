"""Whose voice is heard: one channel of a sound for each speaker, quiet voices, and none at all."""

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.extension import ROOT, addon_module
from tests.support.scenes import add_sound, make_face, needs_sound, read_wav, write_wav

RATE = 16000


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    soundfile = pytest.importorskip("soundfile")
    samples, rate = soundfile.read(ROOT / "tests" / "data" / "surprise.flac")
    assert rate == RATE
    return samples / np.abs(samples).max() * 0.6


def jaw_of(face) -> np.ndarray:
    action = face.data.shape_keys.animation_data.action
    curves = addon_module("animation.action_api").curves_of(
        action, addon_module("animation.action_api").slot_of(face.data.shape_keys.animation_data)
    )
    (curve,) = (curve for path, curve in curves.items() if "jawOpen" in path.path)
    return np.array([curve.evaluate(frame) for frame in range(1, 200)])


def bake(path: Path, name: str = "Anna", **options: object) -> np.ndarray:
    face = make_face(name, ("jawOpen", "mouthClose", "eyeBlinkLeft"))
    bpy.ops.audio2face.bake(file=str(path), reduction="EVERY_FRAME", **options)
    face.select_set(False)
    return jaw_of(face)


def write_stereo(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    pytest.importorskip("soundfile").write(path, samples, rate)
    return path


def test_two_people_on_one_stereo_sound_are_two_faces(voice, tmp_path: Path) -> None:
    silence = np.zeros_like(voice)
    both = np.stack([np.append(voice, silence), np.append(silence, voice)], 1)
    path = write_stereo(tmp_path / "both.wav", both)
    left = bake(path, "Left", sound_channel=1)
    right = bake(path, "Right", sound_channel=2)
    mix = bake(path, "Mix")
    frames = round(len(voice) / RATE * bpy.context.scene.render.fps)
    assert left[:frames].max() > 0.2 > 0.05 > left[frames + 12 :].max()
    assert right[frames:].max() > 0.2 > 0.05 > right[: frames - 2].max()
    assert min(mix[:frames].max(), mix[frames:].max()) > 0.2
    speakers = bpy.context.scene.audio2face.speakers
    assert [speakers[name].shown_sound_channel for name in ("Left", "Right", "Mix")] == [
        *("LEFT", "RIGHT", "MIX"),
    ]
    bpy.ops.audio2face.update(speaker="Left")  # the same channel needs no new analysis
    speakers["Left"].shown_sound_channel = "RIGHT"
    with pytest.raises(RuntimeError, match="was not analysed: bake it again"):
        bpy.ops.audio2face.update(speaker="Left")


@needs_sound
def test_channel_that_a_strip_lacks_is_refused_before_anything_changes(
    voice, tmp_path: Path
) -> None:
    path = write_wav(tmp_path / "mono.wav", voice, RATE)
    make_face("Anna", ("jawOpen", "mouthClose"))
    add_sound(path)
    for options in ({}, {"file": str(path)}):
        with pytest.raises(
            RuntimeError, match=r'"mono.wav" has 1 channel and no channel 2: choose'
        ):
            bpy.ops.audio2face.bake(sound_channel=2, **options)
    assert not bpy.context.scene.audio2face.speakers


@needs_sound
@pytest.mark.parametrize("kind", ["silence", "noise", "rounding", "tone", "empty channel"])
def test_sound_without_a_voice_is_reported_and_rests(
    voice, tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    generator, count = np.random.default_rng(0), 3 * RATE
    samples = {
        "silence": np.zeros(count),
        "noise": generator.normal(0, 0.05, count),
        "rounding": generator.integers(-1, 2, count) / 32768.0,
        "tone": 0.3 * np.sin(np.arange(count) * 2 * np.pi * 1000 / RATE),
        "empty channel": np.stack([voice[:count], np.zeros(len(voice[:count]))], 1),
    }[kind]
    face = make_face("Anna", ("jawOpen", "mouthClose", "eyeBlinkLeft"))
    write = write_stereo if samples.ndim == 2 else write_wav
    add_sound(write(tmp_path / "none.wav", samples, RATE), name="line")
    bpy.ops.audio2face.bake(sound_channel=2 if kind == "empty channel" else 0)
    summary = bpy.context.scene.audio2face.report.splitlines()[0]
    assert summary.startswith('No voice was heard in "line": the mouth of Anna rests, frames 1 to')
    assert 'Warning: No voice was heard in "line"' in capfd.readouterr().out
    assert jaw_of(face).max() < 0.05


@needs_sound
def test_one_of_several_strips_without_a_voice_is_named(voice, tmp_path: Path) -> None:
    make_face("Anna", ("jawOpen", "mouthClose"))
    add_sound(write_wav(tmp_path / "voice.wav", voice, RATE), name="line")
    add_sound(write_wav(tmp_path / "none.wav", np.zeros(RATE), RATE), frame=200, name="pause")
    bpy.ops.audio2face.bake(channel=1)
    summary, *details = bpy.context.scene.audio2face.report.splitlines()
    assert summary.startswith('Keyed 2 controls of Anna from "line", "pause"')
    assert 'No voice was heard in "pause": the mouth rests there.' in details


@pytest.mark.parametrize("peak_db", [-50.0, -60.0])
def test_quiet_voice_moves_the_face_and_the_preview(voice, tmp_path: Path, peak_db: float) -> None:
    loud = bake(write_wav(tmp_path / "loud.wav", voice, RATE), "Loud")
    quiet = write_wav(tmp_path / "quiet.wav", voice * 10 ** (peak_db / 20) / 0.6, RATE)
    assert read_wav(quiet)[0].max() < 0.004
    jaw = bake(quiet, "Quiet")
    assert np.corrcoef(jaw, loud)[0, 1] > 0.9
    assert jaw.max() > 0.7 * loud.max()
    scene = bpy.context.scene
    face = scene.objects["Quiet"]
    scene.audio2face.speakers["Quiet"].source = "FILE"
    scene.audio2face.speakers["Quiet"].file = str(quiet)
    face.select_set(True)
    bpy.context.view_layer.objects.active = face
    bpy.ops.audio2face.preview()
    frame = int(jaw.argmax()) + 1
    scene.frame_set(frame)
    assert face.data.shape_keys.key_blocks["jawOpen"].value == pytest.approx(jaw.max(), abs=0.02)
    bpy.ops.audio2face.preview()
