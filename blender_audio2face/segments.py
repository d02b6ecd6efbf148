"""The record our Actions carry: which frames were baked from which strip.

With it a strip can be baked again, longer, shorter or moved, without touching the keys that came
from the other strips on the same face.
"""

import json
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Segment:
    """Frames [start, end) baked from one strip."""

    strip: str
    start: int
    end: int


def dumps(segments: tuple[Segment, ...]) -> str:
    """Text of the record, for a custom property."""
    return json.dumps([[s.strip, s.start, s.end] for s in segments], ensure_ascii=False)


def loads(text: object) -> tuple[Segment, ...] | None:
    """The record back from its text; None when it is not one of ours."""
    if not isinstance(text, str):
        return None
    try:
        return tuple(Segment(str(s), int(start), int(end)) for s, start, end in json.loads(text))
    except (ValueError, TypeError):
        return None


def rebaked(segments: tuple[Segment, ...], new: Segment) -> tuple[Segment, ...]:
    """The record after ``new`` was baked: its strip's earlier segments are gone, the others keep
    the frames that ``new`` did not take."""
    kept = []
    for old in segments:
        if old.strip == new.strip:
            continue
        pieces = ((old.start, min(old.end, new.start)), (max(old.start, new.end), old.end))
        kept += [Segment(old.strip, start, end) for start, end in pieces if start < end]
    return tuple(sorted((*kept, new), key=lambda segment: segment.start))


def frames_kept(frames: np.ndarray, segments: tuple[Segment, ...], new: Segment) -> np.ndarray:
    """Which keys at ``frames`` [N] stay when ``new`` is baked, bool [N].

    Keys go that lie in the new frames or in those baked from the same strip before.
    """
    keep = np.ones(len(frames), dtype=bool)
    for gone in (*(old for old in segments if old.strip == new.strip), new):
        keep &= (frames < gone.start) | (frames >= gone.end)
    return keep
