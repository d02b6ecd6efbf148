"""What live sound comes from: a microphone, or something that acts as one."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

OnBlock = Callable[[np.ndarray, float], None]
"""Takes float32 mono samples [n] and the source's clock, in seconds, at the first of them."""

OnError = Callable[[str], None]
"""Takes the sentence that says why no more sound will come."""


class Source(Protocol):
    """A source of live sound. All methods may be called from any thread.

    Attributes:
        rate: samples per second.
        label: the name shown to the artist.
        block: usual length of a block in seconds.
        latency: most seconds from a sound to the call that hands its block over.
        is_live: whether sound that is not taken in time is lost. If not, callbacks may block.
    """

    rate: int
    label: str
    block: float
    latency: float
    is_live: bool

    def start(self, on_block: OnBlock, on_error: OnError) -> None:
        """Begins to send blocks, from a thread of its own.

        Raises:
            SourceError: the source gives no sound.
        """

    def stop(self) -> None:
        """Sends no more. Does nothing where nothing runs."""

    def now(self) -> float:
        """The source's clock in seconds."""
