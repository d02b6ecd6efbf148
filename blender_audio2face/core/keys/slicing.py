"""Keys of one F-curve cut to frame ranges, and blended into another curve."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .frame_ranges import FrameRange, Part, lies_in, runs
from .keyframes import Keys


def sampled(keys: Keys, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(values, slopes) of the curve at frames, float64 [N] each; constant outside the keys."""
    x, y = np.asarray(keys.frames, np.float64), np.asarray(keys.values, np.float64)
    at = np.clip(np.asarray(frames, np.float64), x[0], x[-1])
    if len(x) == 1:
        return np.full(at.shape, y[0]), np.zeros(at.shape)
    if keys.held:
        return y[np.searchsorted(x, at, side="right") - 1], np.zeros(at.shape)
    left = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    step = x[left + 1] - x[left]
    rise = y[left + 1] - y[left]
    u = (at - x[left]) / step
    if keys.slopes is None:
        return y[left] + u * rise, rise / step
    start, end = keys.slopes[left] * step, keys.slopes[left + 1] * step
    cubic, square = start + end - 2 * rise, 3 * rise - 2 * start - end
    values = y[left] + u * (start + u * (square + u * cubic))
    return values, (start + u * (2 * square + 3 * u * cubic)) / step


def clip_to_ranges(keys: Keys, ranges: tuple[FrameRange, ...]) -> Keys:
    """The keys in the ranges; where a range is cut between two keys, its last frame becomes a key,
    so that the rest of the curve keeps its shape."""
    frames = np.asarray(keys.frames, np.float64)
    inside = lies_in(frames, ranges)
    if inside.all():
        return keys
    cuts: list[int] = []
    for start, end in runs(ranges):
        for edge, beside in ((start, -1), (end - 1, 0)):
            after = int(np.searchsorted(frames, edge))
            between = 0 < after < len(frames) and frames[after] != edge
            if between and not inside[after + beside]:
                cuts.append(edge)
    added = np.unique(np.array(cuts, np.float64))
    values, slopes = sampled(keys, added)
    order = np.argsort(np.concatenate([frames[inside], added]))

    def merged(old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return np.concatenate([old[inside], new]).astype(old.dtype)[order]

    extremes = keys.extremes
    return Keys(
        merged(frames, added),
        merged(np.asarray(keys.values), values),
        None if keys.slopes is None else merged(np.asarray(keys.slopes), slopes),
        None if extremes is None else merged(extremes, np.zeros(len(added), bool)),
        keys.held,
    )


def blend_from(
    keys: Keys,
    requested: tuple[FrameRange, ...],
    allowed: tuple[FrameRange, ...],
    base: Callable[[float], float],
) -> Keys:
    """The keys with a lead-in that starts on another curve instead of at rest, and a release that
    ends on it.

    Args:
        keys: within ``allowed``.
        requested: the strip's whole ranges.
        allowed: what neighbours leave of them. A shortened release stays as it is, as a neighbour
            follows it.
        base: value of the other curve at a frame.
    """
    frames = np.asarray(keys.frames, np.float64)
    values = np.array(keys.values, np.float64)
    slopes = None if keys.slopes is None else np.array(keys.slopes, np.float64)
    for part in allowed:
        if part.part is Part.LEAD_IN:
            values[frames == part.start] = base(part.start)
        elif part.part is Part.RELEASE and part in requested:
            last = part.end - 1
            missing = base(last) - sampled(keys, np.array([last]))[0][0]
            length = part.end - part.start
            u = np.clip((frames - part.start + 1) / length, 0.0, 1.0)
            values += missing * u * u * (3 - 2 * u)
            if slopes is not None:
                slopes += missing * 6 * u * (1 - u) / length
    return replace(
        keys,
        values=values.astype(np.float32),
        slopes=None if slopes is None else slopes.astype(np.float32),
    )
