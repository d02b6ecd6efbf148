"""What live sound comes from: a microphone, or a file that acts as one."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Protocol

import numpy as np

from ....model.framing import SAMPLE_RATE
from ..sound.decoders import DECODERS
from ..sound.samples import audible_blocks, sound_seconds
from ..sound.strip_plan import SoundSource
from ..sound.strip_timing import StripTiming

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


_BLOCK = 0.02
"""Seconds of sound in a block."""

_RATE = 100
"""Frames per second in which the length of a file is counted."""


class FileSource:
    """Sends a sound as if somebody were speaking now; silence follows it. See Source."""

    block = latency = _BLOCK
    is_live = True

    def __init__(self, samples: np.ndarray, rate: int, label: str = "File") -> None:
        """
        Args:
            samples: float32 mono [N].
            rate: of them, in Hz.
            label: the name shown to the artist.
        """
        self.rate, self.label = rate, label
        self._samples = samples
        self._stopping = Event()
        self._began = monotonic()
        self._thread: Thread | None = None

    def start(self, on_block: OnBlock, _on_error: OnError) -> None:
        """See Source."""
        self._began = monotonic()
        self._thread = Thread(
            target=self._send, args=(on_block,), name="audio2face-file", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """See Source."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def now(self) -> float:
        """See Source."""
        return monotonic() - self._began

    def _send(self, on_block: OnBlock) -> None:
        size = round(_BLOCK * self.rate)
        for start in count(0, size):
            arrival = (start + size) / self.rate
            if self._stopping.wait(max(arrival - self.now(), 0.0)):
                return
            block = np.zeros(size, np.float32)
            part = self._samples[start : start + size]
            block[: len(part)] = part
            on_block(block, start / self.rate)


def file_as_microphone(path: Path) -> FileSource:
    """A source that sends a sound file as if somebody were speaking now.

    Raises:
        BakeError: it cannot be decoded.
    """
    sound = SoundSource(path.name, str(path))
    whole = StripTiming(_RATE, 0, 0.0, 0.0, 0, max(int(sound_seconds(sound) * _RATE), 1))
    samples = np.concatenate(list(audible_blocks(sound, whole, SAMPLE_RATE, DECODERS)))
    return FileSource(samples, SAMPLE_RATE, path.name)
