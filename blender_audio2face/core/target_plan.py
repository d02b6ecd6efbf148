"""Which controls of a datablock are keyed, and the values for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .keys.keyframes import FCurvePath
from .rigs.mapping import Link, at_rest, drive, is_driven_by
from .rigs.preset import Preset, preset_with_id


@dataclass(frozen=True)
class PlannedLink:
    """A link resolved to an F-curve, and the range its control allows."""

    link: Link
    path: str
    index: int
    low: float
    high: float


@dataclass(frozen=True)
class TargetPlan:
    """What will be keyed on one datablock.

    Attributes:
        object_name: the chosen object.
        shared_by: further chosen objects with the same shape keys.
        kind: "KEY" or "OBJECT": which kind of datablock is animated.
        uid: its session_uid.
        preset_id: the preset whose outputs the links name, or None.
        links: what will be keyed; several of one path and index add up.
        missing: outputs without a control on any object of the character, or controls that a
            mapping names and no object has.
        passed_over: controls that match an output less well than another; not keyed.
        driven: controls left to their drivers.
        without_effect: keyed shape keys that move nothing.
        cut_off: keyed shape keys whose slider ends before the link's extreme, with its range.
        hidden_by: what in the character itself will keep the result from showing; ``diagnostics``
            finds the rest.
    """

    object_name: str
    shared_by: tuple[str, ...]
    kind: str
    uid: int
    preset_id: str | None
    links: tuple[PlannedLink, ...]
    missing: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    driven: tuple[str, ...] = ()
    without_effect: tuple[str, ...] = ()
    cut_off: tuple[str, ...] = ()
    hidden_by: tuple[str, ...] = ()


def columns(
    plan: TargetPlan, names: Sequence[str], values: np.ndarray
) -> dict[FCurvePath, np.ndarray]:
    """The values to key.

    Args:
        plan: of the datablock.
        names: C channel names of the curves.
        values: [F, C] channel values at the scene's frames.

    Returns:
        F-curve → float32 [F], within the control's range; without links that the curves have no
        channel for.
    """
    preset = _preset(plan)
    planned = _driven_links(plan, preset, names)
    made = drive(names, values, preset, [each.link for each in planned])
    return _sums(planned, made)


def resting(plan: TargetPlan, names: Sequence[str]) -> dict[FCurvePath, float]:
    """The value of each F-curve of ``columns`` in silence."""
    preset = _preset(plan)
    planned = _driven_links(plan, preset, names)
    made = at_rest([each.link for each in planned])
    rows = [np.array([value], np.float32) for value in made]
    return {channel: float(column[0]) for channel, column in _sums(planned, rows).items()}


def at_full(plan: TargetPlan) -> dict[FCurvePath, float]:
    """The value of each planned F-curve with its target at the link's extreme."""
    targets = [planned.link.target for planned in plan.links]
    rows = [np.array([target.extreme], np.float32) for target in targets]
    return {channel: float(column[0]) for channel, column in _sums(list(plan.links), rows).items()}


def _preset(plan: TargetPlan) -> Preset | None:
    return preset_with_id(plan.preset_id) if plan.preset_id is not None else None


def _driven_links(
    plan: TargetPlan, preset: Preset | None, names: Sequence[str]
) -> list[PlannedLink]:
    return [planned for planned in plan.links if is_driven_by(names, preset, planned.link)]


def _sums(planned: list[PlannedLink], made: list[np.ndarray]) -> dict[FCurvePath, np.ndarray]:
    """Each control's rest plus what its links add to it, within its range."""
    sums: dict[FCurvePath, np.ndarray] = {}
    ranges: dict[FCurvePath, tuple[float, float]] = {}
    for each, column in zip(planned, made, strict=True):
        channel = FCurvePath(each.path, each.index)
        if channel in sums:
            sums[channel] = sums[channel] + (column - np.float32(each.link.target.rest))
        else:
            sums[channel] = column
        ranges[channel] = (each.low, each.high)
    return {
        channel: np.clip(column, *ranges[channel]).astype(np.float32)
        for channel, column in sums.items()
    }
