"""Movie files through PyAV (requirements/video.txt): their sound, pictures and timecode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from model.audio_file import to_mono_16k

from .track import ActorError

MOVIES = frozenset({".mov", ".mp4", ".m4v", ".m4a", ".mkv", ".webm", ".avi"})
"""Endings of files that soundfile cannot read and PyAV can."""


def movie_sound(path: Path) -> np.ndarray:
    """The sound, float32 [N] mono at 16 kHz from the movie's time 0. Raises `ActorError`."""
    with _opened(path) as container:
        if not container.streams.audio:
            raise ActorError(f"{path} holds no sound; put a WAV of the same name beside it.")
        parts, start, rate = [], 0.0, 48000
        for frame in container.decode(container.streams.audio[0]):
            if not parts:
                start, rate = float(frame.time or 0.0), frame.sample_rate
            parts.append(_mono(frame))
    if not parts:
        return np.zeros(0, np.float32)
    samples = to_mono_16k(np.concatenate(parts), rate)
    late = round(start * 16000)
    return np.pad(samples, (late, 0)) if late > 0 else samples[-late:]


def video_frames(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    """(seconds, RGB pixels [H, W, 3] uint8) of every picture. Raises `ActorError`."""
    with _opened(path) as container:
        if not container.streams.video:
            raise ActorError(f"{path} holds no pictures.")
        last = -1.0
        for frame in container.decode(container.streams.video[0]):
            if frame.time is not None and frame.time > last:
                last = float(frame.time)
                yield last, frame.to_ndarray(format="rgb24")


def movie_timecode(path: Path) -> tuple[str, int] | None:
    """The timecode of the movie's first picture and its rate, None where it carries none."""
    with _opened(path) as container:
        for stream in container.streams:
            text = stream.metadata.get("timecode")
            if text and container.streams.video:
                return text, round(float(container.streams.video[0].average_rate))
    return None


def _mono(frame) -> np.ndarray:
    """Samples [N] float32 in -1..1 of one frame of sound."""
    data = frame.to_ndarray()
    if data.dtype.kind == "i":
        data = data.astype(np.float32) / -float(np.iinfo(data.dtype).min)
    if not frame.format.is_planar:
        data = data.reshape(-1, len(frame.layout.channels)).T
    return data.astype(np.float32).mean(axis=0)


@contextmanager
def _opened(path: Path):
    try:
        import av
    except ImportError as error:
        raise ActorError(
            f"{path} needs PyAV: pip install -r requirements/video.txt, or put its sound as WAV "
            "beside the curves."
        ) from error
    try:
        with av.open(str(path)) as container:
            yield container
    except av.FFmpegError as error:
        raise ActorError(f"{path} cannot be decoded: {error}.") from error
