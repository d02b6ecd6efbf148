"""Sound files to mono samples at the network's rate.

soundfile decodes (it releases the GIL and reads only the asked range); without it the standard
library's ``wave`` reads PCM WAV.
"""

import io
import wave
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .errors import AudioError
from .optional import optional_import
from .resampling import resample

SAMPLE_RATE = 16000
_BLOCK = 1 << 18


def read_audio(
    source: str | Path | bytes, start: float = 0.0, duration: float | None = None
) -> np.ndarray:
    """Decodes a sound file, or a file's bytes, to mono at SAMPLE_RATE.

    Args:
        source: path, or the encoded bytes of a packed sound.
        start: seconds to skip, not negative.
        duration: seconds to read; None reads to the end.

    Returns:
        float32 [N], the mean of the channels; shorter than asked where the file ends.

    Raises:
        AudioError: the file is missing or in a format that cannot be read here.
    """
    return joined(audio_blocks(source, start, duration))


def audio_blocks(
    source: str | Path | bytes, start: float = 0.0, duration: float | None = None
) -> Iterator[np.ndarray]:
    """What ``read_audio`` decodes, in pieces float32 [n] of a few seconds; raises as it does."""
    with _opened(source) as (rate, blocks):
        skip = round(start * rate)
        count = None if duration is None else round(duration * rate)
        yield from to_16k_blocks(blocks(skip, count), rate)


def to_mono_16k(data: np.ndarray, rate: int) -> np.ndarray:
    """Averages channels [N, channels] (or [N]) at ``rate`` Hz and resamples to SAMPLE_RATE."""
    return joined(to_16k_blocks([data], rate))


def to_16k_blocks(blocks: Iterable[np.ndarray], rate: float) -> Iterator[np.ndarray]:
    """Pieces [n, channels] (or [n]) at ``rate`` Hz as mono float32 [m] at SAMPLE_RATE."""
    mono = (block if block.ndim == 1 else block.mean(axis=1) for block in blocks)
    return resample(_finite(mono), int(rate), SAMPLE_RATE)


def joined(blocks: Iterable[np.ndarray]) -> np.ndarray:
    """Pieces [n] as one float32 [N]."""
    return np.concatenate([np.zeros(0, np.float32), *blocks])


def _finite(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Float files may hold NaN or infinity; one of them would poison the whole recurrence."""
    for block in blocks:
        finite = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
        yield np.ascontiguousarray(finite, np.float32)


@contextmanager
def _opened(source: str | Path | bytes):
    """Yields (rate, blocks(skip, count) -> iterator of mono float32)."""
    label = "the packed sound" if isinstance(source, bytes) else f'"{source}"'
    if not isinstance(source, bytes) and not Path(source).is_file():
        raise AudioError(f"The sound file {label} does not exist; relink it or check the path.")
    handle = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    soundfile = optional_import("soundfile")
    if soundfile is None:
        with _wave_reader(handle, label) as reader:
            yield reader
        return
    try:
        file = soundfile.SoundFile(handle)
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{label} cannot be decoded ({error.error_string.rstrip('.')}); "
            "convert it to WAV, FLAC, OGG or MP3."
        ) from error
    with file:

        def blocks(skip: int, count: int | None) -> Iterator[np.ndarray]:
            file.seek(min(skip, file.frames))
            left = file.frames if count is None else count
            while left > 0:
                block = file.read(min(_BLOCK, left), dtype="float32", always_2d=True)
                if len(block) == 0:
                    return
                left -= len(block)
                yield block.mean(axis=1)

        yield file.samplerate, blocks


@contextmanager
def _wave_reader(handle: str | io.BytesIO, label: str):
    try:
        file = wave.open(handle, "rb")  # noqa: SIM115 - closed by the with below
    except (wave.Error, EOFError) as error:
        raise AudioError(
            f"{label} cannot be decoded without the soundfile package ({error}); "
            "convert it to 16-bit PCM WAV."
        ) from error
    with file:

        def blocks(skip: int, count: int | None) -> Iterator[np.ndarray]:
            file.setpos(min(skip, file.getnframes()))
            left = file.getnframes() - file.tell()
            left = left if count is None else min(left, count)
            while left > 0:
                raw = file.readframes(min(_BLOCK, left))
                if not raw:
                    return
                block = _pcm(raw, file.getsampwidth()).reshape(-1, file.getnchannels())
                left -= len(block)
                yield block.mean(axis=1)

        yield file.getframerate(), blocks


def _pcm(raw: bytes, width: int) -> np.ndarray:
    """Little-endian PCM of 1 to 4 bytes a sample (8-bit is unsigned) to float32 -1..1."""
    if width == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float32) - 128.0) / 128.0
    octets = np.frombuffer(raw, np.uint8).reshape(-1, width)
    wide = np.zeros((len(octets), 4), np.uint8)
    wide[:, 4 - width :] = octets
    return wide.view("<i4")[:, 0].astype(np.float32) / 2147483648.0
