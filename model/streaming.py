"""Sound pushed piece by piece, 100 Hz channel values out with a fixed delay.

The network's look-ahead is bounded and its state is carried (see network), so nothing is computed
twice but each block's right context, memory stays constant over hours, and what comes out is what
a bake of the whole sound gives. A bake is this stream, fed from the decoder.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from .curves import Curves
from .features import FRAME_RATE, FeatureConfig, FeatureStream, longest_window
from .framing import HOP, SAMPLE_RATE, frame_count
from .network_config import NetworkConfig

Progress = Callable[[float], None]
"""Gets fractions 0..1 of the work."""


@dataclass(frozen=True)
class Restartable:
    """Blocks of sound that can be iterated several times, each time from the first on.

    Attributes:
        start: gives the blocks, float32 mono at 16 kHz, of any length.
    """

    start: Callable[[], Iterable[np.ndarray]]

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter(self.start())


class StepNetwork(Protocol):
    """The network on its own steps, as numpy_network.NumpyNetwork does it."""

    config: NetworkConfig
    piece: int
    """Samples it takes at once at most."""

    def initial_state(self) -> Any:
        """State before the first sample."""

    def advance(self, steps: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        """Channels [K * block_frames, C] and the next state, of steps [K * block + right, D]."""

    def measure(
        self, samples: np.ndarray, config: FeatureConfig
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """See features.Measure."""


def delay(config: NetworkConfig) -> float:
    """Seconds of sound after a frame's centre within which the frame comes out.

    A block comes out when the last frame of its right context is known: that frame's deltas and
    half its longest window later. The block's first frame waits longest.
    """
    last = config.window * config.stride - 1 + config.features.look_ahead
    return (last * HOP + longest_window(config.features) // 2) / SAMPLE_RATE


def low_latency(config: NetworkConfig) -> NetworkConfig:
    """The same network with a delay of 110 instead of 250 ms, at the price in docs/realtime.md."""
    return replace(config, block=2, right=2)


class Stream:
    """One voice from its first sample on.

    Attributes:
        config: the network's.
    """

    def __init__(self, network: StepNetwork) -> None:
        self.config = network.config
        self._network = network
        self._features = FeatureStream(network.config.features, network.measure)
        self._state = network.initial_state()
        self._rows = np.zeros((0, network.config.features.size), np.float32)
        self._received = 0
        self._given = 0

    @property
    def delay(self) -> float:
        """See the function delay."""
        return delay(self.config)

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Takes the next piece of the sound.

        Args:
            samples: float32 [N], mono at 16 kHz, N >= 0.

        Returns:
            Channels [n, C] float32 in 0..1 of the n frames that became complete, n a multiple of
            ``block_frames``; the first push's first row is at the first sample.
        """
        self._received += len(samples)
        piece = self._network.piece
        parts = [
            self._advance(samples[start : start + piece])
            for start in range(0, max(len(samples), 1), piece)
        ]
        values = parts[0] if len(parts) == 1 else np.concatenate(parts)
        self._given += len(values)
        return values

    def finish(self) -> np.ndarray:
        """Channels [m, C] of the remaining frames, as if silence followed; ends the stream.

        With it, N samples have made frame_count(N) rows in all.
        """
        remaining = frame_count(self._received) - self._given
        blocks = -(-remaining // self.config.block_frames)
        end = (self._given + blocks * self.config.block_frames) * HOP
        silence = end + round(self.delay * SAMPLE_RATE) - self._received
        return self._advance(np.zeros(silence, np.float32))[:remaining]

    def _advance(self, samples: np.ndarray) -> np.ndarray:
        config = self.config
        self._rows = np.concatenate([self._rows, self._features.push(samples)])
        context = config.right * config.stride
        blocks = (len(self._rows) - context) // config.block_frames
        if blocks <= 0:
            return np.zeros((0, len(config.channels)), np.float32)
        used = blocks * config.block_frames
        steps = self._rows[: used + context].reshape(-1, config.input_size)
        values, self._state = self._network.advance(steps, self._state)
        self._rows = self._rows[used:].copy()
        return values


class Runtime:
    """The network on some device: samples in, curves out.

    Attributes:
        name: "numpy" or "torch".
        device: torch's name of the device, or "cpu".
        config: the network's.
        remark: a sentence on why another runtime or device ran than was asked for, or None.
        steps: the network on its own steps.
    """

    name: str
    device: str
    config: NetworkConfig
    remark: str | None = None
    steps: StepNetwork

    def predict(self, samples: np.ndarray, on_progress: Progress | None = None) -> Curves:
        """Curves at 100 Hz of float32 samples [N] at 16 kHz; see predict_blocks."""
        return self.predict_blocks([samples], len(samples) / SAMPLE_RATE, on_progress)

    def predict_blocks(
        self,
        blocks: Iterable[np.ndarray],
        seconds: float | None = None,
        on_progress: Progress | None = None,
    ) -> Curves:
        """Curves at 100 Hz of a sound that comes in blocks; only the curves are ever held whole.

        Args:
            blocks: float32 [N] each, mono at 16 kHz, of any length. Where a device fails they are
                iterated again, as a list or a Restartable can be.
            seconds: the expected length, for the progress; without it the fraction stays 0 to the
                end.
            on_progress: gets fractions 0..1 on the calling thread, several times a second of work;
                an exception it raises ends the work and reaches the caller.
        """
        expected = (seconds or 0.0) * SAMPLE_RATE
        report = on_progress or (lambda _fraction: None)
        stream = Stream(self.steps)
        rows = _Rows(frame_count(int(expected)), len(self.config.channels))
        received = 0
        for piece in _pieces(blocks, self.steps.piece):
            report(min(received / expected, 1.0) if expected else 0.0)
            rows.append(stream.push(piece))
            received += len(piece)
        rows.append(stream.finish())
        report(1.0)
        return Curves(self.config.channels, FRAME_RATE, rows.values())


def _pieces(blocks: Iterable[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """The same samples in pieces of ``size``, the last one shorter."""
    held: list[np.ndarray] = []
    length = 0
    for block in blocks:
        while length + len(block) >= size:
            taken = size - length
            yield np.concatenate([*held, block[:taken]])
            held, length, block = [], 0, block[taken:]
        if len(block):
            held.append(block)
            length += len(block)
    if length:
        yield np.concatenate(held)


class _Rows:
    """Rows that grow without being held twice, as long as the expected count is right."""

    def __init__(self, expected: int, width: int) -> None:
        self._rows = np.empty((expected, width), np.float32)
        self._count = 0

    def append(self, rows: np.ndarray) -> None:
        end = self._count + len(rows)
        if end > len(self._rows):
            grown = np.empty((max(end, 2 * self._count), self._rows.shape[1]), np.float32)
            grown[: self._count] = self._rows[: self._count]
            self._rows = grown
        self._rows[self._count : end] = rows
        self._count = end

    def values(self) -> np.ndarray:
        return self._rows[: self._count]
