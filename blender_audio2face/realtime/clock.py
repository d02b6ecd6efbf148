"""Where a block of sound belongs in time, and when each sample of the stream was heard.

The stream is what the network hears: every sample that came, and silence for those that did not.
A sound card's samples are not quite as long as the clock says; a first-order loop follows it (as in
F. Adriaensen, "Using a DLL to filter time", 2005), slow enough that jitter is averaged out.
"""

from collections import deque
from dataclasses import dataclass

_FOLLOW = 0.02  # share of a block's deviation that moves the clock
_TOLERANCE = (0.005, 0.04)  # s: least and most that a block may be early or late
_JUMP = 2.0  # s: further off, the clock has been set or the machine slept
_ANCHORS = 256


@dataclass(frozen=True)
class Placement:
    """How a block joins the stream.

    Attributes:
        silence: samples that are missing before it.
        skip: samples at its beginning for which it comes too late.
    """

    silence: int
    skip: int


class Timeline:
    """Places blocks in the stream and remembers when its samples were heard."""

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
        """Where a block belongs.

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
        self._anchor(self._next + _FOLLOW * deviation)
        return Placement(0, 0)

    def advance(self, samples: int) -> None:
        """Tells that the stream has grown by so many samples."""
        self._count += samples
        if self._next is not None:
            self._anchor(self._next + samples / self._rate)

    def heard_at(self, sample: float) -> float:
        """The clock at a sample of the stream, counted from its first one.

        Samples older than some hundred blocks are taken as being as long as the oldest known.
        """
        older = (anchor for anchor in reversed(self._anchors) if anchor[0] <= sample)
        known = next(older, self._anchors[0])
        return known[1] + (sample - known[0]) / self._rate

    def _anchor(self, seconds: float) -> None:
        if self._anchors and self._anchors[-1][0] == self._count:
            self._anchors.pop()
        self._anchors.append((self._count, seconds))
        self._next = seconds
