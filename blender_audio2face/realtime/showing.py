"""What is made of the network's rows before they are shown: dials, and a frame rate."""

from dataclasses import dataclass

import numpy as np

from ...model.features import FRAME_RATE
from ...model.frame_sampling import FrameSampler
from ..core.shaping.settings import NEUTRAL, Dials
from .shaper import Shaper


@dataclass(frozen=True)
class Shown:
    """Frames.

    Attributes:
        seconds: float64 [n], from the first row on.
        values: float32 [n, C].
    """

    seconds: np.ndarray
    values: np.ndarray


class Showing:
    """Rows in, frames out, in order.

    Attributes:
        delay: seconds that it adds.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        dials: Dials = NEUTRAL,
        fps: float | None = None,
        look_ahead: float = 0.0,
        start: float = 0.0,
    ) -> None:
        """
        Args:
            names: C channel names.
            dials: the artist's, as far as they act in real time; see shaper.
            fps: frames per second on which closures land; None shows every row, and leaves the
                landing to frames.FrameStore.
            look_ahead: seconds that smoothing may look ahead.
            start: scene seconds of the first row, to which blinks belong.
        """
        rows = round(look_ahead * FRAME_RATE)
        self._shaper = Shaper(names, FRAME_RATE, dials, rows, start)
        self._sampler = None if fps is None else FrameSampler(names, fps)
        self._rate = FRAME_RATE if fps is None else fps
        self._given = 0
        self.delay = rows / FRAME_RATE + (self._sampler.delay if self._sampler else 0.0)

    @property
    def dials(self) -> Dials:
        """The artist's; may be set at any time, from any thread."""
        return self._shaper.dials

    @dials.setter
    def dials(self, dials: Dials) -> None:
        self._shaper.dials = dials

    def push(self, rows: np.ndarray) -> Shown:
        """The frames that become certain with rows [T, C] at 100 Hz."""
        values = self._shaper.push(rows)
        return self._counted(values if self._sampler is None else self._sampler.push(values))

    def finish(self) -> Shown:
        """The frames up to the last row, when no other follows."""
        values = self._shaper.finish()
        if self._sampler is not None:
            sampler = self._sampler
            values = np.concatenate([sampler.push(values), sampler.finish()])
        return self._counted(values)

    def _counted(self, values: np.ndarray) -> Shown:
        first, self._given = self._given, self._given + len(values)
        return Shown(np.arange(first, self._given) / self._rate, values)
