"""Sound formats, decoded to the same moments by both decoders."""

import sys
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import HAS_AUD, add_sound, make_face, needs_sound, set_timing, write_wav

pytestmark = needs_sound

RATE = 44100


@pytest.fixture
def burst() -> np.ndarray:
    """Stereo, two seconds, one short burst on the left at 1.2 s."""
    samples = np.zeros((2 * RATE, 2), np.float32)
    at = round(1.2 * RATE)
    samples[at : at + 441, 0] = 0.8 * np.sin(np.arange(441) * 0.4)
    return samples


_needs_aud = pytest.mark.skipif(not HAS_AUD, reason="this Blender has no aud")


def samples_of(audio, strips, decoders) -> np.ndarray:
    scene = bpy.context.scene
    plan = strips.plan_strip(scene, scene.sequence_editor.active_strip)
    blocks = audio.audible_blocks(plan.source, plan.timing, 16000, decoders)
    return np.concatenate(list(blocks))


@pytest.mark.parametrize("packed", [False, True], ids=["file", "packed"])
@pytest.mark.parametrize(
    "which", [pytest.param(0, id="soundfile"), pytest.param(1, id="aud", marks=_needs_aud)]
)
@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_burst_is_decoded_where_it_is(
    audio, strips, burst: np.ndarray, tmp_path: Path, suffix: str, which: int, packed: bool
) -> None:
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / f"burst.{suffix}"
    soundfile.write(path, burst, RATE)
    bpy.context.scene.render.fps = 25
    strip = add_sound(path)
    set_timing(strip, left_handle=11, right_handle=41)
    if packed:
        strip.sound.pack()
        path.unlink()
    samples = samples_of(audio, strips, audio.DECODERS[which : which + 1])
    assert samples.dtype == np.float32
    assert len(samples) == 1.2 * 16000
    loud = np.flatnonzero(np.abs(samples) > 0.2) / 16000
    assert loud[0] == pytest.approx(0.8, abs=0.003)
    assert loud[-1] == pytest.approx(0.81, abs=0.003)
    assert 0.3 < np.abs(samples).max() < 0.5  # the mean of a loud and a silent channel


def test_video_container_is_decoded_by_blender(
    audio, strips, burst: np.ndarray, tmp_path: Path
) -> None:
    aud = pytest.importorskip("aud")
    path = tmp_path / "burst.mkv"
    sound = aud.Sound.buffer(np.ascontiguousarray(burst), RATE)
    sound.write(str(path), RATE, 2, aud.FORMAT_S16, aud.CONTAINER_MATROSKA, aud.CODEC_AAC, 128000)
    bpy.context.scene.render.fps = 25
    add_sound(path)
    samples = samples_of(audio, strips, audio.DECODERS)
    loud = np.flatnonzero(np.abs(samples) > 0.2) / 16000
    assert loud[0] == pytest.approx(1.2, abs=0.03)


def test_without_aud_only_videos_are_refused(
    audio, strips, burst: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aud", None)
    add_sound(write_wav(tmp_path / "burst.wav", burst[:, 0], RATE))
    assert np.abs(samples_of(audio, strips, audio.DECODERS)).max() > 0.5
    add_sound(tmp_path / "burst.wav", channel=2)
    (tmp_path / "burst.wav").write_bytes(b"ftypM4A " * 400)
    with pytest.raises(
        Exception, match=r'"burst.wav" cannot be decoded .*aud: not in this Blender'
    ):
        samples_of(audio, strips, audio.DECODERS)


@pytest.mark.parametrize("seconds", [0.0005, 0.01, 0.04])
def test_very_short_sound_is_baked(
    extension: str, burst: np.ndarray, tmp_path: Path, seconds: float
) -> None:
    face = make_face("Face", ("jawOpen",))
    add_sound(write_wav(tmp_path / "short.wav", burst[: round(seconds * RATE), 0] + 0.1, RATE))
    assert bpy.ops.audio2face.bake() == {"FINISHED"}
    assert face.data.shape_keys.animation_data.action is not None
