"""From curves to F-curves: the artist's dials, the frames, the rig, the keys."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from ..model.channels import MOUTH_GROUP
from ..model.curves import Curves
from ..model.sampling import sample_at
from . import actions, segments
from .channel_keys import ChannelPath, Keys
from .errors import PlanError
from .faces import datablock_of
from .report import Written
from .rigs.features import DERIVED
from .rigs.mapping import needs
from .rigs.preset import preset_with_id
from .settings import dials_of
from .shaping.dials import Dials
from .shaping.keys import closures, every_frame, reduce_keys
from .shaping.shape import shape
from .take_store import Placed
from .target_plan import Channel, TargetPlan, columns, resting


@dataclass(frozen=True)
class Keyed:
    """What was written for one plan.

    Attributes:
        plan: what was to be keyed.
        baked: the Action written.
        controls: how many controls of the plan the curves say something about.
        keys: how many keys.
    """

    plan: TargetPlan
    baked: actions.BakedAction
    controls: int
    keys: int


def key_speaker(
    speaker, plans: Sequence[TargetPlan], takes: Sequence[Placed], undo: ExitStack
) -> tuple[Keyed, ...]:
    """Keys takes on every datablock of a speaker; ``finish`` it once nothing can fail.

    Args:
        speaker: gives dials, output and how many keys.
        plans: what to key.
        takes: curves and where they play.
        undo: gets the steps that put everything back as it was.

    Raises:
        PlanError: only the preview range is to be keyed, and no take plays there.
    """
    dials = dials_of(speaker)
    framed = [
        (take, wanted, *_at_frames(take, dials))
        for take in takes
        if (wanted := _wanted(speaker, take))
    ]
    if not framed:
        raise PlanError(
            "No strip lies in the preview range: set another range, or turn Only Preview Range off."
        )
    written = []
    for plan in plans:
        datablock, name = datablock_of(plan), f"A2F {plan.object_name}"
        bakes = [
            actions.StripKeys(wanted, _keys(plan, take, names, values, speaker))
            for take, wanted, names, values in framed
        ]
        baked = actions.write_keys(datablock, name, bakes, speaker.output, undo)
        controls = {channel for one in bakes for channel in one.keys}
        count = sum(len(keys.frames) for one in bakes for keys in one.keys.values())
        written.append(Keyed(plan, baked, len(controls), count))
    return tuple(written)


def finish(written: Sequence[Keyed]) -> tuple[Written, ...]:
    """Drops what was kept for undoing, and says what was written."""
    outcomes = []
    for keyed in written:
        baked = keyed.baked
        aside = baked.previous is not None and not baked.previous_was_ours
        actions.commit(baked)
        outcomes.append(
            Written(
                plan=keyed.plan,
                action=baked.action.name,
                output=baked.output,
                note=baked.note,
                track=baked.track,
                controls=keyed.controls,
                keys=keyed.keys,
                frames=len(baked.frames) * keyed.controls,
                first_frame=int(baked.frames.min()),
                last_frame=int(baked.frames.max()),
                set_aside=baked.previous.name if aside else None,
                set_aside_curves=baked.previous_curves if aside else 0,
            )
        )
    return tuple(outcomes)


def _wanted(speaker, take: Placed) -> tuple[segments.Segment, ...]:
    """The frames to key: all of a take, or what of it lies in the scene's preview range."""
    whole = segments.wanted(take.key, take.timing)
    scene = speaker.id_data
    if not (speaker.only_preview_range and scene.use_preview_range):
        return whole
    return segments.within(whole, scene.frame_preview_start, scene.frame_preview_end + 1)


def _at_frames(take: Placed, dials: Dials) -> tuple[tuple[str, ...], np.ndarray]:
    """Channel names and shaped values [F, C] at the frames of a take's strip."""
    timing = take.timing
    begin = timing.left_handle / timing.fps - take.cut
    shaped: Curves = shape(take.curves, dials, start=begin)
    return shaped.names, sample_at(shaped, timing.times + take.cut)


def _keys(
    plan: TargetPlan, take: Placed, names: tuple[str, ...], values: np.ndarray, speaker
) -> dict[ChannelPath, Keys]:
    timing = take.timing
    rest = resting(plan, names)
    made = {
        channel: rest[channel] + timing.weights * (column - rest[channel])
        for channel, column in columns(plan, names, values).items()
    }
    if speaker.reduction == "EVERY_FRAME":
        return {ChannelPath(*c): every_frame(timing.frames, column) for c, column in made.items()}
    anchors = closures(names, values * timing.weights[:, None])
    spans, mouth = _spans(plan), _mouth_channels(plan)
    scaled = {channel: column / spans[channel] for channel, column in made.items()}
    reduced = reduce_keys(timing.frames, scaled, speaker.tolerance, anchors, mouth)
    return {ChannelPath(*c): _stretched(few, spans[c]) for c, few in reduced.items()}


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
