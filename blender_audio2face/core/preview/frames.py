"""From the curves of strips, complete or in part, to the values a bake would key at each frame."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ....model.channels import ARKIT_52
from ....model.curves import Curves
from ..compose import FacePlan, keys_of_curves
from ..keys import frame_ranges
from ..keys.frame_ranges import FrameRange
from ..keys.keyframes import FCurvePath
from ..rigs.mapping import HEAD, Link, Target
from ..sound.strip_plan import StripPlan
from ..sound.strip_timing import StripTiming
from ..sound.volume import Volume
from ..target_plan import PlannedLink, TargetPlan

Columns = Sequence[Mapping[FCurvePath, np.ndarray]]
"""For each datablock of a face, its controls' values at N frames, float32 [N] each."""

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
"""A plan whose columns are the channels themselves, for other programs; it moves nothing."""


@dataclass(frozen=True)
class CurvePart:
    """Curves of a strip, or of a part of it.

    Attributes:
        curves: of the sound.
        cut: seconds of the curves before the strip's first frame; below 0 they begin after it.
        whole: whether the curves cover the whole strip.
    """

    curves: Curves
    cut: float
    whole: bool


@dataclass(frozen=True)
class AnalyzedStrip:
    """Where a strip plays, and its curves so far; of two overlapping parts the later one counts."""

    timing: StripTiming
    parts: tuple[CurvePart, ...]


@dataclass(frozen=True, eq=False)
class FaceFrames:
    """Values of a face's controls at F consecutive frames.

    Attributes:
        plans: the datablocks of the face.
        first: number of the first frame.
        known: which frames have values, bool [F].
        controls: for each datablock, its C controls.
        values: for each datablock, float32 [F, C].
        channels: names of the H channels that the controls follow, for other programs.
        channel_values: float32 [F, H].
    """

    plans: tuple[TargetPlan, ...]
    first: int
    known: np.ndarray
    controls: tuple[tuple[FCurvePath, ...], ...] = ()
    values: tuple[np.ndarray, ...] = ()
    channels: tuple[str, ...] = ()
    channel_values: np.ndarray | None = None

    def at(self, frame: float) -> tuple[np.ndarray, ...] | None:
        """For each datablock the values of its controls at a frame, float32 [C]; None where nothing
        is known. Between two whole frames they are interpolated linearly."""
        if not self._is_known(frame):
            return None
        return tuple(self._row(values, frame) for values in self.values)

    def channels_at(self, frame: float) -> np.ndarray | None:
        """The channels' values [H] at a frame; None where nothing is known."""
        if self.channel_values is None or not self._is_known(frame):
            return None
        return self._row(self.channel_values, frame)

    def _is_known(self, frame: float) -> bool:
        low, high = int(np.floor(frame)) - self.first, int(np.ceil(frame)) - self.first
        return low >= 0 and high < len(self.known) and bool(self.known[low] and self.known[high])

    def _row(self, values: np.ndarray, frame: float) -> np.ndarray:
        low, high = int(np.floor(frame)) - self.first, int(np.ceil(frame)) - self.first
        share = np.float32(frame - self.first - low)
        return values[low] + share * (values[high] - values[low])


NO_FRAMES = FaceFrames((), 0, np.zeros(0, bool))
"""Of a face of which nothing is known."""


def face_frames(face: FacePlan, strips: Sequence[AnalyzedStrip]) -> FaceFrames:
    """The values that a bake of the strips with a key on each frame would show.

    Args:
        face: what is moved, and how.
        strips: in the order in which they are baked: where two overlap, the last is shown.

    Returns:
        Values at the frames of the strips, their lead-in and release; none between strips, and none
        where the sound was not analysed yet.
    """
    plans = face.plans
    face = FacePlan((*plans, _CHANNELS), replace(face.settings, every_frame=True))
    owned = _owned_frames(face, [strip.timing for strip in strips])
    if not owned:
        return NO_FRAMES
    first = min(part.start for part in owned)
    builder = _FrameBuilder(plans, first, max(part.end for part in owned) - first)
    lead_in = 0
    for index, strip in enumerate(strips):
        own = frame_ranges.of_strips(owned, {str(index)})
        for part in strip.parts:
            frames, columns = _columns_of_part(face, strip.timing, part)
            inside = frame_ranges.lies_in(frames, own)
            if inside.any():
                builder.add(frames[inside], _rows_of(columns, inside))
        lead_in = max(lead_in, strip.timing.left_handle - strip.timing.rest_before)
    builder.interpolate(lead_in)
    return builder.frames()


def around(strip: AnalyzedStrip, frame: float, seconds: float) -> AnalyzedStrip:
    """A strip with only the curves within some seconds of a frame."""
    middle = strip.timing.source_time(frame) - strip.timing.start
    parts = []
    for part in strip.parts:
        rate = part.curves.rate
        first = max(round((middle + part.cut - seconds) * rate), 0)
        end = max(round((middle + part.cut + seconds) * rate), 0)
        rows = Curves(part.curves.names, rate, part.curves.values[first:end])
        if len(rows.values):
            parts.append(CurvePart(rows, part.cut - first / rate, whole=False))
    return AnalyzedStrip(strip.timing, tuple(parts))


def trimmed(strip: StripPlan, start: int, end: int) -> StripPlan:
    """A strip with its handles moved to the frames [start, end), clipped to the strip."""
    left, right = strip.timing.left_handle, strip.timing.right_handle
    start, end = max(start, left), min(end, right)
    volume = strip.volume
    if volume.moves:
        volume = Volume(volume.gains[start - left : end - left + 1])
    return replace(strip, timing=_trimmed_timing(strip.timing, start, end), volume=volume)


def _trimmed_timing(timing: StripTiming, start: int, end: int) -> StripTiming:
    warp = timing.warp
    if warp is not None:
        warp = warp[start - timing.left_handle : end - timing.left_handle + 1]
    return replace(timing, left_handle=start, right_handle=end, warp=warp)


def _owned_frames(face: FacePlan, timings: Sequence[StripTiming]) -> tuple[FrameRange, ...]:
    """The frames on which each strip, by its index, would have keys."""
    owned: tuple[FrameRange, ...] = ()
    for index, timing in enumerate(timings):
        requested = face.settings.requested_ranges(str(index), timing)
        owned = frame_ranges.rebaked(owned, frame_ranges.allowed_ranges(owned, requested))
    return owned


def _columns_of_part(
    face: FacePlan, timing: StripTiming, part: CurvePart
) -> tuple[np.ndarray, Columns]:
    """The frames that a part of a strip determines, int64 [N], and the values there."""
    if part.whole:
        return timing.frames, _columns(face, part.curves, timing, part.cut)
    start, end = _covered_frames(timing, part)
    if start >= end:
        return np.zeros(0, np.int64), ()
    cut = _trimmed_timing(timing, start, end)
    columns = _columns(face, part.curves, cut, part.cut + cut.start - timing.start)
    # A lead-in belongs to the strip's first frame, and a release to a strip that is complete.
    rows = slice(0 if start == timing.left_handle else 1, 1 + end - start)
    return cut.frames[rows], _rows_of(columns, rows)


def _columns(face: FacePlan, curves: Curves, timing: StripTiming, cut: float) -> Columns:
    made = keys_of_curves(face, curves, timing, cut)
    return [{path: keys.values for path, keys in each.items()} for each in made]


def _rows_of(columns: Columns, rows: slice | np.ndarray) -> Columns:
    return [{channel: column[rows] for channel, column in each.items()} for each in columns]


def _covered_frames(timing: StripTiming, part: CurvePart) -> tuple[int, int]:
    """Frames [start, end) of the strip's speech for which a part has rows."""
    count = timing.right_handle - timing.left_handle
    times = timing.times[1 : 1 + count] + part.cut
    last = (len(part.curves.values) - 1) / part.curves.rate
    inside = np.flatnonzero((times >= -1e-6) & (times <= last))
    if not len(inside):
        return 0, 0
    return timing.left_handle + int(inside[0]), timing.left_handle + int(inside[-1]) + 1


class _FrameBuilder:
    """FaceFrames that are filled part by part, a later one over an earlier one.

    The columns added are those of the plans and, last, those of the channels themselves.
    """

    def __init__(self, plans: tuple[TargetPlan, ...], first: int, count: int) -> None:
        self._plans = plans
        self._first = first
        self._known = np.zeros(count, bool)
        self._controls: tuple[tuple[FCurvePath, ...], ...] = ()
        self._values: tuple[np.ndarray, ...] = ()

    def add(self, frames: np.ndarray, columns: Columns) -> None:
        """Sets the values at some frames, int64 [N] within the range."""
        if not self._controls:
            self._controls = tuple(tuple(each) for each in columns)
            self._values = tuple(
                np.zeros((len(self._known), len(each)), np.float32) for each in columns
            )
        rows = frames - self._first
        self._known[rows] = True
        for values, each in zip(self._values, columns, strict=True):
            for index, column in enumerate(each.values()):
                values[rows, index] = column

    def interpolate(self, reach: int) -> None:
        """Joins known frames at most ``reach`` apart by straight lines, as Blender does between
        keys."""
        known = np.flatnonzero(self._known)
        steps = np.diff(known)
        gaps = (steps > 1) & (steps <= reach)
        for before, step in zip(known[:-1][gaps].tolist(), steps[gaps].tolist(), strict=True):
            shares = np.arange(1, step, dtype=np.float32)[:, None] / np.float32(step)
            inside = slice(before + 1, before + step)
            for values in self._values:
                values[inside] = values[before] + shares * (values[before + step] - values[before])
            self._known[inside] = True

    def frames(self) -> FaceFrames:
        """The frames as filled so far."""
        if not self._values:
            return FaceFrames(self._plans, self._first, self._known)
        return FaceFrames(
            self._plans,
            self._first,
            self._known,
            self._controls[:-1],
            self._values[:-1],
            tuple(name for name, _ in self._controls[-1]),
            self._values[-1],
        )
