"""The audible samples of a strip. Imports no bpy, so it runs in the background thread.

soundfile (or the standard library's wave) comes first; Blender's own decoder, aud, reads more
formats but freezes the window while it works, so it is asked only when the first one fails.
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..model.audio_file import read_audio, to_mono_16k
from .errors import BakeError
from .plan import SoundSource
from .timing import StripTiming

Decoder = Callable[[SoundSource, float, float], np.ndarray]
"""(source, start, duration in seconds) -> float32 [N] at the network's rate, maybe shorter.

Raises an Exception that says why it cannot."""


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
        float32 [round(duration * rate)].

    Raises:
        BakeError: no decoder reads the sound, or nothing of it is in the range.
    """
    silence_before = max(-timing.start, 0.0)
    start, duration = max(timing.start, 0.0), timing.duration - silence_before
    heard = _decoded(source, start, duration, decoders) if duration > 0 else np.zeros(0)
    if len(heard) == 0:
        raise BakeError(
            f'"{source.label}" has no sound in the strip\'s frames {timing.left_handle} to '
            f"{timing.right_handle - 1}: move the strip's handles over its sound."
        )
    samples = np.zeros(round(timing.duration * rate), np.float32)
    first = round(silence_before * rate)
    heard = heard[: len(samples) - first]
    samples[first : first + len(heard)] = heard
    return samples


def model_decoder(source: SoundSource, start: float, duration: float) -> np.ndarray:
    """soundfile, else the standard library's wave."""
    return read_audio(source.content, start, duration)


def aud_decoder(source: SoundSource, start: float, duration: float) -> np.ndarray:
    """Blender's decoder (FFmpeg): also M4A and the sound of videos. Holds the GIL."""
    import aud

    with tempfile.TemporaryDirectory() as folder:
        path = source.content
        if isinstance(path, bytes):
            path = str(Path(folder, "packed").with_suffix(Path(source.label).suffix))
            Path(path).write_bytes(source.content)
        sound = aud.Sound(path)
        rate = sound.specs[0]
        data = sound.limit(start, start + duration).data()
    return to_mono_16k(data, rate)


DECODERS: tuple[tuple[str, Decoder], ...] = (("soundfile", model_decoder), ("aud", aud_decoder))


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
