"""A sound file in place of a microphone."""

from itertools import count
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import numpy as np

from ....model.framing import SAMPLE_RATE
from ..sound.decoders import DECODERS
from ..sound.samples import audible_blocks, sound_seconds
from ..sound.strip_plan import SoundSource
from ..sound.strip_timing import StripTiming
from .source import OnBlock, OnError

_BLOCK = 0.02
"""Seconds of sound in a block."""

_RATE = 100
"""Frames per second in which the length of a file is counted."""


class FileSource:
    """Sends a sound as if somebody were speaking now; silence follows it. See source.Source."""

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
        """See source.Source."""
        self._began = monotonic()
        self._thread = Thread(
            target=self._send, args=(on_block,), name="audio2face-file", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """See source.Source."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def now(self) -> float:
        """See source.Source."""
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
