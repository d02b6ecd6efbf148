"""One frame of channels into the values of a face's controls, fast enough for each redraw. No bpy.

What ``target_plan.columns`` makes of whole takes, prepared once for given plans and channels, so
that a frame is one product of a matrix and a vector.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.keys.keyframes import FCurvePath
from ..core.rigs.mapping import is_driven_by, output_weights
from ..core.rigs.preset import preset_with_id
from ..core.rigs.visemes import DERIVED, features
from ..core.target_plan import PlannedLink, TargetPlan


@dataclass(frozen=True)
class _Rows:
    """The links of all plans, a row each.

    Attributes:
        weights: float32 [L, A] of the channels, or of channels and features.
        gain, offset, low, high: float32 [L], from output to share.
        span: float32 [L], from share to value.
        control: int [L], which control a link moves.
    """

    weights: np.ndarray
    gain: np.ndarray
    offset: np.ndarray
    low: np.ndarray
    high: np.ndarray
    span: np.ndarray
    control: np.ndarray


class FrameColumns:
    """Plans of a face and names of channels, ready for their values."""

    def __init__(self, plans: Sequence[TargetPlan], names: Sequence[str]) -> None:
        """Raises PresetError, MappingError where a plan names what there is not."""
        self._names = tuple(names)
        self._channels: list[list[FCurvePath]] = []
        links: list[tuple[PlannedLink, dict[str, float]]] = []
        control: list[int] = []
        base: list[float] = []
        ranges: dict[int, tuple[float, float]] = {}
        for plan in plans:
            preset = preset_with_id(plan.preset_id) if plan.preset_id is not None else None
            places: dict[FCurvePath, int] = {}
            for one in plan.links:
                if not is_driven_by(self._names, preset, one.link):
                    continue
                place = places.setdefault((one.path, one.index), len(base))
                if place == len(base):
                    base.append(one.link.target.rest)
                ranges[place] = (one.low, one.high)
                links.append((one, output_weights(preset, one.link.output)))
                control.append(place)
            self._channels.append(list(places))
        needed = {name for _, weights in links for name in weights}
        self._derives = bool(needed & set(DERIVED))
        self._rows = _rows(links, control, (*self._names, *(DERIVED if self._derives else ())))
        self._base = np.array(base, np.float32)
        self._low, self._high = np.array([*ranges.values()], np.float32).reshape(-1, 2).T

    def __call__(self, values: np.ndarray) -> list[dict[FCurvePath, float]]:
        """The values of each plan's controls, within their ranges.

        Args:
            values: [C] of the named channels.
        """
        if self._derives:
            values = features(self._names, values[None])[1][0]
        rows = self._rows
        share = np.clip(rows.gain * (rows.weights @ values) + rows.offset, rows.low, rows.high)
        moved = np.bincount(rows.control, rows.span * share, minlength=len(self._base))
        made = np.clip(self._base + moved, self._low, self._high).tolist()
        columns, start = [], 0
        for channels in self._channels:
            end = start + len(channels)
            columns.append(dict(zip(channels, made[start:end], strict=True)))
            start = end
        return columns


def _rows(
    links: list[tuple[PlannedLink, dict[str, float]]], control: list[int], names: Sequence[str]
) -> _Rows:
    place = {name: index for index, name in enumerate(names)}
    weights = np.zeros((len(links), len(names)), np.float32)
    for row, (_, parts) in enumerate(links):
        for name, factor in parts.items():
            if name in place:
                weights[row, place[name]] = factor
    each = [one.link for one, _ in links]

    def column(values: list[float]) -> np.ndarray:
        return np.array(values, np.float32)

    return _Rows(
        weights=weights,
        gain=column([link.multiplier for link in each]),
        offset=column([link.offset for link in each]),
        low=column([link.low for link in each]),
        high=column([link.high for link in each]),
        span=column([link.target.extreme - link.target.rest for link in each]),
        control=np.array(control, np.intp),
    )
