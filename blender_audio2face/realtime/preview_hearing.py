"""One strip, heard piece by piece, with the curves so far. Imports no bpy."""

import numpy as np

from ...model.curves import Curves
from ...model.features import FRAME_RATE
from ...model.framing import SAMPLE_RATE
from ...model.streaming import StepNetwork, Stream
from ..core.cached_curves import decode, encode
from ..core.sound.decoders import DECODERS
from ..core.sound.samples import strip_blocks
from ..core.sound.sound_segment import SoundSegment
from ..core.sound.strip_plan import StripPlan

_PIECE = 2 * SAMPLE_RATE
"""Samples heard at once: some hundredths of a second of work."""


class Hearing:
    """The curves of a strip as far as it was heard, which ``go_on`` carries further.

    Attributes:
        heard: which part of which sound the whole strip is.
        whole: whether it was heard to its end; then its curves are what a bake would keep.
    """

    def __init__(self, strip: StripPlan, heard: SoundSegment, network: StepNetwork) -> None:
        self.heard = heard
        self.whole = False
        self._blocks = strip_blocks(strip, SAMPLE_RATE, DECODERS)
        self._stream = Stream(network)
        self._names = network.config.channels
        self._rows = [np.zeros((0, len(self._names)), np.float32)]
        self._count = 0

    @property
    def seconds(self) -> float:
        """Seconds of sound that there are curves of."""
        return self._count / FRAME_RATE

    @property
    def curves(self) -> Curves:
        """The curves so far."""
        if len(self._rows) > 1:
            self._rows = [np.concatenate(self._rows)]
        return Curves(self._names, FRAME_RATE, self._rows[0])

    def run_for(self) -> None:
        """Hears the next piece.

        Raises:
            BakeError: the sound cannot be decoded.
        """
        piece, length = [], 0
        for block in self._blocks:
            piece.append(block)
            length += len(block)
            if length >= _PIECE:
                break
        if length:
            self._keep(self._stream.push(np.concatenate(piece)))
        if length < _PIECE:
            self._keep(self._stream.finish())
            self._rows = [decode(encode(self.curves)).values]
            self.whole = True

    def _keep(self, rows: np.ndarray) -> None:
        self._rows.append(rows)
        self._count += len(rows)
