"""A sound in place of a microphone, with the faults of microphones."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from a2f.blender_audio2face.core.realtime.file_source import FileSource


@dataclass(frozen=True)
class Faults:
    """Faults of transmission, drawn at random for each block.

    Attributes:
        missing: share of blocks that never arrive.
        late: share of blocks that arrive after the next two.
        jitter: seconds by which the clock of each block may be off.
        rate_error: by how much the clock runs faster than the sound (1e-4: 100 ppm).
        unplugged: seconds of sound after which the device is unplugged; None for never.
        seed: of the random draws.
    """

    missing: float = 0.0
    late: float = 0.0
    jitter: float = 0.0
    rate_error: float = 0.0
    unplugged: float | None = None
    seed: int = 0


class FaultySource(FileSource):
    """Sends a sound as fast as it is taken, with faults."""

    def __init__(self, samples: np.ndarray, rate: int, faults: Faults, label: str = "File") -> None:
        super().__init__(samples, rate, label, real_time=False)
        self._faults = faults

    def blocks(self) -> Iterator[tuple[np.ndarray | None, float, float]]:
        """What is sent: (samples, or None where it is unplugged; their clock; when they arrive)."""
        faults, rng = self._faults, np.random.default_rng(self._faults.seed)
        period = self._size / self.rate * (1.0 + faults.rate_error)
        late: list[tuple[int, np.ndarray, float]] = []
        for index in self._indices():
            due = (index + 1) * period
            if faults.unplugged is not None and due > faults.unplugged:
                yield None, 0.0, due
                return
            fate = rng.random()
            clock = index * period + rng.uniform(-1.0, 1.0) * faults.jitter
            samples = self._block(index)
            if fate < faults.missing:
                pass
            elif fate < faults.missing + faults.late:
                late.append((index + 2, samples, clock))
            else:
                yield samples, clock, due + rng.random() * faults.jitter
            while late and late[0][0] <= index:
                _, samples, clock = late.pop(0)
                yield samples, clock, due
