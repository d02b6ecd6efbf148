"""One frame of curves to values of a face's controls, cheap enough for every redraw.

Computes what ``target_plan.columns`` computes for whole curves, prepared once for given plans and
channel names. The links' weights are a sparse matrix of a few hundred entries: in larger operations
NumPy releases Python's lock, and the main thread would then wait for the analysis thread.
"""

from collections.abc import Sequence

import numpy as np

from ..keys.keyframes import FCurvePath
from ..rigs.mapping import is_driven_by, output_weights
from ..rigs.preset import preset_with_id
from ..rigs.visemes import DERIVED, features
from ..target_plan import PlannedLink, TargetPlan


class FrameMapper:
    """Plans of a face, prepared for frames of the same channels.

    Attributes:
        names: C channel names.
        channels: for each plan, the controls that it moves.
    """

    def __init__(self, plans: Sequence[TargetPlan], names: Sequence[str]) -> None:
        """
        Raises:
            PresetError, MappingError: a plan names an unknown preset or output.
        """
        self.names = tuple(names)
        links: list[tuple[PlannedLink, dict[str, float]]] = []
        controls: list[int] = []
        rest: list[float] = []
        limits: dict[int, tuple[float, float]] = {}
        channels: list[tuple[FCurvePath, ...]] = []
        for plan in plans:
            preset = preset_with_id(plan.preset_id) if plan.preset_id is not None else None
            places: dict[FCurvePath, int] = {}
            for planned in plan.links:
                if not is_driven_by(self.names, preset, planned.link):
                    continue
                place = places.setdefault(FCurvePath(planned.path, planned.index), len(rest))
                if place == len(rest):
                    rest.append(planned.link.target.rest)
                limits[place] = (planned.low, planned.high)
                links.append((planned, output_weights(preset, planned.link.output)))
                controls.append(place)
            channels.append(tuple(places))
        self.channels = tuple(channels)
        self._set_weights([weights for _, weights in links])
        columns = [
            (
                link.multiplier,
                link.offset,
                link.low,
                link.high,
                link.target.extreme - link.target.rest,
            )
            for link in (planned.link for planned, _ in links)
        ]
        self._gain, self._offset, self._low, self._high, self._span = (
            np.array(columns, np.float64).reshape(-1, 5).T
        )
        self._controls = np.array(controls, np.intp)
        self._rest = np.array(rest, np.float64)
        self._limits = np.array([*limits.values()], np.float64).reshape(-1, 2).T
        self._ends = np.cumsum([len(moved) for moved in channels])[:-1]

    def __call__(self, values: np.ndarray) -> list[np.ndarray]:
        """Values of each plan's controls, within their ranges, in the order of ``channels``.

        Args:
            values: [C] of the named channels.
        """
        if self._derives:
            values = features(self.names, values[None])[1][0]
        terms = self._factors * values[self._sources]
        output = np.bincount(self._rows, terms, minlength=len(self._gain))
        share = np.clip(self._gain * output + self._offset, self._low, self._high)
        moved = np.bincount(self._controls, self._span * share, minlength=len(self._rest))
        made = np.clip(self._rest + moved, *self._limits).astype(np.float32)
        return np.split(made, self._ends)

    def _set_weights(self, weights: list[dict[str, float]]) -> None:
        """Keeps the weights of each link's output as (row, source, factor)."""
        self._derives = any(name in DERIVED for parts in weights for name in parts)
        names = (*self.names, *(DERIVED if self._derives else ()))
        source = {name: index for index, name in enumerate(names)}
        entries = [
            (row, source[name], factor)
            for row, parts in enumerate(weights)
            for name, factor in parts.items()
            if name in source
        ]
        rows, sources, factors = np.array(entries, np.float64).reshape(-1, 3).T
        self._rows, self._sources = rows.astype(np.intp), sources.astype(np.intp)
        self._factors = factors
