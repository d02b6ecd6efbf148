"""Clocks of live sound: when a block was recorded, and where it belongs in the stream.

The stream is what the network gets: every sample that arrived, and silence for those that did not.
A sound card's samples are not exactly as long as the clock says; a first-order loop follows the
drift (as in F. Adriaensen, "Using a DLL to filter time", 2005), slowly enough to average out
jitter.
"""

from collections import deque
from dataclasses import dataclass

_LOOP_GAIN = 0.02
"""Share of a block's deviation by which the clock is corrected."""

_TOLERANCE = (0.005, 0.04)
"""Seconds, least and most, by which a block may be early or late."""

_JUMP = 2.0
"""Seconds: beyond this the clock was set, or the machine slept."""

_ANCHORS = 256

_OLDEST_BLOCK = 1.0
"""Seconds: a sound card that says a block is older than this reports wrong times."""

_SLOWEST_CARD = 2e-4
"""How much slower than stated a sound card may run, in seconds per second."""


@dataclass(frozen=True)
class Placement:
    """How a block joins the stream.

    Attributes:
        silence: samples of silence to insert before it.
        skip: samples at its beginning that arrived too late to be used.
    """

    silence: int
    skip: int


class StreamClock:
    """Places blocks in the stream and remembers when its samples were recorded."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._count = 0
        self._next: float | None = None
        self._anchors: deque[tuple[int, float]] = deque(maxlen=_ANCHORS)

    @property
    def expected(self) -> float | None:
        """The clock at the stream's next sample, in seconds; None before the first."""
        return self._next

    def place(self, samples: int, seconds: float) -> Placement:
        """Where a block belongs in the stream.

        Args:
            samples: its length.
            seconds: the source's clock at its first sample.
        """
        if self._next is None:
            self._anchor(seconds)
            return Placement(0, 0)
        deviation = seconds - self._next
        if abs(deviation) > _JUMP:
            self._anchor(seconds)
            return Placement(0, 0)
        least, most = _TOLERANCE
        tolerance = min(max(0.5 * samples / self._rate, least), most)
        if deviation > tolerance:
            return Placement(round(deviation * self._rate), 0)
        if deviation < -tolerance:
            return Placement(0, min(round(-deviation * self._rate), samples))
        self._anchor(self._next + _LOOP_GAIN * deviation)
        return Placement(0, 0)

    def advance(self, samples: int) -> None:
        """Records that the stream has grown by ``samples``."""
        self._count += samples
        if self._next is not None:
            self._anchor(self._next + samples / self._rate)

    def seconds_at(self, sample: float) -> float:
        """The clock at a sample of the stream, counted from its first one.

        Samples older than the last 256 blocks are extrapolated from the oldest known one.
        """
        older = (anchor for anchor in reversed(self._anchors) if anchor[0] <= sample)
        known = next(older, self._anchors[0])
        return known[1] + (sample - known[0]) / self._rate

    def _anchor(self, seconds: float) -> None:
        if self._anchors and self._anchors[-1][0] == self._count:
            self._anchors.pop()
        self._anchors.append((self._count, seconds))
        self._next = seconds


class ArrivalClock:
    """When the blocks of one device were recorded.

    Blocks can arrive late but never early, so where the sound card reports no times the earliest
    arrivals define the clock.
    """

    def __init__(self, rate: int, latency: float) -> None:
        """
        Args:
            rate: samples per second.
            latency: seconds from a block's last sample to its usual arrival.
        """
        self._rate = rate
        self._latency = latency
        self._count = 0
        self._zero: float | None = None  # the clock at sample 0
        self._is_measured = True

    def seconds(self, samples: int, arrival: float, measured: float | None, lost: bool) -> float:
        """The clock at the first sample of the next block.

        Args:
            samples: in the block.
            arrival: the clock now.
            measured: the clock at the first sample by the sound card; None if it reports none.
            lost: whether samples were dropped before the block.
        """
        start = self._count / self._rate
        self._count += samples
        if measured is None or not 0.0 <= arrival - measured <= _OLDEST_BLOCK:
            self._is_measured = False
        if self._is_measured and measured is not None:
            return measured
        zero = arrival - self._latency - samples / self._rate - start
        if self._zero is None or lost:
            self._zero = zero
        self._zero = min(zero, self._zero + _SLOWEST_CARD * samples / self._rate)
        return self._zero + start
