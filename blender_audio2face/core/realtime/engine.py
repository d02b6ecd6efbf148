"""The thread of real time: a source's blocks in, frames out."""

from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread, current_thread
from time import monotonic, sleep

import numpy as np

from ....model.curves import Curves
from ....model.streaming import Stream
from ...errors import RecordingError
from .frame_queue import FrameQueue
from .live_settings import LiveSettings
from .recorder import Recorder
from .source import Source
from .streaming_analyzer import BlockCounts, StreamingAnalyzer

PROCESSING = 0.01
"""Seconds allowed for the work on a block: part of the stated delay."""

_QUEUED = 64  # blocks
_POLL = 0.05  # s
_STALL = 0.25  # s without sound until the face comes to rest
_GRACE = 0.1  # s in which a late block may still arrive
_LOST = 3.0  # s without sound until the source counts as unplugged
_FIRST = 10.0  # s that a source may take for its first block
_LONGEST_STOP = 0.4  # s


class Engine:
    """Analyses a source until it is stopped. All methods are safe from any thread.

    An engine runs once; for the next time, make another.

    Attributes:
        frames: what to show, each frame due ``delay`` seconds after its sound; empty before the
            first frame and after the end, when the face rests.
        delay: seconds from a sound to its frame on the screen: the look-ahead of network and
            resampler, the source's latency (at least a block), and PROCESSING for the work.
        error: why it stopped by itself, in a sentence; None if it did not.
    """

    def __init__(
        self,
        source: Source,
        stream: Stream,
        gain: bool = True,
        settings: LiveSettings | None = None,
    ) -> None:
        """
        Args:
            source: where sound comes from.
            stream: a new stream of the network.
            gain: whether voices too quiet or too loud are brought to the level of the training.
            settings: the artist's dials; None leaves the network's curves as they are.
        """
        self._source = source
        self._names = stream.config.channels
        self._analyzer = StreamingAnalyzer(source.rate, source.block, stream, gain, settings)
        self.delay = self._analyzer.delay + source.latency + PROCESSING
        self.frames = FrameQueue(self._names, self.delay)
        self.error: str | None = None
        self._queue: Queue[tuple[np.ndarray, float] | None] = Queue(_QUEUED)
        self._stopping = Event()
        self._lock = Lock()
        self._thread = Thread(target=self._run, name="audio2face-engine", daemon=True)

    def start(self) -> None:
        """Starts the thread and the source.

        Raises:
            SourceError: the source gives no sound.
            RuntimeError: it was started or stopped before.
        """
        if self._thread.ident is not None or self._stopping.is_set():
            raise RuntimeError("an engine runs once")
        self._thread.start()
        try:
            self._source.start(self._on_block, self._fail)
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Ends within half a second; blocks still waiting are dropped. A recording is kept. Does
        nothing where nothing runs."""
        self._end()
        if self._thread.ident is not None and current_thread() is not self._thread:
            self._thread.join(_LONGEST_STOP)

    def finish(self) -> None:
        """Analyses all blocks that arrived, then ends. For sources that have an end."""
        while self._thread.is_alive():
            with suppress(Full):
                self._queue.put(None, timeout=_POLL)
                self._thread.join()

    @property
    def running(self) -> bool:
        """Whether it analyses."""
        return self._thread.is_alive() and not self._stopping.is_set()

    def now(self) -> float:
        """The source's clock, for ``frames.due``."""
        return self._source.now()

    @property
    def level(self) -> tuple[float, float]:
        """RMS and peak of the incoming sound, dBFS."""
        return self._analyzer.meter.level

    @property
    def counts(self) -> BlockCounts:
        """How the blocks arrived so far."""
        return self._analyzer.counts

    def start_recording(self) -> None:
        """Begins a recording. An earlier one is deleted.

        Raises:
            RecordingError: the temporary folder cannot be written to.
        """
        self.delete_recording()
        try:
            recorder = Recorder(self._names)
        except OSError as error:
            raise RecordingError.cannot_write(error) from error
        with self._lock:
            self._analyzer.start_recording(recorder)

    def stop_recording(self) -> None:
        """Ends the recorded sound. Its last frames come ``delay`` seconds later."""
        with self._lock:
            if self._analyzer.recorder is not None:
                self._analyzer.recorder.end_sound()

    @property
    def recording(self) -> float | None:
        """Seconds of sound recorded so far; None while nothing is being recorded."""
        recorder = self._analyzer.recorder
        return recorder.seconds if recorder is not None and recorder.open else None

    @property
    def recording_starts_at(self) -> float:
        """The source's clock at the first recorded sample."""
        return self._analyzer.recording_starts_at

    def read_recording(self) -> tuple[np.ndarray, Curves] | None:
        """Ends the recording and reads it; waits up to ``delay`` seconds for the last frames.

        Returns:
            Samples float32 [N] at 16 kHz as the network got them, and their curves, both from 0;
            None where nothing was recorded.

        Raises:
            RecordingError: it cannot be read.
        """
        self.stop_recording()
        recorder = self._analyzer.recorder
        if recorder is None:
            return None
        until = monotonic() + self.delay
        while recorder.missing_rows > 0 and self._thread.is_alive() and monotonic() < until:
            sleep(0.01)
        with self._lock:
            try:
                return recorder.read()
            except OSError as error:
                raise RecordingError.cannot_read(error) from error

    def delete_recording(self) -> None:
        """Deletes what was recorded."""
        with self._lock:
            recorder, self._analyzer.recorder = self._analyzer.recorder, None
        if recorder is not None:
            recorder.close()

    def _on_block(self, samples: np.ndarray, seconds: float) -> None:
        while not self._stopping.is_set():
            try:
                self._queue.put((samples, seconds), block=not self._source.is_live, timeout=_POLL)
                return
            except Full:
                if self._source.is_live:
                    self.counts.dropped += 1
                    return

    def _fail(self, sentence: str) -> None:
        self.error = self.error or sentence
        self._end()

    def _end(self) -> None:
        self._stopping.set()
        self.frames.clear()

    def _run(self) -> None:
        try:
            self._analyze_blocks()
        except OSError as error:
            self._fail(RecordingError.cannot_write(error).args[0])
        except BaseException as error:
            self._fail(f"Real time stopped on an error ({error}); start it again.")
            raise
        finally:
            self._end()
            self._source.stop()

    def _analyze_blocks(self) -> None:
        waited = 0.0
        while not self._stopping.is_set():
            try:
                block = self._queue.get(timeout=_POLL)
            except Empty:
                waited += _POLL
                self._on_no_block(waited)
                continue
            if block is None:
                break
            waited = 0.0
            with self._lock:
                frames = self._analyzer.push(*block)
            self.frames.push(frames)
        with self._lock:
            self._analyzer.finish()

    def _on_no_block(self, waited: float) -> None:
        """Lets the face come to rest while no sound arrives, and gives the source up after a while.

        Args:
            waited: seconds that this thread has waited. The clock may have advanced further: work
                that holds Python's lock also stops the source's thread.
        """
        if not self._source.is_live:
            return
        label = self._source.label
        if self._analyzer.expected is None:
            if waited > _FIRST:
                self._fail(f"{label} sends no sound; choose another microphone.")
        elif waited > _LOST:
            self._fail(f"{label} sends no more sound; plug it in and start again.")
        elif waited > _STALL:
            with self._lock:
                frames = self._analyzer.push_silence_until(self._source.now() - _GRACE)
            self.frames.push(frames)
