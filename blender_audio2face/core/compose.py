"""From what was heard to the keys of F-curves: pure work, for the background thread. No bpy."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...model.channels import MOUTH_GROUP
from ...model.curves import Curves
from ...model.sampling import sample_at
from ..errors import BakeError, PlanError
from .cached_curves import decode, encode
from .keys import frame_ranges
from .keys.frame_ranges import FrameRange
from .keys.keyframes import Keys, closures, every_frame, groups, reduce_keys
from .keys.slicing import FCurvePath
from .rigs.mapping import needs
from .rigs.preset import preset_with_id
from .rigs.visemes import DERIVED
from .shaping.settings import Dials
from .shaping.shape import shape
from .sound import sound_segment
from .sound.sound_segment import SoundSegment
from .sound.strip_plan import StripPlan
from .sound.strip_timing import StripTiming
from .target_plan import Channel, TargetPlan, columns, resting

if TYPE_CHECKING:
    pass

TakeKeys = tuple[Mapping[FCurvePath, Keys], ...]
"""The keys of one take on each datablock that was planned."""

OnProgress = Callable[[float], None]
"""Gets fractions 0..1; an exception it raises ends the work."""


def no_progress(_fraction: float) -> None:
    """Nobody waits."""


@dataclass(frozen=True)
class KeyingSettings:
    """How curves become keys, as the artist had it set.

    Attributes:
        dials: the shape of the movement.
        every_frame: a key on each frame instead of few.
        tolerance: the most that few keys may stray, in shape-key units.
        preview: frames [start, end) that alone are keyed; None for all.
    """

    dials: Dials
    every_frame: bool
    tolerance: float
    preview: tuple[int, int] | None = None

    def requested_ranges(self, key: str, timing: StripTiming) -> tuple[FrameRange, ...]:
        """The frames to key of a take: all, or what of them lies in the preview range."""
        whole = frame_ranges.requested_ranges(key, timing)
        return whole if self.preview is None else frame_ranges.within(whole, *self.preview)


@dataclass(frozen=True)
class FacePlan:
    """A face and its look, as they were on the main thread.

    Attributes:
        plans: what is keyed.
        look: and how.
    """

    plans: tuple[TargetPlan, ...]
    look: KeyingSettings


@dataclass(frozen=True)
class ComposedTake:
    """A strip that was heard, ready to be written.

    Attributes:
        strip: as it was planned.
        heard: which part of which sound it is.
        data: its curves, encoded as they are kept.
        curves: and as they come back from there.
        keys: for each plan of the face; None where the strip is outside of the preview range.
    """

    strip: StripPlan
    heard: SoundSegment
    data: bytes
    curves: Curves
    keys: TakeKeys | None


def compose(
    face: FacePlan, spoken: Sequence["Spoken"], on_progress: OnProgress = no_progress
) -> tuple[ComposedTake, ...]:
    """All that is to be written of strips that were heard.

    Args:
        face: from the main thread.
        spoken: the strips and their curves.
        on_progress: see OnProgress.

    Raises:
        BakeError: a sound cannot be read any more.
        PlanError: no strip lies in the preview range.
        TakeError: curves cannot be kept.
    """
    check_preview(face.look, [one.strip.timing for one in spoken])
    composed = []
    for index, one in enumerate(spoken):
        strip = one.strip
        data = encode(one.curves)
        curves = decode(data)  # keyed from what is kept, as dials will do
        keys = None
        if face.look.requested_ranges("", strip.timing):
            progress = part_of(on_progress, index / len(spoken), (index + 1) / len(spoken))
            keys = take_keys(face, curves, strip.timing, 0.0, progress)
        try:
            composed.append(
                ComposedTake(strip, sound_segment.segment_of_strip(strip), data, curves, keys)
            )
        except OSError as error:
            raise BakeError(f'The sound of "{strip.name}" cannot be read ({error}).') from error
    return tuple(composed)


def check_preview(look: KeyingSettings, timings: Sequence[StripTiming]) -> None:
    """Raises PlanError when none of the strips is in the range that alone is to be keyed."""
    if not any(look.requested_ranges("", timing) for timing in timings):
        raise PlanError(
            "No strip lies in the preview range: set another range, or turn Only Preview Range off."
        )


def take_keys(
    face: FacePlan,
    curves: Curves,
    timing: StripTiming,
    cut: float,
    on_progress: OnProgress = no_progress,
) -> TakeKeys:
    """The keys of one take.

    Args:
        face: what is keyed, and how.
        curves: what was heard.
        timing: where it plays.
        cut: seconds of the curves before the strip's first frame.
        on_progress: see OnProgress.
    """
    names, values = _at_frames(curves, face.look.dials, timing, cut)
    made = []
    for index, plan in enumerate(face.plans):
        progress = part_of(on_progress, index / len(face.plans), (index + 1) / len(face.plans))
        made.append(dict(_keys(plan, face.look, timing, names, values, progress)))
    return tuple(made)


def _at_frames(
    curves: Curves, dials: Dials, timing: StripTiming, cut: float
) -> tuple[tuple[str, ...], np.ndarray]:
    """Channel names and shaped values [F, C] at the timing's frames."""
    shaped = shape(curves, dials, start=timing.left_handle / timing.fps - cut)
    return shaped.names, sample_at(shaped, timing.times + cut)


def part_of(on_progress: OnProgress, start: float, end: float) -> OnProgress:
    """Progress of a part of the work that takes it from ``start`` to ``end``."""
    return lambda fraction: on_progress(start + (end - start) * fraction)


def _keys(
    plan: TargetPlan,
    look: KeyingSettings,
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
        faded = {one: rest[one] + timing.weights * (made[one] - rest[one]) for one in group}
        if look.every_frame:
            for channel, column in faded.items():
                yield FCurvePath(*channel), every_frame(timing.frames, column)
            continue
        scaled = {channel: column / spans[channel] for channel, column in faded.items()}
        few = reduce_keys(timing.frames, scaled, look.tolerance, anchors, mouth)
        for channel, keys in few.items():
            yield FCurvePath(*channel), _stretched(keys, spans[channel])


def _spans(plan: TargetPlan) -> dict[Channel, float]:
    """How far each control travels between rest and extreme; keys are as exact as that is large."""
    spans: dict[Channel, float] = {}
    for one in plan.links:
        channel = (one.path, one.index)
        travel = abs(one.link.target.extreme - one.link.target.rest)
        spans[channel] = max(travel, spans.get(channel, 1e-6))
    return spans


def _mouth_channels(plan: TargetPlan) -> set[Channel]:
    """The controls that closures of the lips have to show in."""
    preset = preset_with_id(plan.preset_id) if plan.preset_id is not None else None
    return {
        (one.path, one.index)
        for one in plan.links
        if any(name in MOUTH_GROUP or name in DERIVED for name in needs(preset, one.link.output))
    }


def _stretched(keys: Keys, span: float) -> Keys:
    slopes = None if keys.slopes is None else (keys.slopes * span).astype(np.float32)
    return Keys(keys.frames, (keys.values * span).astype(np.float32), slopes)
