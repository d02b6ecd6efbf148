"""The record our Actions carry: which frames were baked from which strip.

With it a strip can be baked again, longer, shorter or moved, without touching the keys that came
from the other strips on the same face. What surrounds a strip's speech yields to the neighbours,
so that strips give the same keys in whatever order they are baked.
"""

import json
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from .timing import StripTiming


class Part(IntEnum):
    """What a segment's frames are for; of two strips the higher part keeps a frame."""

    LEAD_IN = 0
    RELEASE = 1
    SPEECH = 2


@dataclass(frozen=True)
class Segment:
    """Frames [start, end) baked from one strip."""

    strip: str
    start: int
    end: int
    part: Part = Part.SPEECH


def dumps(segments: tuple[Segment, ...]) -> str:
    """Text of the record, for a custom property."""
    return json.dumps([[s.strip, s.start, s.end, s.part] for s in segments], ensure_ascii=False)


def loads(text: object) -> tuple[Segment, ...] | None:
    """The record back from its text; None when it is not one of ours."""
    if not isinstance(text, str):
        return None
    try:
        return tuple(
            Segment(str(strip), int(start), int(end), Part(part))
            for strip, start, end, part in json.loads(text)
        )
    except (ValueError, TypeError):
        return None


def wanted(strip: str, timing: StripTiming) -> tuple[Segment, ...]:
    """The segments a bake would write had it the Action for itself; ``timing.frames`` in parts."""
    lead_in, left, right = timing.rest_before, timing.left_handle, timing.right_handle
    return (
        Segment(strip, lead_in, lead_in + 1, Part.LEAD_IN),
        Segment(strip, left, right, Part.SPEECH),
        Segment(strip, right, timing.release_end, Part.RELEASE),
    )


def granted(segments: tuple[Segment, ...], new: tuple[Segment, ...]) -> tuple[Segment, ...]:
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


def frames_of(segments: tuple[Segment, ...]) -> np.ndarray:
    """The frames of segments one after the other, int64 [N]."""
    return np.concatenate([np.arange(segment.start, segment.end) for segment in segments])


def rebaked(segments: tuple[Segment, ...], new: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The record after ``new``, all of one strip, was baked: the strip's earlier segments are
    gone, the others keep the frames that ``new`` did not take."""
    kept = [old for old in segments if old.strip != new[0].strip]
    for taken in new:
        kept = [piece for old in kept for piece in _without(old, taken)]
    return tuple(sorted((*kept, *new), key=lambda segment: segment.start))


def frames_kept(
    frames: np.ndarray, segments: tuple[Segment, ...], new: tuple[Segment, ...]
) -> np.ndarray:
    """Which keys at ``frames`` [N] stay when ``new``, all of one strip, is baked, bool [N].

    Keys go that lie in the new frames or in those baked from the same strip before.
    """
    keep = np.ones(len(frames), dtype=bool)
    for gone in (*(old for old in segments if old.strip == new[0].strip), *new):
        keep &= (frames < gone.start) | (frames >= gone.end)
    return keep


def _without(old: Segment, taken: Segment) -> list[Segment]:
    pieces = ((old.start, min(old.end, taken.start)), (max(old.start, taken.end), old.end))
    return [replace(old, start=start, end=end) for start, end in pieces if start < end]
