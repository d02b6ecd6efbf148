"""Which frames were baked from which strip.

So a strip can be baked again, longer, shorter or moved, without touching the keys of other strips
on the same face. The lead-in and release of a strip yield to its neighbours, so that the keys do
not depend on the order in which strips are baked.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache

import numpy as np

from ..sound.strip_timing import StripTiming


class Part(IntEnum):
    """Part of a strip's bake; of two strips the higher part keeps a frame."""

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
    """The ranges that a strip keys where no other strip is near: ``timing.frames`` in parts."""
    rest, left, right = timing.rest_before, timing.left_handle, timing.right_handle
    lead_in = [FrameRange(strip, rest, rest + 1, Part.LEAD_IN)] * timing.lead_in
    return (
        *lead_in,
        FrameRange(strip, left, right, Part.SPEECH),
        FrameRange(strip, right, timing.release_end, Part.RELEASE),
    )


def allowed_ranges(
    baked: tuple[FrameRange, ...], requested: tuple[FrameRange, ...]
) -> tuple[FrameRange, ...]:
    """The part of the requested ranges, all of one strip, that may be baked.

    Each range ends where a higher part of another strip begins. Nothing is higher than speech, so
    the strip that is baked last has the frames of an overlap.
    """
    allowed = []
    for each in requested:
        end = each.end
        for other in baked:
            higher = other.strip != each.strip and other.part > each.part
            if higher and other.start < end and each.start < other.end:
                end = max(other.start, each.start)
        if each.start < end:
            allowed.append(replace(each, end=end))
    return tuple(allowed)


def of_strips(ranges: tuple[FrameRange, ...], strips: Collection[str]) -> tuple[FrameRange, ...]:
    """The ranges of some strips."""
    return tuple(each for each in ranges if each.strip in strips)


def frames_of(ranges: tuple[FrameRange, ...]) -> np.ndarray:
    """The frames of all ranges in turn, int64 [N]."""
    frames = [np.arange(each.start, each.end) for each in ranges]
    return np.concatenate([np.empty(0, np.int64), *frames])


def within(ranges: tuple[FrameRange, ...], start: int, end: int) -> tuple[FrameRange, ...]:
    """The ranges cut to frames [start, end)."""
    cut = (replace(each, start=max(each.start, start), end=min(each.end, end)) for each in ranges)
    return tuple(each for each in cut if each.start < each.end)


def lies_in(frames: np.ndarray, ranges: tuple[FrameRange, ...]) -> np.ndarray:
    """Which of ``frames`` [N] lie in any of the ranges, bool [N]."""
    return np.searchsorted(_edges(ranges), frames, side="right") % 2 == 1


@lru_cache(maxsize=64)
def _edges(ranges: tuple[FrameRange, ...]) -> np.ndarray:
    """Starts and ends of ``runs``, ascending; cached, as a bake needs them for each F-curve."""
    return np.array([edge for run in runs(ranges) for edge in run], np.float64)


def runs(ranges: tuple[FrameRange, ...]) -> tuple[tuple[int, int], ...]:
    """The frames of all ranges as [start, end) that do not touch, ascending."""
    merged: list[tuple[int, int]] = []
    for each in sorted(ranges, key=lambda each: each.start):
        if merged and each.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], each.end))
        else:
            merged.append((each.start, each.end))
    return tuple(merged)


def covered(ranges: tuple[FrameRange, ...]) -> tuple[FrameRange, ...]:
    """The ranges with each lead-in extended to its strip's speech, as nothing else may be keyed
    between the two on the same curve."""
    starts: dict[str, list[int]] = defaultdict(list)
    for each in ranges:
        starts[each.strip].append(each.start)
    extended = []
    for each in ranges:
        if each.part is Part.LEAD_IN:
            later = [start for start in starts[each.strip] if start >= each.end]
            each = replace(each, end=min(later, default=each.end))
        extended.append(each)
    return tuple(extended)


def rebaked(ranges: tuple[FrameRange, ...], new: tuple[FrameRange, ...]) -> tuple[FrameRange, ...]:
    """The baked ranges after ``new``, all of one strip, replaced the strip's earlier ranges; other
    strips keep the frames that ``new`` does not cover."""
    kept = [old for old in ranges if old.strip not in {each.strip for each in new}]
    for taken in new:
        kept = [piece for old in kept for piece in _without(old, taken)]
    return tuple(sorted((*kept, *new), key=lambda each: each.start))


def _without(old: FrameRange, taken: FrameRange) -> list[FrameRange]:
    pieces = ((old.start, min(old.end, taken.start)), (max(old.start, taken.end), old.end))
    return [replace(old, start=start, end=end) for start, end in pieces if start < end]
