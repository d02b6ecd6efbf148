"""Which frames were baked from which strip.

With this a strip can be baked again, longer, shorter or moved, without touching the keys that came
from the other strips on the same face. What surrounds a strip's speech yields to the neighbours,
so that strips give the same keys in whatever order they are baked.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache

import numpy as np

from ..sound.strip_timing import StripTiming


class Part(IntEnum):
    """What a segment's frames are for; of two strips the higher part keeps a frame."""

    LEAD_IN = 0
    RELEASE = 1
    SPEECH = 2


@dataclass(frozen=True)
class FrameRange:
    """Frames [start, end) baked from one strip."""

    strip: str
    start: int
    end: int
    part: Part = Part.SPEECH


def requested_ranges(strip: str, timing: StripTiming) -> tuple[FrameRange, ...]:
    """The segments a bake would write had it the Action for itself; ``timing.frames`` in parts."""
    lead_in, left, right = timing.rest_before, timing.left_handle, timing.right_handle
    return (
        FrameRange(strip, lead_in, lead_in + 1, Part.LEAD_IN),
        FrameRange(strip, left, right, Part.SPEECH),
        FrameRange(strip, right, timing.release_end, Part.RELEASE),
    )


def allowed_ranges(
    segments: tuple[FrameRange, ...], new: tuple[FrameRange, ...]
) -> tuple[FrameRange, ...]:
    """What of ``new``, all of one strip, may be baked: each up to where another strip's higher
    part begins. Speech is granted whole, so the strip baked last has the frames of an overlap."""
    kept = []
    for segment in new:
        end = segment.end
        for other in segments:
            higher = other.strip != segment.strip and other.part > segment.part
            if higher and other.start < end and segment.start < other.end:
                end = max(other.start, segment.start)
        if segment.start < end:
            kept.append(replace(segment, end=end))
    return tuple(kept)


def of_strips(segments: tuple[FrameRange, ...], strips: Collection[str]) -> tuple[FrameRange, ...]:
    """The segments of some strips."""
    return tuple(segment for segment in segments if segment.strip in strips)


def frames_of(segments: tuple[FrameRange, ...]) -> np.ndarray:
    """The frames of segments one after the other, int64 [N]."""
    frames = [np.arange(segment.start, segment.end) for segment in segments]
    return np.concatenate([np.empty(0, np.int64), *frames])


def within(segments: tuple[FrameRange, ...], start: int, end: int) -> tuple[FrameRange, ...]:
    """What of the segments lies in frames [start, end)."""
    cut = (replace(s, start=max(s.start, start), end=min(s.end, end)) for s in segments)
    return tuple(segment for segment in cut if segment.start < segment.end)


def lies_in(frames: np.ndarray, segments: tuple[FrameRange, ...]) -> np.ndarray:
    """Which of ``frames`` [N] lie in any of the segments, bool [N]."""
    return np.searchsorted(_edges(segments), frames, side="right") % 2 == 1


@lru_cache(maxsize=64)
def _edges(segments: tuple[FrameRange, ...]) -> np.ndarray:
    """Starts and ends of the runs, ascending; a bake asks for the same ones for each F-curve."""
    return np.array([edge for run in runs(segments) for edge in run], np.float64)


def runs(segments: tuple[FrameRange, ...]) -> tuple[tuple[int, int], ...]:
    """The segments' frames as ranges [start, end) that do not touch, ascending."""
    merged: list[tuple[int, int]] = []
    for segment in sorted(segments, key=lambda segment: segment.start):
        if merged and segment.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], segment.end))
        else:
            merged.append((segment.start, segment.end))
    return tuple(merged)


def covered(segments: tuple[FrameRange, ...]) -> tuple[FrameRange, ...]:
    """The segments with each lead-in reaching to its strip's speech: between the two, nothing
    else may be keyed on the same curve."""
    starts: dict[str, list[int]] = defaultdict(list)
    for segment in segments:
        starts[segment.strip].append(segment.start)
    reaching = []
    for segment in segments:
        if segment.part is Part.LEAD_IN:
            later = [start for start in starts[segment.strip] if start >= segment.end]
            segment = replace(segment, end=min(later, default=segment.end))
        reaching.append(segment)
    return tuple(reaching)


def rebaked(
    segments: tuple[FrameRange, ...], new: tuple[FrameRange, ...]
) -> tuple[FrameRange, ...]:
    """The record after ``new``, all of one strip, was baked: the strip's earlier segments are
    gone, the others keep the frames that ``new`` did not take."""
    kept = [old for old in segments if old.strip not in {segment.strip for segment in new}]
    for taken in new:
        kept = [piece for old in kept for piece in _without(old, taken)]
    return tuple(sorted((*kept, *new), key=lambda segment: segment.start))


def _without(old: FrameRange, taken: FrameRange) -> list[FrameRange]:
    pieces = ((old.start, min(old.end, taken.start)), (max(old.start, taken.end), old.end))
    return [replace(old, start=start, end=end) for start, end in pieces if start < end]
