"""From what was heard so far to what a bake would key at each frame. Imports no bpy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...model.channels import ARKIT_52
from ...model.curves import Curves
from ..core.compose import FacePlan, keys_of_curves
from ..core.keys import frame_ranges
from ..core.keys.frame_ranges import FrameRange
from ..core.rigs.mapping import HEAD, Link, Target
from ..core.sound.strip_plan import StripPlan
from ..core.sound.strip_timing import StripTiming
from ..core.sound.volume import Volume
from ..core.target_plan import PlannedLink, TargetPlan
from .preview_frames import NO_FRAMES, Columns, FaceFrames, FramesInMaking

_CHANNELS = TargetPlan(
    object_name="",
    shared_by=(),
    kind="KEY",
    uid=0,
    preset_id=None,
    links=tuple(
        PlannedLink(Link(name, Target("shape", name)), name, 0, -math.inf, math.inf)
        for name in (*ARKIT_52, *HEAD)
    ),
)
"""Moves nothing: its columns are the channels themselves, as a bake would have them."""


@dataclass(frozen=True)
class Stretch:
    """Curves of a strip, or of a part of it.

    Attributes:
        curves: what was heard.
        cut: seconds of the curves before the strip's first frame; below 0 they begin after it.
        whole: whether the curves hold all of the strip.
    """

    curves: Curves
    cut: float
    whole: bool


@dataclass(frozen=True)
class HeardStrip:
    """A strip where it plays, and what of it was heard; of two stretches the later one counts."""

    timing: StripTiming
    stretches: tuple[Stretch, ...]


def face_frames(face: FacePlan, strips: Sequence[HeardStrip]) -> FaceFrames:
    """What a bake of the strips with a key on each frame would show.

    Args:
        face: what is moved, and how.
        strips: in the order in which they are baked: where two speak, the last is shown.

    Returns:
        Values at the frames of the strips, their lead-in and release; between strips, and where
        nothing was heard yet, none are known.
    """
    plans = face.plans
    face = FacePlan((*plans, _CHANNELS), replace(face.settings, every_frame=True))
    owned = _owned(face, [strip.timing for strip in strips])
    if not owned:
        return NO_FRAMES
    first = min(one.start for one in owned)
    making = FramesInMaking(plans, first, max(one.end for one in owned) - first)
    lead_in = 0
    for index, strip in enumerate(strips):
        mine = frame_ranges.of_strips(owned, {str(index)})
        for stretch in strip.stretches:
            frames, columns = _shown(face, strip.timing, stretch)
            inside = frame_ranges.lies_in(frames, mine)
            if inside.any():
                making.lay(frames[inside], _at(columns, inside))
        lead_in = max(lead_in, strip.timing.left_handle - strip.timing.rest_before)
    making.bridge(lead_in)
    return making.made()


def around(strip: HeardStrip, frame: float, seconds: float) -> HeardStrip:
    """A strip of which no more is known than some seconds to both sides of a frame."""
    middle = strip.timing.source_time(frame) - strip.timing.start
    cut_stretches = []
    for one in strip.stretches:
        rate = one.curves.rate
        first = max(round((middle + one.cut - seconds) * rate), 0)
        end = max(round((middle + one.cut + seconds) * rate), 0)
        rows = Curves(one.curves.names, rate, one.curves.values[first:end])
        cut_stretches.append(Stretch(rows, one.cut - first / rate, whole=False))
    return HeardStrip(strip.timing, tuple(one for one in cut_stretches if len(one.curves.values)))


def trimmed(strip: StripPlan, start: int, end: int) -> StripPlan:
    """A strip with its handles at the frames [start, end), which lie within it."""
    left, right = strip.timing.left_handle, strip.timing.right_handle
    start, end = max(start, left), min(end, right)
    volume = strip.volume
    if volume.moves:
        volume = Volume(volume.gains[start - left : end - left + 1])
    return replace(strip, timing=_trimmed(strip.timing, start, end), volume=volume)


def _trimmed(timing: StripTiming, start: int, end: int) -> StripTiming:
    warp = timing.warp
    if warp is not None:
        warp = warp[start - timing.left_handle : end - timing.left_handle + 1]
    return replace(timing, left_handle=start, right_handle=end, warp=warp)


def _owned(face: FacePlan, timings: Sequence[StripTiming]) -> tuple[FrameRange, ...]:
    """The frames that each strip, by its number, would have keys on."""
    owned: tuple[FrameRange, ...] = ()
    for index, timing in enumerate(timings):
        wanted = face.settings.requested_ranges(str(index), timing)
        owned = frame_ranges.rebaked(owned, frame_ranges.allowed_ranges(owned, wanted))
    return owned


def _shown(face: FacePlan, timing: StripTiming, stretch: Stretch) -> tuple[np.ndarray, Columns]:
    """The frames that a stretch knows something about, int64 [N], and what it shows there."""
    if stretch.whole:
        return timing.frames, _columns(face, stretch.curves, timing, stretch.cut)
    start, end = _heard_frames(timing, stretch)
    if start >= end:
        return np.zeros(0, np.int64), ()
    part = _trimmed(timing, start, end)
    columns = _columns(face, stretch.curves, part, stretch.cut + part.start - timing.start)
    # A lead-in belongs to the strip's first frame, and a release to a strip heard to its end.
    rows = slice(0 if start == timing.left_handle else 1, 1 + end - start)
    return part.frames[rows], _at(columns, rows)


def _columns(face: FacePlan, curves: Curves, timing: StripTiming, cut: float) -> Columns:
    made = keys_of_curves(face, curves, timing, cut)
    return [
        {(channel.path, channel.array_index): keys.values for channel, keys in one.items()}
        for one in made
    ]


def _at(columns: Columns, rows: slice | np.ndarray) -> Columns:
    return [{channel: column[rows] for channel, column in one.items()} for one in columns]


def _heard_frames(timing: StripTiming, stretch: Stretch) -> tuple[int, int]:
    """Frames [start, end) of the strip's speech that a stretch has rows for."""
    count = timing.right_handle - timing.left_handle
    times = timing.times[1 : 1 + count] + stretch.cut
    last = (len(stretch.curves.values) - 1) / stretch.curves.rate
    inside = np.flatnonzero((times >= -1e-6) & (times <= last))
    if not len(inside):
        return 0, 0
    return timing.left_handle + int(inside[0]), timing.left_handle + int(inside[-1]) + 1
