"""Frames on their way from the thread that makes them to the one that shows them."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from ...model.channels import MOUTH_GROUP
from ...model.lip_seal import lip_opening
from ...model.sampling import SEALED

_KEPT = 1024
_LANDING = 0.05  # s: a closure older than this is over


@dataclass(frozen=True)
class Frame:
    """The face at one instant.

    Attributes:
        seconds: when its sound was heard, on the source's clock.
        values: float32 [C], the channels that the store's ``names`` say.
    """

    seconds: float
    values: np.ndarray


class FrameStore:
    """The latest frames, safe to use from any thread; the oldest fall out.

    Attributes:
        names: C channel names.
        delay: seconds between a sound and the moment at which its frame is due.
    """

    def __init__(self, names: tuple[str, ...], delay: float = 0.0) -> None:
        self.names = names
        self.delay = delay
        self._lock = Lock()
        self._waiting: deque[Frame] = deque(maxlen=_KEPT)
        self._shown: Frame | None = None
        self._mouth = [names.index(name) for name in MOUTH_GROUP if name in names]

    def push(self, frames: Iterable[Frame]) -> None:
        """Adds frames, ascending in time. A clock that went back starts the store anew."""
        with self._lock:
            for frame in frames:
                if self._waiting and frame.seconds <= self._waiting[-1].seconds:
                    self._waiting.clear()
                self._waiting.append(frame)

    def due(self, now: float) -> Frame | None:
        """The newest frame whose time has come; the same one again until the next is due.

        Lips that were shut in a frame that was passed over, and in none that was shown, are shut in
        the one that is: a closure lands on the next frame shown.

        Args:
            now: seconds on the source's clock.

        Returns:
            None as long as there is nothing to show: the face rests.
        """
        with self._lock:
            passed = []
            while self._waiting and self._waiting[0].seconds <= now - self.delay:
                passed.append(self._waiting.popleft())
            if passed:
                self._shown = self._landed(passed)
            return self._shown

    def clear(self) -> None:
        """Forgets all frames: nothing is due until others come."""
        with self._lock:
            self._waiting.clear()
            self._shown = None

    def _landed(self, passed: list[Frame]) -> Frame:
        """The last of the frames, with a closure that only the others show."""
        since = passed[-1].seconds - _LANDING
        values = np.stack([frame.values for frame in passed if frame.seconds >= since])
        opening = lip_opening(self.names, values)
        if opening is None or opening[-1] < SEALED or opening.min() >= SEALED:
            return passed[-1]
        if opening[0] < SEALED and self._is_shut(self._shown) and _is_one_run(opening < SEALED):
            return passed[-1]
        landed = values[-1]
        landed[self._mouth] = values[int(np.argmin(opening)), self._mouth]
        return replace(passed[-1], values=landed)

    def _is_shut(self, frame: Frame | None) -> bool:
        if frame is None:
            return False
        opening = lip_opening(self.names, frame.values[None])
        return opening is not None and bool(opening[0] < SEALED)


def _is_one_run(shut: np.ndarray) -> bool:
    """Whether bool [T] that begins true turns false only once: the closure that was shown ends."""
    return int(np.count_nonzero(np.diff(shut.astype(np.int8)) > 0)) == 0
