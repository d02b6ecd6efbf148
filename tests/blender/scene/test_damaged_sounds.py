"""Sounds whose headers say too little, nothing, or something wrong: what is decoded is what Blender
plays, for as long as it plays it."""

import struct
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.extension import addon_module
from tests.support.mixdown import mixdown, needs_mixdown
from tests.support.scenes import HAS_AUD, add_sound, make_face, needs_sound, set_timing

pytestmark = [
    needs_sound,
    needs_mixdown,
    pytest.mark.skipif(not HAS_AUD, reason="this Blender has no aud"),
]

RATE = 44100
SECONDS = 4.0


def bursts() -> np.ndarray:
    """Four seconds: a loud start, then bursts of noise, the last of which ends at 3.9 s."""
    noise = np.random.default_rng(1).uniform(-0.6, 0.6, round(SECONDS * RATE))
    times = np.arange(len(noise)) / RATE
    return (noise * ((times % 0.5 > 0.2) | (times < 0.5)) * (times < 3.9)).astype(np.float32)


def encoded(folder: Path, **options: object) -> bytes:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(folder / "whole", bursts(), RATE, **options)
    return (folder / "whole").read_bytes()


def wav(folder: Path, subtype: str = "PCM_16") -> bytes:
    return encoded(folder, format="WAV", subtype=subtype)


def mp3(folder: Path) -> bytes:
    return encoded(folder, format="MP3", bitrate_mode="VARIABLE", compression_level=0.6)


def with_sizes(data: bytes, riff: int, samples: int) -> bytes:
    """A WAV whose header says how large it is, rightly or not."""
    at = data.index(b"data") + 4
    sizes = struct.pack("<I", riff), struct.pack("<I", samples)
    return data[:4] + sizes[0] + data[8:at] + sizes[1] + data[at + 4 :]


def without_header(data: bytes) -> bytes:
    """An MP3 without its first frame, which tells its length."""
    tag = max(data.find(b"Xing"), data.find(b"Info"))
    following = data.index(data[:2], tag)
    return data[following:]


def saying_frames(data: bytes, share: float) -> bytes:
    """An MP3 whose header says another number of frames."""
    at = max(data.find(b"Xing"), data.find(b"Info")) + 8
    (frames,) = struct.unpack(">I", data[at : at + 4])
    return data[:at] + struct.pack(">I", round(frames * share)) + data[at + 4 :]


CUT = 0.6

SOUNDS: dict[str, tuple[str, Callable[[Path], bytes], float]] = {
    "whole MP3": ("mp3", mp3, 3.9),
    "MP3 without a header": ("mp3", lambda folder: without_header(mp3(folder)), 3.9),
    "MP3 with a short header": ("mp3", lambda folder: saying_frames(mp3(folder), 0.3), 3.9),
    "MP3 with a long header": ("mp3", lambda folder: saying_frames(mp3(folder), 3.0), 3.9),
    "joined MP3s": ("mp3", lambda folder: mp3(folder) * 2, 7.9),
    "joined MP3s without headers": ("mp3", lambda folder: without_header(mp3(folder)) * 2, 7.9),
    "WAV of size 0": ("wav", lambda folder: with_sizes(wav(folder), 0, 0), 3.9),
    "WAV of no data": ("wav", lambda folder: with_sizes(wav(folder), 400_000, 0), 3.9),
    "streamed WAV": ("wav", lambda folder: with_sizes(wav(folder), 2**32 - 1, 2**32 - 1), 3.9),
    "WAV of size 0, 24 bits": (
        "wav",
        lambda folder: with_sizes(wav(folder, "PCM_24"), 0, 0),
        3.9,
    ),
    "WAV of size 0, float": ("wav", lambda folder: with_sizes(wav(folder, "FLOAT"), 0, 0), 3.9),
    "cut WAV": ("wav", lambda folder: wav(folder)[: round(2.41 * 2 * RATE)], 2.4),
    "joined OGGs": ("ogg", lambda folder: encoded(folder, format="OGG") * 2, 7.9),
    "joined FLACs": ("flac", lambda folder: encoded(folder, format="FLAC") * 2, 7.9),
}


def end_of(samples: np.ndarray, rate: int) -> float:
    return float(np.flatnonzero(np.abs(samples) > 0.1)[-1] / rate)


@pytest.mark.parametrize("packed", [False, True], ids=["file", "packed"])
@pytest.mark.parametrize("name", SOUNDS)
def test_damaged_sound_is_heard_as_long_as_blender_plays_it(
    strips, audio, tmp_path: Path, name: str, packed: bool
) -> None:
    suffix, make, seconds = SOUNDS[name]
    path = tmp_path / f"sound.{suffix}"
    path.write_bytes(make(tmp_path))
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 25, 1, 300
    strip = add_sound(path)
    set_timing(strip, right_handle=301)
    if packed:
        strip.sound.pack()
    played = mixdown(tmp_path)
    plan = strips.plan_strip(scene, strip)
    heard = np.concatenate(list(audio.strip_blocks(plan, 16000, audio.DECODERS)))
    assert end_of(played, 48000) == pytest.approx(seconds, abs=0.12)
    assert end_of(heard, 16000) == pytest.approx(end_of(played, 48000), abs=0.06)
    assert audio.sound_seconds(plan.source) >= seconds - 0.1


def test_sound_that_ends_early_is_named(extension: str, tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.flac", bursts(), RATE)
    whole = (tmp_path / "a.flac").read_bytes()
    (tmp_path / "a.flac").write_bytes(whole[: round(CUT * len(whole))])
    bpy.context.scene.render.fps = 25
    make_face("Anna", ("jawOpen", "mouthClose"))
    add_sound(tmp_path / "a.flac")
    bpy.ops.audio2face.bake()
    report = bpy.context.scene.audio2face.report
    assert '"a.flac" says that it plays 4.0 s, but ends after 2.' in report


@pytest.mark.parametrize("kind", ["missing", "folder", "no bytes", "text", "no samples"])
def test_same_fault_is_the_same_sentence_everywhere(
    extension: str, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "a.wav"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        contents = {"no bytes": b"", "text": b"a letter, not a sound"}
        path.write_bytes(contents.get(kind) or with_sizes(wav(tmp_path)[:44], 36, 0))
    if kind == "no bytes":
        path.write_bytes(b"")
    make_face("Anna", ("jawOpen", "mouthClose"))
    sentences = set()
    for attempt in (
        lambda: bpy.ops.audio2face.bake(file=str(path)),
        lambda: addon_module("api").predict(path),
    ):
        with pytest.raises(Exception) as caught:
            attempt()
        sentences.add(str(caught.value).removeprefix("Error: ").strip())
    assert len(sentences) == 1
    assert "MP3" not in sentences.pop()
