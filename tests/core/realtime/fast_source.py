"""A sound in place of a microphone, as fast as it is taken, with the faults of microphones."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event, Thread

import numpy as np


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


class FastSource:
    """Sends samples [N] block by block; ``done`` is set when all were sent."""

    label, is_live = "Desk mic", False

    def __init__(
        self, samples: np.ndarray, rate: int, block: float = 0.02, faults: Faults | None = None
    ) -> None:
        self.rate, self.block, self.latency = rate, block, block
        self.done = Event()
        self._samples, self._faults = samples, faults or Faults()
        self._sent, self._stopping = 0.0, Event()

    def start(self, on_block, on_error) -> None:
        Thread(target=self._send, args=(on_block, on_error), daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def now(self) -> float:
        return self._sent

    def blocks(self) -> Iterator[tuple[np.ndarray, float]]:
        """Samples and their clock, until the device is unplugged."""
        faults, rng = self._faults, np.random.default_rng(self._faults.seed)
        size = max(round(self.block * self.rate), 1)
        period = size / self.rate * (1.0 + faults.rate_error)
        late: list[tuple[int, np.ndarray, float]] = []
        for index in range(-(-len(self._samples) // size)):
            if faults.unplugged is not None and (index + 1) * period > faults.unplugged:
                return
            fate = rng.random()
            clock = index * period + rng.uniform(-1.0, 1.0) * faults.jitter
            samples = self._samples[index * size : (index + 1) * size]
            if faults.missing <= fate < faults.missing + faults.late:
                late.append((index + 2, samples, clock))
            elif fate >= faults.missing:
                yield samples, clock
            while late and late[0][0] <= index:
                yield late.pop(0)[1:]

    def _send(self, on_block, on_error) -> None:
        for samples, clock in self.blocks():
            if self._stopping.is_set():
                return
            self._sent = max(self._sent, clock + len(samples) / self.rate)
            on_block(samples, clock)
        if self._faults.unplugged is not None:
            on_error(f"{self.label} was unplugged; plug it in and start again.")
        self.done.set()
