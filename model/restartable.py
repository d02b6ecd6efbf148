"""Sound in pieces that can be heard more than once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Restartable:
    """Blocks of sound that begin anew each time they are iterated.

    Attributes:
        start: gives the blocks from the first one on: float32 mono at 16 kHz, of any length.
    """

    start: Callable[[], Iterable[np.ndarray]]

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter(self.start())
