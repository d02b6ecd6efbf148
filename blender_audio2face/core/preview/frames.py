"""From the curves of strips, complete or in part, to the values a bake would key at each frame."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ....model.channels import ARKIT_52
from ....model.curves import Curves
from ..compose import EVERY_FRAME, FacePlan, keys_of_curves
from ..keys import frame_ranges
from ..keys.frame_ranges import FrameRange
from ..keys.keyframes import FCurvePath
from ..rigs.mapping import HEAD, Link, Target
from ..sound.strip_plan import StripPlan
from ..sound.strip_timing import StripTiming
from ..sound.volume import Volume
from ..target_plan import PlannedLink, TargetPlan

Controls = tuple[tuple[FCurvePath, ...], ...]
"""For each datablock of a face, the controls that it moves."""

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
        controls: for each datablock, its controls; N in all.
        channels: names of the H channels that the controls follow, for other programs.
        values: float32 [F, N + H]: of the controls, then of the channels.
    """

    plans: tuple[TargetPlan, ...]
    first: int
    known: np.ndarray
    controls: Controls
    channels: tuple[str, ...]
    values: np.ndarray

    def at(self, frame: float) -> tuple[np.ndarray, ...] | None:
        """For each datablock the values of its controls at a frame, float32 [C]; None where nothing
        is known. Between two whole frames they are interpolated linearly."""
        row = self._row(frame)
        if row is None:
            return None
        return tuple(np.split(row, np.cumsum([len(each) for each in self.controls]))[:-1])

    def channels_at(self, frame: float) -> np.ndarray | None:
        """The channels' values [H] at a frame; None where nothing is known."""
        row = self._row(frame)
        return None if row is None else row[len(row) - len(self.channels) :]

    def _row(self, frame: float) -> np.ndarray | None:
        low, high = math.floor(frame) - self.first, math.ceil(frame) - self.first
        if low < 0 or high >= len(self.known) or not (self.known[low] and self.known[high]):
            return None
        share = np.float32(frame - self.first - low)
        return self.values[low] + share * (self.values[high] - self.values[low])


NO_FRAMES = FaceFrames((), 0, np.zeros(0, bool), (), (), np.zeros((0, 0), np.float32))
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
    keyed = FacePlan((*face.plans, _CHANNELS), replace(face.settings, keys=EVERY_FRAME))
    owned = _owned_frames(keyed, [strip.timing for strip in strips])
    parts = []
    for index, strip in enumerate(strips):
        own = frame_ranges.of_strips(owned, {str(index)})
        for part in strip.parts:
            frames, controls, values = _values_of_part(keyed, strip.timing, part)
            inside = frame_ranges.lies_in(frames, own)
            if inside.any():
                parts.append((frames[inside], controls, values[inside]))
    if not parts:
        return NO_FRAMES
    first = min(part.start for part in owned)
    *face_controls, channels = parts[0][1]
    known = np.zeros(max(part.end for part in owned) - first, bool)
    values = np.zeros((len(known), parts[0][2].shape[1]), np.float32)
    for frames, _, rows in parts:
        known[frames - first] = True
        values[frames - first] = rows
    lead_in = max(strip.timing.left_handle - strip.timing.rest_before for strip in strips)
    _interpolate(known, values, lead_in)
    names = tuple(name for name, _ in channels)
    return FaceFrames(face.plans, first, known, tuple(face_controls), names, values)


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


def _values_of_part(
    face: FacePlan, timing: StripTiming, part: CurvePart
) -> tuple[np.ndarray, Controls, np.ndarray]:
    """The frames that a part of a strip determines, int64 [n], the N controls of each datablock,
    and their values there, float32 [n, N]."""
    cut, rows, shift = timing, slice(None), 0.0
    if not part.whole:
        start, end = _covered_frames(timing, part)
        if start >= end:
            return np.zeros(0, np.int64), (), np.zeros((0, 0), np.float32)
        cut = _trimmed_timing(timing, start, end)
        shift = cut.start - timing.start
        # A lead-in belongs to the strip's first frame, and a release to a strip that is complete.
        own = cut.lead_in
        rows = slice(0 if start == timing.left_handle else own, own + end - start)
    made = keys_of_curves(face, part.curves, cut, part.cut + shift)
    columns = [keys.values for each in made for keys in each.values()]
    values = np.stack(columns, axis=1).astype(np.float32)
    return cut.frames[rows], tuple(tuple(each) for each in made), values[rows]


def _covered_frames(timing: StripTiming, part: CurvePart) -> tuple[int, int]:
    """Frames [start, end) of the strip's speech for which a part has rows."""
    count = timing.right_handle - timing.left_handle
    times = timing.times[timing.lead_in :][:count] + part.cut
    last = (len(part.curves.values) - 1) / part.curves.rate
    inside = np.flatnonzero((times >= -1e-6) & (times <= last))
    if not len(inside):
        return 0, 0
    return timing.left_handle + int(inside[0]), timing.left_handle + int(inside[-1]) + 1


def _interpolate(known: np.ndarray, values: np.ndarray, reach: int) -> None:
    """Joins known frames at most ``reach`` apart by straight lines, as Blender does between keys.

    Args:
        known: bool [F]; changed in place, as is
        values: float32 [F, N].
    """
    frames = np.flatnonzero(known)
    steps = np.diff(frames)
    gaps = (steps > 1) & (steps <= reach)
    for before, step in zip(frames[:-1][gaps].tolist(), steps[gaps].tolist(), strict=True):
        shares = np.arange(1, step, dtype=np.float32)[:, None] / np.float32(step)
        inside = slice(before + 1, before + step)
        values[inside] = values[before] + shares * (values[before + step] - values[before])
        known[inside] = True
