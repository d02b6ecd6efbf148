"""From the curves of strips to the keys of F-curves; runs in any thread."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...model.channels import MOUTH_GROUP
from ...model.curves import Curves
from ...model.sampling import sample_at
from ..errors import PlanError
from .cached_curves import StripCurves
from .keys import frame_ranges
from .keys.frame_ranges import FrameRange
from .keys.keyframes import FCurvePath, Keys, closures, every_frame, groups, reduce_keys
from .rigs.mapping import output_weights
from .rigs.preset import preset_with_id
from .rigs.visemes import DERIVED
from .shaping.settings import Dials
from .shaping.shape import shape
from .sound.strip_timing import RELEASE, StripTiming
from .target_plan import TargetPlan, columns, resting

_ROUNDING = 0.05
"""Seconds by which curves may be longer than the sound and the release of their strip."""

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
        every_frame: a key on each frame instead of as few as ``tolerance`` allows.
        tolerance: largest error of reduced keys, in shape-key units.
        preview: key only frames [start, end); None for all.
    """

    dials: Dials
    every_frame: bool
    tolerance: float
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

    Args:
        face: what to key, and how.
        strip: its curves, and where they play.
        on_progress: see OnProgress.
    """
    return keys_of_curves(face, _heard(strip), strip.timing, strip.cut, on_progress)


def _heard(strip: StripCurves) -> Curves:
    """A strip's curves, ending with the strip where it was cut within the sound: the release holds
    what was said last, and not what is not heard any more."""
    curves, timing = strip.curves, strip.timing
    end = strip.cut + timing.source_duration
    if len(curves.values) / curves.rate <= end + RELEASE + _ROUNDING:
        return curves
    rows = max(int((end - 1.0 / timing.fps) * curves.rate) + 1, 1)
    return Curves(curves.names, curves.rate, curves.values[:rows])


def keys_of_curves(
    face: FacePlan,
    curves: Curves,
    timing: StripTiming,
    cut: float,
    on_progress: OnProgress = no_progress,
) -> FaceKeys:
    """The keys of curves.

    Args:
        face: what to key, and how.
        curves: the network's.
        timing: where they play.
        cut: seconds of the curves before the strip's first frame.
        on_progress: see OnProgress.
    """
    names, values = _at_frames(curves, face.settings.dials, timing, cut)
    made = []
    for index, plan in enumerate(face.plans):
        progress = part_of(on_progress, index / len(face.plans), (index + 1) / len(face.plans))
        made.append(dict(_keys(plan, face.settings, timing, names, values, progress)))
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


def _keys(
    plan: TargetPlan,
    settings: KeyingSettings,
    timing: StripTiming,
    names: tuple[str, ...],
    values: np.ndarray,
    on_progress: OnProgress,
) -> Iterator[tuple[FCurvePath, Keys]]:
    """Keys of each control; ``values`` [F, C] of the named channels at the timing's frames."""
    rest = resting(plan, names)
    made = columns(plan, names, values)
    anchors = closures(names, values * timing.weights[:, None])
    spans, mouth = _spans(plan), _mouth_channels(plan)
    done = 0
    for group in groups(tuple(made), len(timing.frames)):
        on_progress(done / len(made))
        done += len(group)
        faded = {path: rest[path] + timing.weights * (made[path] - rest[path]) for path in group}
        if settings.every_frame:
            for channel, column in faded.items():
                yield channel, every_frame(timing.frames, column)
            continue
        scaled = {channel: column / spans[channel] for channel, column in faded.items()}
        few = reduce_keys(timing.frames, scaled, settings.tolerance, anchors, mouth)
        for channel, keys in few.items():
            yield channel, _stretched(keys, spans[channel])


def _spans(plan: TargetPlan) -> dict[FCurvePath, float]:
    """How far each control travels between rest and extreme, which scales the tolerance."""
    spans: dict[FCurvePath, float] = {}
    for planned in plan.links:
        channel = FCurvePath(planned.path, planned.index)
        travel = abs(planned.link.target.extreme - planned.link.target.rest)
        spans[channel] = max(travel, spans.get(channel, 1e-6))
    return spans


def _mouth_channels(plan: TargetPlan) -> set[FCurvePath]:
    """The controls on which closures of the lips have to be keyed."""
    preset = preset_with_id(plan.preset_id) if plan.preset_id is not None else None
    return {
        FCurvePath(planned.path, planned.index)
        for planned in plan.links
        if any(
            name in MOUTH_GROUP or name in DERIVED
            for name in output_weights(preset, planned.link.output)
        )
    }


def _stretched(keys: Keys, span: float) -> Keys:
    slopes = None if keys.slopes is None else (keys.slopes * span).astype(np.float32)
    return Keys(keys.frames, (keys.values * span).astype(np.float32), slopes)
