"""What every runtime of the network does."""

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from .curves import Curves
from .network_config import NetworkConfig

Progress = Callable[[float], None]


class Runtime(Protocol):
    """Samples in, curves out.

    ``remark`` is a sentence on why another runtime or device ran than was asked for, or None.
    """

    name: str
    device: str
    config: NetworkConfig
    remark: str | None

    def predict(self, samples: np.ndarray, on_progress: Progress | None = None) -> Curves:
        """Curves at 100 Hz of float32 samples [N] at 16 kHz.

        ``on_progress`` gets fractions 0..1 on the calling thread, several times a second; an
        exception it raises ends the run and reaches the caller.
        """

    def predict_blocks(
        self,
        blocks: Iterable[np.ndarray],
        seconds: float | None = None,
        on_progress: Progress | None = None,
    ) -> Curves:
        """What predict makes of the joined blocks, each float32 [N] of any length.

        The sound is never held whole: it takes the curves' memory and a constant more. ``seconds``
        is the expected length, for the progress; without it the fraction stays 0 until the end.
        A device that gives out is replaced only where ``blocks`` can be iterated anew, as a list
        or a ``restartable.Restartable`` can; an iterator cannot.
        """
