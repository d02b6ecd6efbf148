"""What sound comes from: a microphone, or something that acts as one."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

OnBlock = Callable[[np.ndarray, float], None]
"""Takes float32 mono samples [n] and the source's clock, in seconds, at the first of them."""

OnError = Callable[[str], None]
"""Takes the sentence that says why no more sound will come."""


class Source(Protocol):
    """Sound as it comes. All methods may be called from any thread."""

    rate: int
    """Samples per second."""

    label: str
    """What the artist calls it."""

    block: float
    """Seconds that a block usually lasts."""

    latency: float
    """Seconds from a sound to the moment at which its block is handed over, at most."""

    is_live: bool
    """Whether sound that is not taken in time is lost. If not, the callbacks may wait."""

    def start(self, on_block: OnBlock, on_error: OnError) -> None:
        """Begins to send blocks, from a thread of its own.

        Raises SourceError where there is no sound to be had.
        """

    def stop(self) -> None:
        """Sends no more. Does nothing where nothing runs."""

    def now(self) -> float:
        """The source's clock in seconds."""
