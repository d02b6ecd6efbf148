"""From the curves of strips to the keys of F-curves; runs in any thread."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...model.channels import MOUTH_GROUP
from ...model.curves import Curves
from ...model.lip_seal import LOWER, UPPER, lip_opening
from ...model.sampling import LIDS, sample_at
from ..errors import PlanError
from .cached_curves import StripCurves
from .keys import frame_ranges, poses, stepped
from .keys.frame_ranges import FrameRange
from .keys.keyframes import FCurvePath, Keys, closures, digest, every_frame, groups, reduce_keys
from .keys.reduction import turning_points
from .rigs.mapping import output_weights
from .rigs.preset import preset_with_id
from .rigs.visemes import DERIVED
from .shaping.settings import Dials
from .shaping.shape import shape
from .sound.strip_timing import RELEASE, StripTiming
from .target_plan import TargetPlan, columns, resting

_ROUNDING = 0.05
"""Seconds by which curves may be longer than the sound and the release of their strip."""

POSES, REDUCED, EVERY_FRAME, STEPPED = "POSES", "REDUCED", "EVERY_FRAME", "STEPPED"
"""How many keys there are; see KeyingSettings."""

_MOUTH = frozenset((*MOUTH_GROUP, *DERIVED))
_OPENING = frozenset(("jawOpen", "mouthClose", *LOWER, *UPPER, *DERIVED))
_BLINK = 0.3
"""Lids that fall and rise by this much are extremes."""

FaceKeys = tuple[Mapping[FCurvePath, Keys], ...]
"""The keys of one strip on each datablock of the plan."""

OnProgress = Callable[[float], None]
"""Gets fractions 0..1; an exception it raises ends the work."""


def no_progress(_fraction: float) -> None:
    """Ignores progress."""


@dataclass(frozen=True)
class KeyingSettings:
    """How curves become keys.

    Attributes:
        dials: how the movement is shaped.
        keys: POSES: the mouth's controls keyed together, as an animator would; REDUCED: each
            control with as few as ``tolerance`` allows; EVERY_FRAME; STEPPED: poses that are held.
        tolerance: largest error of reduced keys, in shape-key units.
        hold: frames for which each pose is shown; 1 to show every frame.
        preview: key only frames [start, end); None for all.
    """

    dials: Dials
    keys: str
    tolerance: float
    hold: int = 1
    preview: tuple[int, int] | None = None

    def requested_ranges(self, key: str, timing: StripTiming) -> tuple[FrameRange, ...]:
        """The frames of a strip to key: all, or those in the preview range."""
        ranges = frame_ranges.requested_ranges(key, timing)
        return ranges if self.preview is None else frame_ranges.within(ranges, *self.preview)


@dataclass(frozen=True)
class FacePlan:
    """What to key on a face, and how; a snapshot from the main thread.

    Attributes:
        plans: the controls to key, by datablock.
        settings: how to key them.
    """

    plans: tuple[TargetPlan, ...]
    settings: KeyingSettings


def compose(
    face: FacePlan, strips: Sequence[StripCurves], on_progress: OnProgress = no_progress
) -> tuple[FaceKeys | None, ...]:
    """The keys of each strip; None for a strip outside of the preview range.

    Args:
        face: what to key, and how.
        strips: their curves, and where they play.
        on_progress: see OnProgress.

    Raises:
        PlanError: no strip lies in the preview range.
        CachedCurvesError: curves are damaged.
    """
    check_preview(face.settings, [strip.timing for strip in strips])
    composed: list[FaceKeys | None] = []
    for index, strip in enumerate(strips):
        progress = part_of(on_progress, index / len(strips), (index + 1) / len(strips))
        is_keyed = face.settings.requested_ranges(strip.key, strip.timing)
        composed.append(face_keys(face, strip, progress) if is_keyed else None)
    return tuple(composed)


def check_preview(settings: KeyingSettings, timings: Sequence[StripTiming]) -> None:
    """Raises PlanError when no strip lies in the preview range."""
    if not any(settings.requested_ranges("", timing) for timing in timings):
        raise PlanError(
            "No strip lies in the preview range: set another range, or turn Only Preview Range off."
        )


def face_keys(
    face: FacePlan, strip: StripCurves, on_progress: OnProgress = no_progress
) -> FaceKeys:
    """The keys of one strip.

    Curves without a sound are a script's own or were captured: what they do in silence and how fast
    they move is meant, so that *Pauses* and *Ease* leave them alone.

    Args:
        face: what to key, and how.
        strip: its curves, and where they play.
        on_progress: see OnProgress.
    """
    if strip.segment is None:
        dials = replace(face.settings.dials, pauses=0.0, ease=0.0)
        face = replace(face, settings=replace(face.settings, dials=dials))
    end = strip.cut + strip.timing.source_duration + RELEASE + _ROUNDING
    is_cut = len(strip.curves.values) / strip.curves.rate > end
    return keys_of_curves(face, strip.curves, strip.timing, strip.cut, on_progress, is_cut=is_cut)


def keys_of_curves(
    face: FacePlan,
    curves: Curves,
    timing: StripTiming,
    cut: float,
    on_progress: OnProgress = no_progress,
    *,
    is_cut: bool = False,
) -> FaceKeys:
    """The keys of curves.

    Args:
        face: what to key, and how.
        curves: the network's.
        timing: where they play.
        cut: seconds of the curves before the strip's first frame.
        on_progress: see OnProgress.
        is_cut: the sound goes on after the timing's last frame: the release holds what was said
            last, and not what is not heard any more.
    """
    names, values = _at_frames(curves, face.settings.dials, timing, cut)
    if is_cut:
        last = timing.frames < timing.right_handle
        values[~last] = values[last][-1]
    frames = _Frames(timing, names, values, face.settings.hold)
    if face.settings.keys == POSES:
        return _pose_keys(face.plans, frames, on_progress)
    made = []
    for index, plan in enumerate(face.plans):
        progress = part_of(on_progress, index / len(face.plans), (index + 1) / len(face.plans))
        made.append(dict(_keys(plan, face.settings, frames, progress)))
    return tuple(made)


def _at_frames(
    curves: Curves, dials: Dials, timing: StripTiming, cut: float
) -> tuple[tuple[str, ...], np.ndarray]:
    """Channel names and shaped values [F, C] at the timing's frames."""
    shaped = shape(curves, dials, start=timing.left_handle / timing.fps - cut)
    return shaped.names, sample_at(shaped, timing.times + cut)


def part_of(on_progress: OnProgress, start: float, end: float) -> OnProgress:
    """Progress of a part of the work, which spans ``start`` to ``end`` of the whole."""
    return lambda fraction: on_progress(start + (end - start) * fraction)


class _Frames:
    """The channels of a strip at its frames.

    Attributes:
        timing: where the strip plays.
        names: C channel names.
        values: [F, C] at the timing's frames.
        opening: of the lips, faded in and out, [F]; None if the channels do not say.
        shown: the row that each row shows, int [F].
    """

    def __init__(
        self, timing: StripTiming, names: tuple[str, ...], values: np.ndarray, hold: int
    ) -> None:
        self.timing, self.names, self.values = timing, names, values
        self.opening = lip_opening(names, values * timing.weights[:, None])
        self.shown = np.arange(len(values))
        if hold > 1:
            self.shown = stepped.held_rows(timing.frames, self.opening, hold)

    def controls(self, plan: TargetPlan) -> Iterator[tuple[FCurvePath, np.ndarray]]:
        """Each control's values [F], faded in and out."""
        rest, weights = resting(plan, self.names), self.timing.weights
        for channel, column in columns(plan, self.names, self.values).items():
            faded = rest[channel] + weights * (column - rest[channel])
            yield channel, faded[self.shown]


def _keys(
    plan: TargetPlan, settings: KeyingSettings, frames: _Frames, on_progress: OnProgress
) -> Iterator[tuple[FCurvePath, Keys]]:
    """Keys of each control, found for each by itself."""
    x = frames.timing.frames
    made = dict(frames.controls(plan))
    if settings.keys == STEPPED:
        first = np.flatnonzero(np.diff(frames.shown, prepend=-1))
        for channel, column in made.items():
            yield channel, Keys(x[first].astype(float), column[first], None, held=True)
        return
    anchors = closures(frames.names, frames.values * frames.timing.weights[:, None])
    spans, mouth = _spans(plan), _controls_with(plan, _MOUTH)
    done = 0
    for group in groups(tuple(made), len(x)):
        on_progress(done / len(made))
        done += len(group)
        if settings.keys == EVERY_FRAME:
            for channel in group:
                yield channel, every_frame(x, made[channel])
            continue
        scaled = {channel: made[channel] / spans[channel] for channel in group}
        few = reduce_keys(x, scaled, settings.tolerance, anchors, mouth)
        for channel, keys in few.items():
            yield channel, _stretched(keys, spans[channel])


def _pose_keys(plans: Sequence[TargetPlan], frames: _Frames, on_progress: OnProgress) -> FaceKeys:
    """Keys on the same frames for all controls of the mouth, on whichever datablock, and likewise
    for the rest of the face. Controls that hardly move have two."""
    mouth, rest = _PoseGroup(frames), _PoseGroup(frames)
    made: list[dict[FCurvePath, tuple[_PoseGroup, int, float]]] = []
    for plan in plans:
        spans, opens = _spans(plan), _controls_with(plan, _OPENING)
        is_mouth, blends = _controls_with(plan, _MOUTH), _controls_with(plan, DERIVED)
        made.append({})
        for channel, column in frames.controls(plan):
            group = mouth if channel in is_mouth else rest
            tolerance = poses.BLEND_TOLERANCE if channel in blends else poses.TOLERANCE
            scaled = column / np.float32(spans[channel])
            place = group.add(scaled, tolerance, channel in opens)
            made[-1][channel] = group, place, spans[channel]
    count, rate = len(frames.values), frames.timing.fps
    needed, lids = np.zeros((2, count), bool)
    needed[[0, -1]] = lids[[0, -1]] = True
    if frames.opening is not None:
        needed |= poses.extremes(frames.opening, rate)
    blinks = [frames.names.index(name) for name in LIDS if name in frames.names]
    if blinks:
        lids |= turning_points(frames.values[:, blinks].T.astype(float), _BLINK).any(axis=0)
    on_speech, on_rest = part_of(on_progress, 0.0, 0.8), part_of(on_progress, 0.8, 1.0)
    keyed = mouth.reduce(needed, np.zeros(count, bool), on_speech)
    rest.reduce(lids, keyed, on_rest)
    return tuple(
        {
            channel: _stretched(group.keys(place), span)
            for channel, (group, place, span) in each.items()
        }
        for each in made
    )


class _PoseGroup:
    """Columns that are keyed on the same frames, each different one once."""

    def __init__(self, frames: _Frames) -> None:
        self._frames = frames
        self._places: dict[bytes, int] = {}
        self._columns: list[np.ndarray] = []
        self._bounds: list[tuple[float, bool]] = []
        self._keys: list[Keys] = []

    def add(self, column: np.ndarray, tolerance: float, opens: bool) -> int:
        """The place of a column [F] of shape-key units; ``opens``: it parts the lips. Of equal
        columns the first decides."""
        place = self._places.setdefault(digest(column), len(self._columns))
        if place == len(self._columns):
            self._columns.append(column)
            self._bounds.append((tolerance, opens))
        return place

    def keys(self, place: int) -> Keys:
        """The keys of a column, once they are reduced."""
        return self._keys[place]

    def reduce(
        self, needed: np.ndarray, preferred: np.ndarray, on_progress: OnProgress
    ) -> np.ndarray:
        """Finds the keys; returns the rows with a key, bool [F]. See ``poses.pose_keys``."""
        x = self._frames.timing.frames.astype(np.float64)
        still = [np.ptp(column) <= 0.01 * poses.TOLERANCE for column in self._columns]
        moving = [place for place, is_still in enumerate(still) if not is_still]
        ends = np.array([0, len(x) - 1])
        level = np.zeros(2, np.float32)
        self._keys = [Keys(x[ends], c[ends], level, needed[ends]) for c in self._columns]
        keyed = np.zeros(len(x), bool)
        if not moving:
            return keyed
        y = np.stack([self._columns[place] for place in moving])
        bounds = np.empty(y.shape, np.float32)
        opening = self._frames.opening
        for row, place in enumerate(moving):
            bounds[row], opens = self._bounds[place]
            if opens and opening is not None:
                bounds[row] = poses.shut_tolerance(opening, self._bounds[place][0])
        rate = self._frames.timing.fps
        rows, slopes = poses.pose_keys(x, y, bounds, needed, preferred, rate, on_progress)
        for place, column, slope in zip(moving, y, slopes, strict=True):
            slope = slope.astype(np.float32)
            self._keys[place] = Keys(x[rows], column[rows], slope, needed[rows])
        keyed[rows] = True
        return keyed


def _spans(plan: TargetPlan) -> dict[FCurvePath, float]:
    """How far each control travels between rest and extreme, which scales the tolerance."""
    spans: dict[FCurvePath, float] = {}
    for planned in plan.links:
        channel = FCurvePath(planned.path, planned.index)
        travel = abs(planned.link.target.extreme - planned.link.target.rest)
        spans[channel] = max(travel, spans.get(channel, 1e-6))
    return spans


def _controls_with(plan: TargetPlan, channels: Collection[str]) -> set[FCurvePath]:
    """The controls that any of some channels moves."""
    preset = preset_with_id(plan.preset_id) if plan.preset_id is not None else None
    return {
        FCurvePath(planned.path, planned.index)
        for planned in plan.links
        if any(name in channels for name in output_weights(preset, planned.link.output))
    }


def _stretched(keys: Keys, span: float) -> Keys:
    slopes = None if keys.slopes is None else (keys.slopes * span).astype(np.float32)
    return replace(keys, values=(keys.values * span).astype(np.float32), slopes=slopes)
