"""Every file of the corpus of bad sounds is read, or refused in one sentence, with soundfile and
without it, in bounded memory."""

import itertools
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from a2f.blender_audio2face.core.sound import samples as audio
from a2f.blender_audio2face.core.sound.decoders import model_decoder
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.errors import BakeError

from model import audio_file, input_files, resampling
from model.audio_file import audio_blocks, audio_seconds, read_audio
from model.decoder_chatter import without_chatter
from model.errors import AudioError
from model.numpy_network import NumpyRuntime
from tests.support.bad_audio import CORPUS, PLAIN, is_sentence, long_silence, no_waiting, written
from tests.support.networks import random_network


@pytest.fixture(params=["soundfile", "wave"])
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "wave":
        for module in (audio_file, resampling):
            monkeypatch.setattr(module, "optional_import", lambda _name: None)
    return request.param


@pytest.mark.parametrize("name", CORPUS)
def test_bad_sound_is_read_or_refused_in_a_sentence(
    name: str, decoder: str, tmp_path: Path
) -> None:
    bad, path = CORPUS[name], written(name, tmp_path)
    try:
        with no_waiting():
            samples, seconds = read_audio(path), audio_seconds(path)
    except AudioError as error:
        assert bad.ends != "heard", error
        assert is_sentence(str(error))
        assert str(path) in str(error)
        return
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert len(samples) == pytest.approx(16000 * seconds, abs=1)
    assert bad.ends != "refused" or len(samples) == 0  # whose emptiness the caller tells
    if bad.ends == "heard":
        assert seconds == pytest.approx(bad.seconds, abs=0.01)


@pytest.mark.parametrize("name", ["NaN", "infinity", "huge floats", "huge doubles", "DC"])
def test_extreme_samples_keep_the_network_finite(name: str, tmp_path: Path) -> None:
    config, arrays = random_network()
    samples = np.concatenate([read_audio(written(name, tmp_path)), np.zeros(8000, np.float32)])
    assert np.isfinite(NumpyRuntime(config, arrays).predict(samples).values).all()


def test_samples_beside_nan_are_kept(tmp_path: Path) -> None:
    assert np.abs(read_audio(written("NaN", tmp_path))).max() == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("letters", ["Ünïcödé 文字 🎤", "with space", "quote\"s'", "\udcff"])
def test_read_audio_accepts_any_file_name(letters: str, decoder: str, tmp_path: Path) -> None:
    path = tmp_path / f"{letters}.wav"
    path.write_bytes(PLAIN)
    assert len(read_audio(path)) == 4000


def test_read_audio_with_long_paths(decoder: str, tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 200) / ("b" * 200)
    folder.mkdir(parents=True)
    (folder / "c.wav").write_bytes(PLAIN)
    assert len(read_audio(folder / "c.wav")) == 4000
    with pytest.raises(AudioError, match="cannot be opened"):
        read_audio(tmp_path / ("n" * 300))
    with pytest.raises(AudioError, match="has a name that no file has"):
        read_audio(tmp_path / "a\0b.wav")


def test_read_audio_without_permission_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "locked.wav"
    path.write_bytes(PLAIN)
    path.chmod(0)
    if os.geteuid() == 0:  # who may read everything

        def refuse(*_arguments: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(input_files, "open", refuse, raising=False)
    with pytest.raises(AudioError, match=r"cannot be opened \(Permission denied\)"):
        read_audio(path)


def frames_said(flac: bytes, frames: int) -> bytes:
    """A FLAC whose header says another length; its 36 bits end at byte 26."""
    return (
        flac[:21]
        + bytes([flac[21] & 0xF0 | frames >> 32])
        + frames.to_bytes(5, "big")[1:]
        + flac[26:]
    )


@pytest.mark.parametrize("frames", [0, 1, 2**36 - 1])
def test_audio_seconds_with_a_false_header(tmp_path: Path, frames: int) -> None:
    path = tmp_path / "whole.flac"
    soundfile.write(path, 0.3 * np.sin(np.arange(16000) * 0.1), 16000)
    path.write_bytes(frames_said(path.read_bytes(), frames))
    with no_waiting():
        try:
            assert audio_seconds(path) <= 1.1
            assert len(read_audio(path)) <= 17_600
        except AudioError as error:
            assert is_sentence(str(error))


def test_ten_hours_of_sound_are_never_held_whole(tmp_path: Path, decoder: str) -> None:
    path = long_silence(tmp_path / "long.wav")
    assert audio_seconds(path) == pytest.approx(36_000.0)
    source = SoundSource("long.wav", str(path))
    strip = StripTiming(24.0, 1, 0.0, 0.0, 1, 864_001)
    last = StripTiming(24.0, 1, 0.0, 0.0, 863_001, 864_001)
    tracemalloc.start()
    blocks = audio.audible_blocks(source, strip, 16000, [("model", model_decoder)])
    assert sum(map(len, itertools.islice(blocks, 5))) > 16000
    heard = sum(map(len, audio.audible_blocks(source, last, 16000, [("model", model_decoder)])))
    assert heard == pytest.approx(16000 * 1000 / 24, abs=1)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_many_channels_come_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "many.wav"
    soundfile.write(path, np.zeros((40_000, 512), np.int16), 16000)
    tracemalloc.start()
    assert sum(map(len, audio_blocks(path))) == 40_000
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["a pipe", "a folder", "a link to nothing", "a device"])
def test_file_replaced_after_the_plan_is_refused(name: str, tmp_path: Path) -> None:
    source = SoundSource("bad.wav", str(written(name, tmp_path)))
    timing = StripTiming(24.0, 1, 0.0, 0.0, 1, 7)
    with no_waiting(), pytest.raises(BakeError, match="Find Missing Files") as refused:
        list(audio.audible_blocks(source, timing, 16000, audio.DECODERS))
    assert is_sentence(str(refused.value))


def test_decoder_that_complains_is_kept_off_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    soundfile.write(tmp_path / "a.mp3", np.random.default_rng(0).normal(0, 0.1, 48_000), 16_000)
    once = (tmp_path / "a.mp3").read_bytes()
    (tmp_path / "a.mp3").write_bytes(once * 2)  # the header knows of the first half only
    with soundfile.SoundFile(tmp_path / "a.mp3"):
        assert "Xing" in capfd.readouterr().err
    assert len(read_audio(tmp_path / "a.mp3")) > 40_000
    assert len(read_audio((tmp_path / "a.mp3").read_bytes())) > 40_000
    assert capfd.readouterr().err == ""


def test_other_lines_reach_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with without_chatter(), without_chatter():
        os.write(2, b"A line of another thread\nWarning: Xing stream size off\n")
    assert capfd.readouterr().err == "A line of another thread\n"
