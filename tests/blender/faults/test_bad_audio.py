"""A bake of any bad sound gives finite keys, or one sentence and no change."""

import hashlib
import importlib
import struct
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.bad_audio import CORPUS, PLAIN, is_sentence, long_silence, no_waiting, written
from tests.support.scenes import add_sound, fcurves, make_face, needs_sound


@pytest.fixture
def face() -> bpy.types.Object:
    return make_face("Face", ("jawOpen", "mouthClose"))


def saved(folder: Path) -> str:
    """Digest of the .blend as it would be saved."""
    path = folder / "copy.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=False)
    data = path.read_bytes()
    if bpy.app.version < (4, 4, 0):
        data = without_window_manager(data)
    return hashlib.sha256(data).hexdigest()


def without_window_manager(blend: bytes) -> bytes:
    """A .blend without a block in which 4.3 saves where its list of reports lay in memory."""
    kept, at = [], 12
    while at < len(blend):
        code, size = struct.unpack_from("<4si", blend, at)
        if code != b"WM\0\0":
            kept.append(blend[at : at + 24 + size])
        at += 24 + size
    return b"".join(kept)


def bake(folder: Path, **options: str) -> str | None:
    """Bakes; returns the sentence of a refusal, which must not change the file."""
    assert bpy.context.scene.audio2face.report == ""  # reading it makes Blender keep its group
    before = saved(folder)
    try:
        with no_waiting():
            assert bpy.ops.audio2face.bake(**options) == {"FINISHED"}
    except RuntimeError as error:
        sentence = str(error).removeprefix("Error: ").strip()
        assert is_sentence(sentence), sentence
        assert saved(folder) == before
        assert len(bpy.data.actions) == 0
        return sentence
    return None


def check_keys(face: bpy.types.Object) -> None:
    curves = fcurves(face.data.shape_keys.animation_data.action)
    values = [point.co[1] for curve in curves for point in curve.keyframe_points]
    assert len(values) > 0
    assert np.isfinite(values).all()
    assert 0.0 <= min(values) <= max(values) <= 1.0


@pytest.mark.parametrize("name", CORPUS)
def test_file_of_the_corpus_is_baked_or_refused(
    extension: str, face, tmp_path: Path, name: str
) -> None:
    path = written(name, tmp_path)
    sentence = bake(tmp_path, file=str(path))
    if sentence is None:
        assert CORPUS[name].ends != "refused"
        check_keys(face)
    else:
        assert CORPUS[name].ends != "heard", sentence
        assert path.name in sentence


@needs_sound
@pytest.mark.parametrize("name", [name for name, bad in CORPUS.items() if bad.ends == "refused"])
def test_strip_whose_file_became_bad_is_refused(
    extension: str, face, tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"bad{CORPUS[name].suffix}"
    path.write_bytes(PLAIN)
    add_sound(path)
    path.unlink()
    written(name, tmp_path)
    sentence = bake(tmp_path)
    assert sentence is not None
    assert path.name in sentence


@needs_sound
@pytest.mark.parametrize("name", ["zero length", "cut in the header", "a text", "zeros"])
def test_packed_file_without_sound_is_refused(
    extension: str, face, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(PLAIN)
    strip = add_sound(path)
    written(name, tmp_path)
    strip.sound.pack()
    path.unlink()
    sentence = bake(tmp_path)
    assert sentence is not None
    assert "bad.wav" in sentence


@needs_sound
def test_strip_without_a_sound_is_refused(extension: str, face, tmp_path: Path) -> None:
    path = tmp_path / "good.wav"
    path.write_bytes(PLAIN)
    strip = add_sound(path)
    bpy.data.sounds.remove(strip.sound)
    sentence = bake(tmp_path)
    assert sentence is not None
    assert "sound" in sentence


@needs_sound
@pytest.mark.parametrize("name", ["a link to nothing", "a pipe", "a folder", "a text"])
def test_file_replaced_during_the_bake_is_refused(
    extension: str, face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(PLAIN)
    add_sound(path)
    inference = importlib.import_module(f"{extension}.blender_audio2face.core.analysis")
    blocks = inference.strip_blocks

    def swapped(*arguments):
        path.unlink(missing_ok=True)
        written(name, tmp_path)
        return blocks(*arguments)

    monkeypatch.setattr(inference, "strip_blocks", swapped)
    sentence = bake(tmp_path)
    assert sentence is not None
    assert "bad.wav" in sentence


@needs_sound
@pytest.mark.parametrize("letters", ["Ünïcödé 文字 🎤", "quote\"s'", "b" * 200, "percent%s"])
def test_any_file_name_is_baked(extension: str, face, tmp_path: Path, letters: str) -> None:
    folder = tmp_path / ("a" * 150)
    folder.mkdir()
    path = folder / f"{letters}.wav"
    path.write_bytes(PLAIN)
    add_sound(path)
    assert bake(tmp_path) is None
    check_keys(face)


def test_too_long_file_name_is_refused(extension: str, face, tmp_path: Path) -> None:
    sentence = bake(tmp_path, file=str(tmp_path / ("n" * 300)))
    assert sentence is not None
    assert "cannot be opened" in sentence


def test_ten_hours_are_analysed_in_pieces(
    extension: str, face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    curves = importlib.import_module(f"{extension}.model.curves")
    longest = 0

    class Network:
        name, device, remark = "fake", "cpu", None

        def predict_blocks(self, blocks, seconds=None, on_progress=None):
            nonlocal longest
            count = 0
            for block in blocks:
                longest, count = max(longest, len(block)), count + len(block)
            values = np.zeros((count // 160_000, 1), np.float32)
            return curves.Curves(("jawOpen",), 0.1, values)

    inference = importlib.import_module(f"{extension}.blender_audio2face.core.analysis")
    monkeypatch.setattr(inference, "choose_runtime", lambda *_: Network())
    bpy.context.scene.render.fps = 1
    path = long_silence(tmp_path / "long.wav", rate=1000)
    assert bake(tmp_path, file=str(path), reduction="REDUCED") is None
    assert 0 < longest < 3_000_000


def test_sound_longer_than_the_timeline_is_refused(extension: str, face, tmp_path: Path) -> None:
    path = long_silence(tmp_path / "long.wav", hours=100.0, rate=1000)
    sentence = bake(tmp_path, file=str(path))
    assert sentence is not None
    assert "does not fit on Blender's timeline" in sentence
