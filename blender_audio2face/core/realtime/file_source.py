"""A sound in place of a microphone: in real time, or as fast as it is taken."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Lock, Thread, current_thread
from time import monotonic

import numpy as np

from ....model.framing import SAMPLE_RATE
from ..sound.decoders import DECODERS
from ..sound.samples import audible_blocks, sound_seconds
from ..sound.strip_plan import SoundSource
from ..sound.strip_timing import StripTiming
from .source import OnBlock, OnError

_RATE = 100
"""Frames per second in which the length of a file is counted."""


class FileSource:
    """Sends a sound block by block. In real time silence follows its end; otherwise it ends.

    Attributes:
        done: set when all has been sent.
    """

    def __init__(
        self,
        samples: np.ndarray,
        rate: int,
        label: str = "File",
        block: float = 0.02,
        real_time: bool = True,
    ) -> None:
        """
        Args:
            samples: float32 mono [N].
            rate: of them, in Hz.
            label: the name shown to the artist.
            block: seconds in a block.
            real_time: whether blocks arrive when they would from a microphone.
        """
        self.rate, self.label, self.block, self.is_live = rate, label, block, real_time
        self.latency = block
        self.done = Event()
        self._samples = samples
        self._size = max(round(block * rate), 1)
        self._stopping = Event()
        self._began = monotonic()
        self._sent = 0.0
        self._thread: Thread | None = None
        self._lock = Lock()

    def start(self, on_block: OnBlock, on_error: OnError) -> None:
        """See source.Source."""
        with self._lock:
            self._began = monotonic()
            arguments = (on_block, on_error)
            self._thread = Thread(
                target=self._send, args=arguments, name="audio2face-file", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """See source.Source."""
        self._stopping.set()
        with self._lock:
            thread = self._thread
        if thread is not None and thread is not current_thread():
            thread.join(1.0)

    def now(self) -> float:
        """See source.Source."""
        return monotonic() - self._began if self.is_live else self._sent

    def blocks(self) -> Iterator[tuple[np.ndarray | None, float, float]]:
        """What is sent: (samples, or None where it is unplugged; their clock; when they arrive)."""
        period = self._size / self.rate
        for index in self._indices():
            yield self._block(index), index * period, (index + 1) * period

    def _send(self, on_block: OnBlock, on_error: OnError) -> None:
        for samples, seconds, due in self.blocks():
            self._wait_until(due)
            if self._stopping.is_set():
                break
            if samples is None:
                on_error(f"{self.label} was unplugged; plug it in and start again.")
                break
            self._sent = max(self._sent, due)
            on_block(samples, seconds)
        self.done.set()

    def _indices(self) -> Iterator[int]:
        index = 0
        while self.is_live or index * self._size < len(self._samples):
            yield index
            index += 1

    def _block(self, index: int) -> np.ndarray:
        part = self._samples[index * self._size : (index + 1) * self._size]
        missing = self._size - len(part) if self.is_live else 0
        return np.pad(np.asarray(part, np.float32), (0, missing))

    def _wait_until(self, due: float) -> None:
        if self.is_live:
            self._stopping.wait(max(self._began + due - monotonic(), 0.0))


def file_as_microphone(path: Path) -> FileSource:
    """A source that sends a sound file as if somebody were speaking now.

    Raises:
        BakeError: it cannot be decoded.
    """
    sound = SoundSource(path.name, str(path))
    whole = StripTiming(_RATE, 0, 0.0, 0.0, 0, max(int(sound_seconds(sound) * _RATE), 1))
    samples = np.concatenate(list(audible_blocks(sound, whole, SAMPLE_RATE, DECODERS)))
    return FileSource(samples, SAMPLE_RATE, path.name)
