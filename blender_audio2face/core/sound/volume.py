"""How loud a strip plays at each frame.

A constant volume belongs to the mix: the mouth moves the same at a tenth of the volume. So samples
are scaled by the volume divided by its own maximum, which leaves fades and silences.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Volume:
    """Volume of a strip.

    Attributes:
        gains: one factor for the whole strip, or one at each frame from the left to the right
            handle, both included; at least 0.
    """

    gains: tuple[float, ...] = (1.0,)

    @classmethod
    def of(cls, gains: np.ndarray) -> "Volume":
        """From factors at each frame [F]; a single factor if they are all the same."""
        rounded = np.round(np.maximum(gains, 0.0), 6)
        return cls((float(rounded[0]),) if np.ptp(rounded) == 0 else tuple(rounded.tolist()))

    @property
    def silent(self) -> bool:
        """Whether the volume is 0 at every frame."""
        return max(self.gains) <= 0.0

    @property
    def moves(self) -> bool:
        """Whether it changes over the strip."""
        return len(self.gains) > 1

    def shape(self) -> np.ndarray:
        """The gains divided by their maximum, float64 [F] or [1]; zeros for a silent strip."""
        return np.array(self.gains) / (max(self.gains) or 1.0)

    def applied(
        self, blocks: Iterable[np.ndarray], frame_times: np.ndarray, rate: int
    ) -> Iterator[np.ndarray]:
        """Samples with the strip's fades.

        Args:
            blocks: float32 [n] each, at ``rate`` Hz, from the strip's first sample on.
            frame_times: seconds of each of the frames of ``gains`` from the first sample, [F].

        Yields:
            float32 [n].
        """
        shape, done = self.shape(), 0
        for block in blocks:
            if self.moves:
                times = np.arange(done, done + len(block)) / rate
                block = block * np.interp(times, frame_times, shape).astype(np.float32)
            elif self.silent:
                block = np.zeros_like(block)
            done += len(block)
            yield block


FULL_VOLUME = Volume()
"""The volume of a strip without fades."""
