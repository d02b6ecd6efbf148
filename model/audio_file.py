"""Sound files to mono samples at the network's rate.

soundfile decodes (it releases the GIL and reads only the asked range); without it the standard
library's ``wave`` reads PCM WAV.
"""

import io
import os
import wave
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from .decoder_chatter import without_chatter
from .errors import AudioError
from .framing import SAMPLE_RATE
from .input_files import why_not_a_file
from .optional import optional_import
from .resampling import resample
from .voice_mix import MEAN, VoiceMix, cleaned, voice_mix

RATES = (1000, 1_536_000)
"""Lowest and highest rate of a sound, samples a second; below it there is no speech."""

_BLOCK = 1 << 18
"""Samples of a channel that are held at once, at most."""

_MOST_SAMPLES = 1 << 21
"""Samples of all channels that are decoded at once, at most."""


_VORBIS_ORDER = {
    3: (0, 2, 1),
    5: (0, 2, 1, 3, 4),
    6: (0, 2, 1, 5, 3, 4),
    7: (0, 2, 1, 6, 5, 3, 4),
    8: (0, 2, 1, 7, 5, 6, 3, 4),
}
"""Channels of Vorbis and Opus (Vorbis I specification, 4.3.9) in the order of WAV and of other
decoders, in which the centre is the third."""


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
    source: str | Path | bytes,
    start: float = 0.0,
    duration: float | None = None,
    mix: VoiceMix = MEAN,
) -> Iterator[np.ndarray]:
    """What ``read_audio`` decodes, in pieces float32 [n] of a few seconds; raises as it does.

    ``mix`` says what becomes of the channels.
    """
    with _opened(source) as sound:
        first = round(start * sound.rate)
        count = sound.frames - first if duration is None else round(duration * sound.rate)
        yield from to_16k_blocks(sound.blocks(first, count), sound.rate, mix)


def channel_blocks(source: str | Path | bytes) -> Iterator[tuple[float, np.ndarray]]:
    """A whole sound as (samples a second, float32 [n, channels]); raises as ``read_audio`` does."""
    with _opened(source) as sound:
        for block in sound.blocks(0, sound.frames):
            yield sound.rate, block


def voice_blocks(source: str | Path | bytes) -> Iterator[np.ndarray]:
    """The voice of a whole sound (see ``voice_mix``), in pieces as ``audio_blocks`` gives them."""
    return audio_blocks(source, mix=voice_mix(channel_blocks(source)) or MEAN)


def audio_seconds(source: str | Path | bytes) -> float:
    """Length of a sound, which is decoded whole only where its header is wrong.

    Raises AudioError as ``read_audio`` does.
    """
    with _opened(source) as sound:
        frames, rate = sound.frames, sound.rate
    if frames > 0 and not _is_there(source, frames - 1):
        with _opened(source) as sound:
            frames = sum(map(len, sound.blocks(0, frames)))
    return frames / rate


def _is_there(source: str | Path | bytes, frame: int) -> bool:
    try:
        with _opened(source) as sound:
            return any(map(len, sound.blocks(frame, 1)))
    except AudioError:
        return False


def to_mono_16k(data: np.ndarray, rate: int) -> np.ndarray:
    """Averages channels [N, channels] (or [N]) at ``rate`` Hz and resamples to SAMPLE_RATE."""
    return joined(to_16k_blocks([data], rate))


def to_16k_blocks(
    blocks: Iterable[np.ndarray], rate: float, mix: VoiceMix = MEAN
) -> Iterator[np.ndarray]:
    """Pieces [n, channels] (or [n]) at ``rate`` Hz as mono float32 [m] at SAMPLE_RATE.

    Raises AudioError for a rate that no sound has, or where the sound lacks the mix's channel.
    """
    _check_rate(rate, "The sound")
    mono = _mono(blocks, max(int(_BLOCK * rate / SAMPLE_RATE), 1), mix)
    return resample(mono, int(rate), SAMPLE_RATE)


def _check_rate(rate: float, label: str) -> None:
    if not RATES[0] <= rate <= RATES[1]:
        reason = f"it says that it has {rate:.0f} samples a second"
        raise AudioError(f"{label} cannot be used, {reason}; convert it to 48000.", reason)


def joined(blocks: Iterable[np.ndarray]) -> np.ndarray:
    """Pieces [n] as one float32 [N]."""
    return np.concatenate([np.zeros(0, np.float32), *blocks])


def _mono(blocks: Iterable[np.ndarray], size: int, mix: VoiceMix) -> Iterator[np.ndarray]:
    """One voice of the channels in pieces of up to ``size``: at a low rate few samples become
    many."""
    for block in blocks:
        for start in range(0, len(block), size):
            yield mix(cleaned(block[start : start + size]))


@dataclass(frozen=True)
class _Sound:
    """A sound that is open.

    Attributes:
        rate: samples a second.
        frames: how many there are, as its header says.
        blocks: (first frame, count) -> pieces float32 [n, channels]; less where the sound ends.
    """

    rate: int
    frames: int
    blocks: Callable[[int, int], Iterator[np.ndarray]]


@contextmanager
def _opened(source: str | Path | bytes) -> Iterator[_Sound]:
    """A sound while the context lasts; within it, too, errors of decoding are AudioErrors."""
    handle: bytes | str | io.BytesIO
    if isinstance(source, bytes):
        label, handle = "The packed sound", io.BytesIO(source)
    else:
        label, handle = f'"{source}"', os.fsencode(source) if os.name == "posix" else str(source)
        reason = why_not_a_file(source)
        if reason is None and Path(source).suffix.lower() == ".raw":
            reason = "is named as samples without a header are"  # and opens as such
        if reason is not None:
            raise AudioError(f"The sound file {label} {reason}: choose another.", f"it {reason}")
    soundfile = optional_import("soundfile")
    if soundfile is None:
        with _by_wave(handle, label) as sound:
            yield sound
    else:
        with _by_soundfile(soundfile, handle, label) as sound:
            yield sound


@contextmanager
def _by_soundfile(
    soundfile: ModuleType, handle: bytes | str | io.BytesIO, label: str
) -> Iterator[_Sound]:
    quietly = without_chatter if _is_mp3(handle) else nullcontext
    try:
        with quietly():
            opened = soundfile.SoundFile(handle)
        with opened as file:
            order = _VORBIS_ORDER.get(file.channels) if file.format == "OGG" else None

            def blocks(first: int, count: int) -> Iterator[np.ndarray]:
                with quietly():
                    file.seek(min(first, file.frames))
                size = _frames_at_once(file.channels)
                # libsndfile may stop behind the end of a damaged MP3.
                while count > 0 and file.tell() < file.frames:
                    with quietly():
                        block = file.read(min(size, count), dtype="float32", always_2d=True)
                    if len(block) == 0:
                        return
                    count -= len(block)
                    yield block if order is None else block[:, order]

            _check_rate(file.samplerate, label)
            yield _Sound(file.samplerate, file.frames, blocks)
    except soundfile.LibsndfileError as error:
        reason = error.error_string.strip().rstrip(".")
        raise AudioError(
            f"{label} cannot be decoded ({reason}); convert it to WAV.", reason
        ) from error


@contextmanager
def _by_wave(handle: bytes | str | io.BytesIO, label: str) -> Iterator[_Sound]:
    try:
        opened = handle if isinstance(handle, io.BytesIO) else open(handle, "rb")  # noqa: SIM115, PTH123
        with opened, wave.open(opened) as file:
            width, channels = file.getsampwidth(), file.getnchannels()
            if width > 4:
                raise wave.Error(f"{8 * width} bits a sample")

            def blocks(first: int, count: int) -> Iterator[np.ndarray]:
                file.setpos(min(first, file.getnframes()))
                while count > 0:
                    raw = file.readframes(min(_frames_at_once(channels), count))
                    whole = len(raw) // (width * channels)
                    if whole == 0:
                        return
                    count -= whole
                    yield _pcm(raw[: whole * width * channels], width).reshape(-1, channels)

            _check_rate(file.getframerate(), label)
            yield _Sound(file.getframerate(), file.getnframes(), blocks)
    except (wave.Error, EOFError, OSError, RuntimeError) as error:  # the last of a wrong length
        reason = f"without the soundfile package: {str(error) or 'it is cut short'}"
        raise AudioError(
            f"{label} cannot be decoded ({reason}); convert it to 16-bit PCM WAV.", reason
        ) from error


def _is_mp3(handle: bytes | str | io.BytesIO) -> bool:
    if isinstance(handle, io.BytesIO):
        start = handle.getbuffer()[:3].tobytes()
    else:
        with open(handle, "rb") as file:  # noqa: PTH123 - Path takes no bytes
            start = file.read(3)
    is_frame = len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0
    return start == b"ID3" or is_frame


def _frames_at_once(channels: int) -> int:
    return max(min(_BLOCK, _MOST_SAMPLES // channels), 1)


def _pcm(raw: bytes, width: int) -> np.ndarray:
    """Little-endian PCM of 1 to 4 bytes a sample (8-bit is unsigned) to float32 -1..1."""
    if width == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float32) - 128.0) / 128.0
    octets = np.frombuffer(raw, np.uint8).reshape(-1, width)
    wide = np.zeros((len(octets), 4), np.uint8)
    wide[:, 4 - width :] = octets
    return wide.view("<i4")[:, 0].astype(np.float32) / 2147483648.0
