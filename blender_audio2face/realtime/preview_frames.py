"""What a face shows at each frame, before anything is keyed. Imports no bpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.keys.keyframes import FCurvePath
from ..core.target_plan import TargetPlan

Columns = Sequence[Mapping[FCurvePath, np.ndarray]]
"""For each datablock of a face, its controls' values at N frames, float32 [N] each."""


@dataclass(frozen=True, eq=False)
class FaceFrames:
    """Values of a face's controls at F frames that follow one another.

    Attributes:
        plans: the datablocks of the face.
        first: the first of the frames.
        known: which of them have values, bool [F].
        channels: for each datablock, its C controls.
        values: for each datablock, float32 [F, C].
        heard_names: the H channels that the controls follow, as other programs get them.
        heard: float32 [F, H].
    """

    plans: tuple[TargetPlan, ...]
    first: int
    known: np.ndarray
    channels: tuple[tuple[FCurvePath, ...], ...]
    values: tuple[np.ndarray, ...]
    heard_names: tuple[str, ...] = ()
    heard: np.ndarray | None = None

    def at(self, frame: float) -> tuple[dict[FCurvePath, float], ...] | None:
        """For each datablock its controls' values at a frame, between two whole ones on the
        straight line that joins them; None where nothing is shown, or nothing known yet."""
        if not self._is_known(frame):
            return None
        return tuple(
            dict(zip(channels, self._row(values, frame).tolist(), strict=True))
            for channels, values in zip(self.channels, self.values, strict=True)
        )

    def heard_at(self, frame: float) -> np.ndarray | None:
        """The channels [H] at a frame; None where there are none."""
        if self.heard is None or not self._is_known(frame):
            return None
        return self._row(self.heard, frame)

    def _is_known(self, frame: float) -> bool:
        low, high = int(np.floor(frame)) - self.first, int(np.ceil(frame)) - self.first
        return low >= 0 and high < len(self.known) and bool(self.known[low] and self.known[high])

    def _row(self, values: np.ndarray, frame: float) -> np.ndarray:
        low, high = int(np.floor(frame)) - self.first, int(np.ceil(frame)) - self.first
        share = np.float32(frame - self.first - low)
        return values[low] + share * (values[high] - values[low])


NO_FRAMES = FaceFrames((), 0, np.zeros(0, bool), (), ())
"""Of a face that nothing is known of."""


class FramesInMaking:
    """FaceFrames that are filled stretch by stretch, a later one over an earlier one.

    What is laid is the columns of the plans and, last, those of the channels themselves.
    """

    def __init__(self, plans: tuple[TargetPlan, ...], first: int, count: int) -> None:
        self._plans = plans
        self._first = first
        self._known = np.zeros(count, bool)
        self._channels: tuple[tuple[FCurvePath, ...], ...] = ()
        self._values: tuple[np.ndarray, ...] = ()

    def lay(self, frames: np.ndarray, columns: Columns) -> None:
        """Sets what is shown at some frames, int64 [N] within the range."""
        if not self._channels:
            self._channels = tuple(tuple(one) for one in columns)
            self._values = tuple(
                np.zeros((len(self._known), len(one)), np.float32) for one in columns
            )
        rows = frames - self._first
        self._known[rows] = True
        for values, one in zip(self._values, columns, strict=True):
            for index, column in enumerate(one.values()):
                values[rows, index] = column

    def bridge(self, reach: int) -> None:
        """Joins known frames by straight lines where at most ``reach`` frames lie from one to the
        next, as Blender does between keys."""
        known = np.flatnonzero(self._known)
        steps = np.diff(known)
        gaps = (steps > 1) & (steps <= reach)
        for before, step in zip(known[:-1][gaps].tolist(), steps[gaps].tolist(), strict=True):
            shares = np.arange(1, step, dtype=np.float32)[:, None] / np.float32(step)
            inside = slice(before + 1, before + step)
            for values in self._values:
                values[inside] = values[before] + shares * (values[before + step] - values[before])
            self._known[inside] = True

    def made(self) -> FaceFrames:
        if not self._values:
            return FaceFrames(self._plans, self._first, self._known, (), ())
        names = tuple(name for name, _ in self._channels[-1])
        return FaceFrames(
            self._plans,
            self._first,
            self._known,
            self._channels[:-1],
            self._values[:-1],
            names,
            self._values[-1],
        )
