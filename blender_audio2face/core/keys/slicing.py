"""Keys of one F-curve as numbers: cut to the frames a bake may write, blended into others."""

from collections.abc import Callable

import numpy as np

from .frame_ranges import FrameRange, Part, lies_in, runs
from .keyframes import Keys


def sampled(keys: Keys, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(values, slopes) of the curve at frames, float64 [N] each; constant outside the keys."""
    x, y = np.asarray(keys.frames, np.float64), np.asarray(keys.values, np.float64)
    at = np.clip(np.asarray(frames, np.float64), x[0], x[-1])
    if len(x) == 1:
        return np.full(at.shape, y[0]), np.zeros(at.shape)
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


def clip_to_ranges(keys: Keys, segments: tuple[FrameRange, ...]) -> Keys:
    """The keys that lie in the segments; where a cut runs between two keys, the frame next to it
    becomes a key, so that what is left of the curve keeps its shape."""
    frames = np.asarray(keys.frames, np.float64)
    inside = lies_in(frames, segments)
    if inside.all():
        return keys
    cuts: list[int] = []
    for start, end in runs(segments):
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

    return Keys(
        merged(frames, added),
        merged(np.asarray(keys.values), values),
        None if keys.slopes is None else merged(np.asarray(keys.slopes), slopes),
    )


def blend_from(
    keys: Keys,
    wanted: tuple[FrameRange, ...],
    allowed_ranges: tuple[FrameRange, ...],
    base: Callable[[float], float],
) -> Keys:
    """The keys with a lead-in that starts at another curve instead of at rest, and a release that
    ends on it.

    Args:
        keys: within ``granted``.
        wanted: the segments before neighbours took their share of them.
        granted: the segments left. A release cut short is left as it is: a neighbour follows it.
        base: value of the other curve at a frame.
    """
    frames = np.asarray(keys.frames, np.float64)
    values = np.array(keys.values, np.float64)
    slopes = None if keys.slopes is None else np.array(keys.slopes, np.float64)
    for segment in allowed_ranges:
        if segment.part is Part.LEAD_IN:
            values[frames == segment.start] = base(segment.start)
        elif segment.part is Part.RELEASE and segment in wanted:
            last = segment.end - 1
            missing = base(last) - sampled(keys, np.array([last]))[0][0]
            length = segment.end - segment.start
            u = np.clip((frames - segment.start + 1) / length, 0.0, 1.0)
            values += missing * u * u * (3 - 2 * u)
            if slopes is not None:
                slopes += missing * 6 * u * (1 - u) / length
    return Keys(
        frames, values.astype(np.float32), None if slopes is None else slopes.astype(np.float32)
    )
