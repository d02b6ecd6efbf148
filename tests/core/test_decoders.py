"""Blender's decoder, with a stand-in for it: what is read of a sound, and where."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from a2f.blender_audio2face.core.sound.decoders import (
    SoundFileError,
    as_file,
    aud_decoder,
    model_decoder,
)
from a2f.blender_audio2face.core.sound.samples import sound_seconds
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource
from a2f.blender_audio2face.errors import BakeError

RATE = 16000
SECONDS = 90.0


class Sound:
    """Instead of aud's: sample n is n / RATE / 100, the second at which it stands."""

    opened: tuple[str, bytes] | None = None
    limits: list[tuple[float, float]]
    length = round(SECONDS * RATE)
    specs = (float(RATE), 1)

    def __init__(self, path: str) -> None:
        Sound.opened = (Path(path).name, Path(path).read_bytes())

    def limit(self, first: float, last: float) -> SimpleNamespace:
        Sound.limits.append((first, last))
        rows = np.arange(round(first * RATE), round(min(last, SECONDS) * RATE))
        return SimpleNamespace(data=lambda: (rows / RATE / 100).astype(np.float32)[:, None])


@pytest.fixture
def aud(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if Blender were there."""
    stand_in = SimpleNamespace(Sound=Sound, error=RuntimeError)
    monkeypatch.setitem(sys.modules, "aud", stand_in)
    monkeypatch.setattr(Sound, "limits", [], raising=False)
    monkeypatch.setattr(Sound, "opened", None)


PACKED = SoundSource("song.m4a", b"packed")


def decoded(start: float, duration: float) -> np.ndarray:
    """Seconds that the samples say."""
    return 100 * np.concatenate(list(aud_decoder(PACKED, start, duration)))


@pytest.mark.parametrize("start", [0.0, 0.25, 30.0, 60.0, 60.5, 75.0])
@pytest.mark.usefixtures("aud")
def test_samples_are_those_of_the_seconds_asked_for(start: float) -> None:
    heard = decoded(start, 2.0)
    assert heard == pytest.approx(start + np.arange(2 * RATE) / RATE, abs=1e-3)


@pytest.mark.usefixtures("aud")
def test_only_far_into_a_sound_is_sought() -> None:
    decoded(60.0, 1.0)
    assert Sound.limits[0][0] == 0.0
    Sound.limits.clear()
    decoded(60.5, 1.0)
    assert Sound.limits[0][0] == 60.5


@pytest.mark.usefixtures("aud")
def test_behind_the_end_there_is_nothing() -> None:
    assert decoded(89.0, 5.0)[-1] == pytest.approx(SECONDS, abs=1e-3)
    assert len(decoded(89.0, 5.0)) == RATE


@pytest.mark.usefixtures("aud")
def test_a_packed_sound_is_a_file_while_it_is_read() -> None:
    decoded(0.0, 1.0)
    assert Sound.opened == ("packed.m4a", b"packed")
    with as_file(SoundSource("a." + "x" * 40, b"abc")) as path:
        assert len(Path(path).suffix) == 16
        assert Path(path).read_bytes() == b"abc"
    assert not Path(path).exists()


def test_a_sound_that_is_gone_is_not_looked_for_elsewhere(tmp_path: Path) -> None:
    gone = SoundSource("a.wav", str(tmp_path / "a.wav"))
    with pytest.raises(SoundFileError), as_file(gone):
        pass
    with pytest.raises(SoundFileError):
        model_decoder(gone, 0.0, 1.0)


@pytest.mark.usefixtures("aud")
def test_a_format_for_blender_alone_has_blenders_length() -> None:
    assert sound_seconds(PACKED) == SECONDS


@pytest.mark.usefixtures("aud")
def test_a_length_that_is_not_told_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sound, "length", -1)
    assert sound_seconds(PACKED) == pytest.approx(SECONDS, abs=1e-3)


def test_what_nothing_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aud", None)
    with pytest.raises(BakeError, match=r'"song.m4a" cannot be decoded'):
        sound_seconds(PACKED)
