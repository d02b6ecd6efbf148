"""The audible samples of a strip. Imports no bpy, so it runs in the background thread.

soundfile (or the standard library's wave) comes first; Blender's own decoder, aud, reads more
formats but freezes the window while it works, so it is asked only when the first one fails.
"""

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..model.audio_file import SAMPLE_RATE, read_audio, to_mono_16k
from ..model.optional import optional_import
from .errors import BakeError
from .plan import SoundSource, StripPlan
from .timing import StripTiming

Decoder = Callable[[SoundSource, float, float], np.ndarray]
"""(source, start, duration in seconds) -> float32 [N] at the network's rate, maybe shorter.

Raises an Exception that says why it cannot."""


def strip_samples(
    strip: StripPlan, rate: int, decoders: Sequence[tuple[str, Decoder]]
) -> np.ndarray:
    """Mono samples of a strip's audible range in the sound's own time, faded as it plays.

    Args:
        strip: what to decode.
        rate: samples per second of the decoders' output.
        decoders: (name, decoder), tried in turn.

    Returns:
        float32 [round(source_duration * rate)].

    Raises:
        BakeError: no decoder reads the sound, or nothing of it is in the range.
    """
    samples = audible_samples(strip.source, strip.timing, rate, decoders)
    return strip.volume.applied(samples, strip.frame_times, rate)


def audible_samples(
    source: SoundSource, timing: StripTiming, rate: int, decoders: Sequence[tuple[str, Decoder]]
) -> np.ndarray:
    """Mono samples for exactly the strip's audible range.

    Args:
        source: the sound.
        timing: the strip's placement; range beyond the ends of the file becomes silence.
        rate: samples per second of the decoders' output.
        decoders: (name, decoder), tried in turn.

    Returns:
        float32 [round(source_duration * rate)].

    Raises:
        BakeError: no decoder reads the sound, or nothing of it is in the range.
    """
    silence_before = max(-timing.start, 0.0)
    start, duration = max(timing.start, 0.0), timing.source_duration - silence_before
    heard = _decoded(source, start, duration, decoders) if duration > 0 else np.zeros(0)
    if len(heard) == 0:
        raise BakeError(
            f'"{source.label}" has no sound in the strip\'s frames {timing.left_handle} to '
            f"{timing.right_handle - 1}: move the strip's handles over its sound."
        )
    samples = np.zeros(round(timing.source_duration * rate), np.float32)
    first = round(silence_before * rate)
    heard = heard[: len(samples) - first]
    samples[first : first + len(heard)] = heard
    return samples


def model_decoder(source: SoundSource, start: float, duration: float) -> np.ndarray:
    """soundfile, else the standard library's wave."""
    return read_audio(source.content, start, duration)


_SEEK_BEYOND = 60.0
"""Seconds up to which aud decodes from the beginning: after seeking in Matroska files it is up to
35 ms early."""


def aud_decoder(source: SoundSource, start: float, duration: float) -> np.ndarray:
    """Blender's decoder (FFmpeg): also M4A and the sound of videos. Holds the GIL."""
    import aud

    begin = start if start > _SEEK_BEYOND else 0.0
    with _as_file(source) as path:
        sound = aud.Sound(path)
        rate = sound.specs[0]
        data = sound.limit(begin, start + duration).data()[round((start - begin) * rate) :]
    return to_mono_16k(data, rate)


_WHOLE = 1e6
"""Seconds that no sound reaches."""

DECODERS: tuple[tuple[str, Decoder], ...] = (("soundfile", model_decoder), ("aud", aud_decoder))


def sound_seconds(source: SoundSource) -> float:
    """Length of a sound.

    Raises:
        BakeError: it cannot be read.
    """
    for reader in (_soundfile_seconds, _aud_seconds):
        seconds = reader(source)
        if seconds is not None:
            return seconds
    return len(_decoded(source, 0.0, _WHOLE, DECODERS)) / SAMPLE_RATE


def _soundfile_seconds(source: SoundSource) -> float | None:
    soundfile = optional_import("soundfile")
    if soundfile is None:
        return None
    packed = isinstance(source.content, bytes)
    try:
        info = soundfile.info(io.BytesIO(source.content) if packed else source.content)
    except soundfile.LibsndfileError:
        return None  # a format for aud
    return info.frames / info.samplerate


def _aud_seconds(source: SoundSource) -> float | None:
    aud = optional_import("aud")
    if aud is None:
        return None
    with _as_file(source) as path:
        try:
            sound = aud.Sound(path)
            return sound.length / sound.specs[0] if sound.length > 0 else None
        except aud.error:
            return None  # decoding will tell every decoder's reason


@contextmanager
def _as_file(source: SoundSource) -> Iterator[str]:
    """The path of a sound; a packed one is unpacked for as long as the context lasts."""
    if isinstance(source.content, str):
        yield source.content
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "packed").with_suffix(Path(source.label).suffix)
        path.write_bytes(source.content)
        yield str(path)


def _decoded(
    source: SoundSource, start: float, duration: float, decoders: Sequence[tuple[str, Decoder]]
) -> np.ndarray:
    errors, reasons = [], []
    for name, decoder in decoders:
        try:
            return decoder(source, start, duration)
        except Exception as error:  # every reason goes into the sentence below
            errors.append(error)
            reasons.append(f"{name}: {str(error).rstrip('.')}")
    raise BakeError(
        f'"{source.label}" cannot be decoded ({"; ".join(reasons)}). '
        "Convert it to WAV, FLAC, OGG or MP3 and relink the strip."
    ) from ExceptionGroup("each decoder's error", errors)
