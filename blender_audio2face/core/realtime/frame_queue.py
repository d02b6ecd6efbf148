"""Frames on their way from the thread that makes them to the main thread, which shows them."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf
from threading import Lock

import numpy as np

from ....model.channels import MOUTH_GROUP
from ....model.lip_seal import lip_opening
from ....model.sampling import SEALED

_CAPACITY = 1024
_CLOSURE_LASTS = 0.05
"""Seconds after which a closure that no frame showed is dropped."""


@dataclass(frozen=True, eq=False)
class Frame:
    """The face at one instant.

    Attributes:
        seconds: when its sound was recorded, on the source's clock.
        values: float32 [C], of the channels that the queue's ``names`` list.
    """

    seconds: float
    values: np.ndarray


class FrameQueue:
    """The latest frames, safe to use from any thread; the oldest are dropped.

    ``push`` does all the arithmetic, so that ``due`` costs the main thread next to nothing.

    Attributes:
        names: C channel names.
        delay: seconds between a sound and the moment its frame is due.
    """

    def __init__(self, names: tuple[str, ...], delay: float = 0.0) -> None:
        self.names = names
        self.delay = delay
        self._lock = Lock()
        self._waiting: deque[tuple[Frame, float]] = deque(maxlen=_CAPACITY)  # with lip openings
        self._shown: tuple[Frame | None, float] = (None, inf)
        self._mouth = [names.index(name) for name in MOUTH_GROUP if name in names]

    def push(self, frames: Iterable[Frame]) -> None:
        """Adds frames, ascending in time. A clock that went back empties the queue first."""
        frames = list(frames)
        openings = self._openings(frames)
        with self._lock:
            for frame, opening in zip(frames, openings, strict=True):
                if self._waiting and frame.seconds <= self._waiting[-1][0].seconds:
                    self._waiting.clear()
                self._waiting.append((frame, opening))

    def due(self, now: float) -> Frame | None:
        """The newest frame whose time has come; the same one again until the next is due.

        If lips closed in frames that were skipped, and no shown frame had them closed, they are
        closed in the returned one: a closure lands on the next frame shown.

        Args:
            now: seconds on the source's clock.

        Returns:
            None before the first frame and after ``clear``: the face rests.
        """
        with self._lock:
            passed = []
            while self._waiting and self._waiting[0][0].seconds <= now - self.delay:
                passed.append(self._waiting.popleft())
            if passed:
                self._shown = self._with_closure(passed)
            return self._shown[0]

    def clear(self) -> None:
        """Drops all frames: nothing is due until others come."""
        with self._lock:
            self._waiting.clear()
            self._shown = (None, inf)

    def _openings(self, frames: list[Frame]) -> list[float]:
        """Lip opening of each frame; infinite if there are no channels of the mouth."""
        if not frames:
            return []
        found = lip_opening(self.names, np.stack([frame.values for frame in frames]))
        return [inf] * len(frames) if found is None else found.tolist()

    def _with_closure(self, passed: list[tuple[Frame, float]]) -> tuple[Frame, float]:
        """The last of the frames, with a closure that only the others have."""
        last, opening = passed[-1]
        since = last.seconds - _CLOSURE_LASTS
        recent = [pair for pair in passed if pair[0].seconds >= since]
        if opening < SEALED:
            return last, opening
        closed, least = min(recent, key=lambda pair: pair[1])
        sealed = [opening < SEALED for _, opening in recent]
        if least >= SEALED or self._is_rest_of_shown_closure(sealed):
            return last, opening
        values = last.values.copy()
        values[self._mouth] = closed.values[self._mouth]
        return replace(last, values=values), least

    def _is_rest_of_shown_closure(self, sealed: list[bool]) -> bool:
        """Whether the only closure is the end of the one that the face shows already."""
        if self._shown[1] >= SEALED or not sealed[0]:
            return False
        return not any(sealed[sealed.index(False) :])
