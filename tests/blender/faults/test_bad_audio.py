"""A bake of any bad sound gives finite keys, or one sentence and no change."""

import hashlib
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.bad_audio import CORPUS, PLAIN, is_sentence, long_silence, no_waiting, written
from tests.support.extension import addon_module
from tests.support.scenes import action_of, add_sound, fcurves, make_face, needs_sound

REFUSED = [name for name, bad in CORPUS.items() if bad.ends == "refused"]


@pytest.fixture
def face() -> bpy.types.Object:
    return make_face("Face", ("jawOpen", "mouthClose"))


@pytest.fixture
def strip(face, tmp_path: Path):
    """A strip for the face, whose file is bad.wav, and still good."""
    (tmp_path / "bad.wav").write_bytes(PLAIN)
    return add_sound(tmp_path / "bad.wav")


def saved(folder: Path) -> str:
    """Digest of the .blend as it would be saved; 4.3 saves addresses in memory."""
    if bpy.app.version < (4, 4, 0):
        return ""
    path = folder / "copy.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=False)
    return hashlib.sha256(path.read_bytes()).hexdigest()


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


@pytest.mark.parametrize("name", CORPUS)
def test_file_of_the_corpus_is_baked_or_refused(face, tmp_path: Path, name: str) -> None:
    path = written(name, tmp_path)
    sentence = bake(tmp_path, file=str(path))
    if sentence is not None:
        assert CORPUS[name].ends != "heard", sentence
        assert path.name in sentence
        return
    assert CORPUS[name].ends != "refused"
    curves = fcurves(action_of(face))
    values = [point.co[1] for curve in curves for point in curve.keyframe_points]
    assert len(values) > 0
    assert np.isfinite(values).all()
    assert 0.0 <= min(values) <= max(values) <= 1.0


@needs_sound
@pytest.mark.parametrize("name", REFUSED)
def test_strip_whose_file_became_bad_is_refused(strip, tmp_path: Path, name: str) -> None:
    bad = tmp_path / "bad.wav"
    bad.unlink()
    written(name, tmp_path).rename(bad)
    sentence = bake(tmp_path)
    assert sentence is not None
    assert "bad.wav" in sentence


@needs_sound
def test_packed_file_without_sound_is_refused(strip, tmp_path: Path) -> None:
    (tmp_path / "bad.wav").write_bytes(PLAIN[:30])
    strip.sound.pack()
    (tmp_path / "bad.wav").unlink()
    sentence = bake(tmp_path)
    assert sentence is not None
    assert "bad.wav" in sentence


@needs_sound
@pytest.mark.parametrize("name", ["a link to nothing", "a pipe", "a folder", "a text"])
def test_file_replaced_during_the_bake_is_refused(
    strip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    analysis = addon_module("core.analysis")
    blocks = analysis.strip_blocks

    def swapped(*arguments):
        (tmp_path / "bad.wav").unlink(missing_ok=True)
        written(name, tmp_path)
        return blocks(*arguments)

    monkeypatch.setattr(analysis, "strip_blocks", swapped)
    sentence = bake(tmp_path)
    assert sentence is not None
    assert "bad.wav" in sentence


@needs_sound
def test_strip_without_a_sound_is_refused(strip, tmp_path: Path) -> None:
    bpy.data.sounds.remove(strip.sound)
    sentence = bake(tmp_path)
    assert sentence is not None
    assert "sound" in sentence


def test_sound_longer_than_the_timeline_is_refused(face, tmp_path: Path) -> None:
    path = long_silence(tmp_path / "long.wav", hours=100.0, rate=1000)
    sentence = bake(tmp_path, file=str(path))
    assert sentence is not None
    assert "does not fit on Blender's timeline" in sentence
