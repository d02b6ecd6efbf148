"""Sound files, decoded with soundfile and without."""

import io
import itertools
from contextlib import ExitStack
from unittest import mock

import numpy as np
import soundfile
from a2f.model import audio_file, resampling
from a2f.model.audio_file import audio_blocks, audio_seconds
from a2f.model.errors import AudioError

from .target import Target, expect, expect_finite

_FORMATS = ("WAV", "FLAC", "OGG", "MP3", "AIFF", "AU", "W64", "CAF", "RF64", "VOC")
_LOUDEST = 65536.0


def _file(kind: str, subtype: str | None = None) -> bytes:
    made = io.BytesIO()
    hum = 0.3 * np.sin(np.arange(1200) * 0.1)
    soundfile.write(made, hum, 16000, subtype, format=kind)
    return made.getvalue()


def _seeds() -> list[bytes]:
    codecs = ("PCM_U8", "PCM_24", "FLOAT", "DOUBLE", "ULAW", "IMA_ADPCM", "MS_ADPCM")
    return [_file(kind) for kind in _FORMATS] + [_file("WAV", codec) for codec in codecs]


def _pcm_seeds() -> list[bytes]:
    return [_file("WAV", codec) for codec in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32")]


def _hear(data: bytes) -> None:
    for block in itertools.islice(audio_blocks(data), 4):
        expect(block.dtype == np.float32 and block.ndim == 1, "no mono float32")
        expect_finite(block)
        expect(bool(np.abs(block).max(initial=0.0) <= 2 * _LOUDEST), "too loud")
    seconds = audio_seconds(data)
    expect(np.isfinite(seconds) and seconds >= 0.0, f"{seconds} s")


def _hear_without_packages(data: bytes) -> None:
    with ExitStack() as patched:
        for module in (audio_file, resampling):
            patched.enter_context(mock.patch.object(module, "optional_import", lambda _name: None))
        _hear(data)


TARGETS = (
    Target("sound", _seeds, _hear, (AudioError,), 10_240),
    Target("sound-wave", _pcm_seeds, _hear_without_packages, (AudioError,), 5000),
)
