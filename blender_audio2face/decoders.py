"""Sounds to pieces of samples. Imports no bpy, so it runs in the background thread.

soundfile (or the standard library's wave) comes first; Blender's own decoder, aud, reads more
formats but holds the GIL while it works, so it is asked only when the first one fails.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..model.audio_file import audio_blocks, to_16k_blocks
from ..model.errors import AudioError
from ..model.optional import optional_import
from .aud_pieces import pieces
from .plan import SoundSource
from .sound_file import FIND, check_sound_file

Decoder = Callable[[SoundSource, float, float], Iterator[np.ndarray]]
"""(source, start, duration in seconds) -> pieces float32 [n] at the network's rate, all together
maybe shorter. It, or the first piece, raises an Exception that says why it cannot."""

_SEEK_BEYOND = 60.0
"""Seconds up to which aud decodes from the beginning: after seeking in Matroska files it is up to
35 ms early."""

_LONGEST_SUFFIX = 16
"""Letters; a name may end in more than a temporary file's may have."""


def model_decoder(source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """soundfile, else the standard library's wave."""
    if isinstance(source.content, str):
        check_sound_file(source.content, FIND)
    return audio_blocks(source.content, start, duration)


def aud_decoder(source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """Blender's decoder (FFmpeg): also M4A and the sound of videos."""
    aud = optional_import("aud")
    if aud is None:
        reason = "not in this Blender"
        raise AudioError(f'"{source.label}" cannot be decoded by aud: {reason}.', reason)
    begin = start if start > _SEEK_BEYOND else 0.0
    with as_file(source) as path:
        sound = aud.Sound(path)
        rate = sound.specs[0]
        decoded = pieces(
            lambda first, last: sound.limit(first, last).data(), rate, begin, start + duration
        )
        yield from to_16k_blocks(_without(decoded, round((start - begin) * rate)), rate)


DECODERS: tuple[tuple[str, Decoder], ...] = (("soundfile", model_decoder), ("aud", aud_decoder))


@contextmanager
def as_file(source: SoundSource) -> Iterator[str]:
    """The path of a sound; a packed one is unpacked for as long as the context lasts.

    Raises SoundFileError where there is no file.
    """
    if isinstance(source.content, str):
        check_sound_file(source.content, FIND)
        yield source.content
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "packed" + Path(source.label).suffix[:_LONGEST_SUFFIX])
        path.write_bytes(source.content)
        yield str(path)


def _without(blocks: Iterator[np.ndarray], skipped: int) -> Iterator[np.ndarray]:
    """Blocks without their first samples."""
    for block in blocks:
        yield block[skipped:]
        skipped = max(skipped - len(block), 0)
