"""The audible samples of a strip, in pieces."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ....model.audio_file import audio_seconds
from ....model.errors import AudioError
from ....model.framing import SAMPLE_RATE
from ....model.optional import optional_import
from ...errors import BakeError
from .decoders import (
    DECODERS,
    WHOLE,
    ChannelError,
    Decoder,
    EmptySoundError,
    SoundFileError,
    as_file,
)
from .strip_plan import SoundSource, StripPlan
from .strip_timing import RELEASE, StripTiming

_SILENCE = 1 << 16
"""Samples in a piece of silence."""


OnEnd = Callable[[float], None]
"""Is told at which second of it a sound ended, if it did within the range that was asked for."""


def _ignore_end(_seconds: float) -> None:
    pass


def strip_blocks(
    strip: StripPlan,
    rate: int,
    decoders: Sequence[tuple[str, Decoder]],
    on_end: OnEnd = _ignore_end,
) -> Iterator[np.ndarray]:
    """Mono samples of a strip's audible range at the sound's own speed, with its fades, and the
    silence of RELEASE after it, so that the network ends a word that is cut short.

    Args:
        strip: what to decode.
        rate: samples per second of the decoders' output.
        decoders: (name, decoder), tried in turn.
        on_end: see OnEnd.

    Yields:
        float32 [n], together round(source_duration * rate) + round(RELEASE * rate).

    Raises:
        BakeError: no decoder reads the sound, or nothing of it is in the range.
    """
    blocks = audible_blocks(strip.source, strip.timing, rate, decoders, on_end)
    yield from strip.volume.applied(blocks, strip.frame_times, rate)
    yield from _silence(round(RELEASE * rate))


def audible_blocks(
    source: SoundSource,
    timing: StripTiming,
    rate: int,
    decoders: Sequence[tuple[str, Decoder]],
    on_end: OnEnd = _ignore_end,
) -> Iterator[np.ndarray]:
    """Mono samples for exactly the strip's audible range.

    Args:
        source: the sound.
        timing: the strip's placement; beyond the ends of the file is silence.
        rate: samples per second of the decoders' output.
        decoders: (name, decoder), tried in turn.
        on_end: see OnEnd.

    Yields:
        float32 [n], together round(source_duration * rate).

    Raises:
        BakeError: no decoder reads the sound, or nothing of it is in the range.
    """
    silence_before = max(-timing.start, 0.0)
    start, duration = max(timing.start, 0.0), timing.source_duration - silence_before
    first = round(silence_before * rate)
    left = round(timing.source_duration * rate) - first
    has_begun = False
    for block in _decoded(source, start, duration, rate, decoders) if duration > 0 else ():
        if len(block) and not has_begun:
            has_begun = True
            yield from _silence(first)
        yield block[:left]
        left -= len(block[:left])
    if not has_begun:
        if _is_empty(source):
            raise EmptySoundError(source.label)
        raise BakeError(
            f'"{source.label}" has no sound in the strip\'s frames {timing.left_handle} to '
            f"{timing.right_handle - 1}: move the strip's handles over its sound."
        )
    if left:
        on_end(start + duration - left / rate)
    yield from _silence(left)


def _is_empty(source: SoundSource) -> bool:
    """Whether a file that decoders can open holds no sample."""
    try:
        said = [reader(source) for reader in (_model_seconds, _aud_seconds)]
    except SoundFileError:
        return False
    lengths = [seconds for seconds in said if seconds is not None]
    return bool(lengths) and max(lengths) <= 0.0


def said_seconds(source: SoundSource) -> float:
    """The greatest length that a decoder believes of a sound, which Blender's strip may have; 0
    where none tells."""
    return max(reader(source) or 0.0 for reader in (_model_seconds, _aud_seconds))


def sound_seconds(source: SoundSource) -> float:
    """Length of a sound, which is decoded whole only where its header does not tell.

    Raises:
        BakeError: it cannot be read.
    """
    for reader in (_model_seconds, _aud_seconds):
        seconds = reader(source)
        if seconds is not None and not _goes_on(source, seconds):
            return seconds
    blocks = _decoded(source, 0.0, WHOLE, SAMPLE_RATE, DECODERS)
    return sum(len(block) for block in blocks) / SAMPLE_RATE


def _goes_on(source: SoundSource, seconds: float) -> bool:
    """Whether a sound plays on after what its header says, as where files were joined, or one is
    still being written."""
    try:
        after = _decoded(source, seconds, 2.0 * IGNORED_END, SAMPLE_RATE, DECODERS)
        return sum(len(block) for block in after) / SAMPLE_RATE > IGNORED_END
    except BakeError:
        return False


def _model_seconds(source: SoundSource) -> float | None:
    try:
        return audio_seconds(source.content)
    except AudioError:
        return None  # a format for aud


def _aud_seconds(source: SoundSource) -> float | None:
    aud = optional_import("aud")
    if aud is None:
        return None
    with as_file(source) as path:
        try:
            sound = aud.Sound(path)
            rate = sound.specs[0]
            return sound.length / rate if sound.length > 0 and rate > 0 else None
        except aud.error:
            return None  # decoding will report every decoder's reason


def _silence(count: int) -> Iterator[np.ndarray]:
    for start in range(0, count, _SILENCE):
        yield np.zeros(min(count - start, _SILENCE), np.float32)


IGNORED_END = 0.1
"""Seconds at the end of a sound that need no other decoder: strips are rounded to whole frames, and
decoders differ in what they cut off."""


def _decoded(
    source: SoundSource,
    start: float,
    duration: float,
    rate: int,
    decoders: Sequence[tuple[str, Decoder]],
) -> Iterator[np.ndarray]:
    """Pieces from the first decoder that works; where it breaks off or ends, the next one
    continues, as a decoder may believe a header that says too little."""
    errors, reasons, done, is_decoded = [], [], 0.0, False
    for name, decoder in decoders:
        if is_decoded and duration - done <= IGNORED_END:
            return
        try:
            for block in decoder(source, start + done, duration - done):
                yield block
                done += len(block) / rate
            is_decoded = True
        except (SoundFileError, ChannelError):
            raise
        except Exception as error:  # every reason goes into the error below
            errors.append(error)
            reason = error.reason if isinstance(error, AudioError) else str(error)
            reasons.append(f"{name}: {reason.rstrip('.') or type(error).__name__}")
    if is_decoded:
        return
    raise BakeError(
        f'"{source.label}" cannot be decoded ({"; ".join(reasons)}). '
        "Convert it to WAV, and use that."
    ) from ExceptionGroup("each decoder's error", errors)
