"""The engine of real time: a source's blocks in, frames out, in a thread of its own. No bpy."""

from contextlib import suppress
from dataclasses import replace
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread, current_thread
from time import monotonic, sleep

import numpy as np

from ...model.curves import Curves
from ...model.streaming import Stream
from .errors import TakeError
from .frames import FrameStore
from .hearing import Counts, Hearing
from .meter import SILENT_DB
from .recorder import Recorder
from .showing import Showing
from .source import Source

PROCESSING = 0.01
"""Seconds allowed for a block to be worked on: part of the delay that is stated."""

_QUEUED = 64  # blocks
_POLL = 0.05  # s
_STALL = 0.25  # s without sound until the face goes to rest
_SILENCE_KEPT_BACK = 0.1  # s that a late block may still take
_LOST = 3.0  # s without sound until the source counts as gone
_FIRST = 10.0  # s that a source may take for its first block
_LONGEST_STOP = 0.4  # s


class Engine:
    """Listens to a source until it is stopped. All methods are safe from any thread.

    ``frames`` holds what the network makes of the sound, each frame due ``delay`` seconds after it.
    An engine runs once; for the next time, make another.

    Attributes:
        frames: what to show; nothing before the first frame and after the end, when the face rests.
        delay: seconds from a sound to its frame on the screen: the stream's own, the resampling's,
            the showing's, the source's latency (a block at least), and PROCESSING for the work.
        error: the sentence that says why it stopped by itself; None if it did not.
    """

    def __init__(
        self, source: Source, stream: Stream, gain: bool = True, showing: Showing | None = None
    ) -> None:
        """
        Args:
            source: where sound comes from.
            stream: a new stream of the network.
            gain: whether voices too quiet or too loud are brought to the level of the training.
            showing: dials and frame rate; without it each of the network's rows is a frame.
        """
        self._source = source
        self._names = stream.config.channels
        self._hearing = Hearing(source.rate, source.block, stream, gain, showing)
        self.delay = self._hearing.delay + source.latency + PROCESSING
        self.frames = FrameStore(self._names, self.delay)
        self.error: str | None = None
        self._queue: Queue[tuple[np.ndarray, float] | None] = Queue(_QUEUED)
        self._dropped = 0
        self._stopping, self._stopped = Event(), Event()
        self._lock = Lock()
        self._thread = Thread(target=self._run, name="audio2face-engine", daemon=True)

    def start(self) -> None:
        """Begins to listen.

        Raises SourceError where the source gives no sound, RuntimeError the second time.
        """
        if self._thread.ident is not None or self._stopping.is_set():
            raise RuntimeError("an engine runs once")
        self._thread.start()
        try:
            self._source.start(self._take, self._fail)
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Ends at once, within half a second; what waits to be heard is left out. A take is kept.
        Does nothing where nothing runs."""
        self._end()
        if self._thread.ident is not None and current_thread() is not self._thread:
            self._thread.join(_LONGEST_STOP)

    def finish(self) -> None:
        """Hears all that has come, then ends. For sources that have an end."""
        while self._thread.is_alive():
            with suppress(Full):
                self._queue.put(None, timeout=_POLL)
                self._thread.join()

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._thread.is_alive() and not self._stopping.is_set()

    def now(self) -> float:
        """The source's clock, for ``frames.due``."""
        return self._source.now()

    @property
    def level(self) -> tuple[float, float]:
        """RMS and peak of what comes in, dBFS."""
        return self._hearing.meter.level if self.running else (SILENT_DB, SILENT_DB)

    @property
    def gain_db(self) -> float:
        """The automatic gain's present value; 0 without it."""
        gain = self._hearing.gain
        return gain.gain_db if gain is not None else 0.0

    @property
    def counts(self) -> Counts:
        """What came of the blocks so far."""
        return replace(self._hearing.counts, dropped=self._dropped)

    def start_recording(self) -> None:
        """Begins a take. An earlier one is forgotten.

        Raises TakeError where the temporary folder cannot be written to.
        """
        self.forget_take()
        try:
            recorder = Recorder(self._names)
        except OSError as error:
            raise TakeError.cannot_write(error) from error
        with self._lock:
            self._hearing.record(recorder)

    def stop_recording(self) -> None:
        """Ends the take's sound. Its last frames come ``delay`` seconds later."""
        with self._lock:
            if self._hearing.recorder is not None:
                self._hearing.recorder.end_sound()

    @property
    def recording(self) -> float | None:
        """Seconds of sound that the take holds while it is made; None if none is."""
        recorder = self._hearing.recorder
        return recorder.seconds if recorder is not None and recorder.open else None

    @property
    def take_begins(self) -> float:
        """The source's clock at the take's first sample."""
        return self._hearing.take_begins

    def recorded(self) -> tuple[np.ndarray, Curves] | None:
        """The take: samples float32 [N] at 16 kHz as the network heard them, and the curves it made
        of them, both from 0. None where nothing was recorded.

        Ends the recording, and waits up to ``delay`` seconds for the last frames.

        Raises TakeError where it cannot be read.
        """
        self.stop_recording()
        recorder = self._hearing.recorder
        if recorder is None:
            return None
        until = monotonic() + self.delay
        while recorder.owed > 0 and self._thread.is_alive() and monotonic() < until:
            sleep(0.01)
        with self._lock:
            try:
                return recorder.read()
            except OSError as error:
                raise TakeError.cannot_read(error) from error

    def forget_take(self) -> None:
        """Deletes what was recorded."""
        with self._lock:
            recorder, self._hearing.recorder = self._hearing.recorder, None
        if recorder is not None:
            recorder.close()

    def _take(self, samples: np.ndarray, seconds: float) -> None:
        """Takes a block from the source's thread."""
        while not self._stopping.is_set():
            try:
                self._queue.put((samples, seconds), block=not self._source.is_live, timeout=_POLL)
                return
            except Full:
                if self._source.is_live:
                    self._dropped += 1
                    return

    def _fail(self, sentence: str) -> None:
        self.error = self.error or sentence
        self._end()

    def _end(self) -> None:
        self._stopping.set()
        self.frames.clear()

    def _run(self) -> None:
        try:
            self._listen()
        except OSError as error:
            self._fail(TakeError.cannot_write(error).args[0])
        except BaseException as error:
            self._fail(f"Real time stopped on an error ({error}); start it again.")
            raise
        finally:
            self._end()
            self._source.stop()

    def _listen(self) -> None:
        waited = 0.0
        while not self._stopping.is_set():
            try:
                block = self._queue.get(timeout=_POLL)
            except Empty:
                waited += _POLL
                self._wait(waited)
                continue
            if block is None:
                break
            waited = 0.0
            with self._lock:
                frames = self._hearing.hear(*block)
            self.frames.push(frames)
        with self._lock:
            self._hearing.finish()

    def _wait(self, waited: float) -> None:
        """Nothing has come for a while: lets the face rest, or gives the source up.

        Args:
            waited: seconds that this thread has waited. The clock may have gone on for longer: work
                that holds Python's lock stops the source's thread as well.
        """
        if not self._source.is_live:
            return
        label = self._source.label
        if self._hearing.expected is None:
            if waited > _FIRST:
                self._fail(f"{label} sends no sound; choose another microphone.")
        elif waited > _LOST:
            self._fail(f"{label} sends no more sound; plug it in again and start anew.")
        elif waited > _STALL:
            with self._lock:
                frames = self._hearing.hear_nothing(self._source.now() - _SILENCE_KEPT_BACK)
            self.frames.push(frames)
