"""When the sound of a block was heard, as the sound card tells or, failing that, its arrival."""

_OLDEST = 1.0  # s: a block that is said to be older than this has a wrong time
_RISE = 2e-4  # s/s: how much slower than stated a sound card may be


class ArrivalClock:
    """Times of the blocks of one device.

    Arrivals are only ever late, so without measured times the earliest of them tell the clock.
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
            measured: the clock at the first sample as the sound card has it, if it does.
            lost: whether samples were lost before the block.
        """
        start = self._count / self._rate
        self._count += samples
        if measured is None or not 0.0 <= arrival - measured <= _OLDEST:
            self._is_measured = False
        if self._is_measured and measured is not None:
            return measured
        zero = arrival - self._latency - samples / self._rate - start
        if self._zero is None or lost:
            self._zero = zero
        self._zero = min(zero, self._zero + _RISE * samples / self._rate)
        return self._zero + start
