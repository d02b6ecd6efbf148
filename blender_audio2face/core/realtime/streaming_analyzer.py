"""From blocks of sound, as they arrive, to frames with the time at which their sound was recorded.

There are no threads here. Blocks that do not arrive are replaced by silence, so that the face stays
in sync with the voice.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....model.framing import HOP, SAMPLE_RATE
from ....model.numpy_network import NumpyNetwork
from ....model.resampling import StreamResampler
from ....model.streaming import Stream, low_latency
from ....model.weights_file import DEFAULT_WEIGHTS, load_weights
from .frame_queue import Frame
from .levels import AutoGain, Meter
from .live_settings import LiveSettings
from .recorder import Recorder
from .stream_clock import StreamClock

_SILENCE_PIECE = 0.1
"""Seconds of silence that are analysed at a time."""


def open_stream(weights: Path | None, *, quick: bool) -> Stream:
    """A new stream of the network. It runs on NumPy, which is fast enough and ready at once.

    Args:
        weights: an .npz; None for the bundled one.
        quick: whether to use less look-ahead: less delay, less exact lips.

    Raises:
        WeightsError: the weights cannot be used.
    """
    config, arrays = load_weights(weights or DEFAULT_WEIGHTS)
    return Stream(NumpyNetwork(low_latency(config) if quick else config, arrays))


@dataclass
class BlockCounts:
    """How many blocks arrived, and how.

    Attributes:
        blocks: that were analysed.
        missing: that did not arrive in time and were replaced by silence.
        late: that arrived after silence had replaced them, in part or whole.
        dropped: that arrived faster than they could be analysed.
    """

    blocks: int = 0
    missing: int = 0
    late: int = 0
    dropped: int = 0


class StreamingAnalyzer:
    """Analyses one voice from its first block on.

    Attributes:
        names: C channel names.
        meter: level of the incoming sound.
        gain: the automatic gain, or None.
        settings: the artist's dials, or None.
        counts: how the blocks arrived.
        delay: seconds of sound needed after a frame's own instant.
        recorder: keeps the sound and its curves while there is one; see ``start_recording``.
    """

    def __init__(
        self,
        rate: int,
        block: float,
        stream: Stream,
        gain: bool,
        settings: LiveSettings | None = None,
    ) -> None:
        """
        Args:
            rate: the source's, in Hz.
            block: usual length of a block in seconds.
            stream: a new stream of the network.
            gain: whether there is automatic gain.
            settings: the artist's dials; None leaves the network's curves as they are.
        """
        self._rate = rate
        self._block = block
        self._stream = stream
        self.names = stream.config.channels
        self.settings = settings
        self._clock = StreamClock(rate)
        self._resampler = StreamResampler(rate, SAMPLE_RATE)
        self.delay = stream.delay + self._resampler.delay
        self.meter = Meter(rate)
        self.gain = AutoGain() if gain else None
        self.counts = BlockCounts()
        self.recorder: Recorder | None = None
        self._samples = self._rows = 0  # analysed so far: at 16 kHz, at 100 Hz
        self._recorded_from = 0  # row

    @property
    def expected(self) -> float | None:
        """The clock at which the next sample is expected; None before the first."""
        return self._clock.expected

    def push(self, samples: np.ndarray, seconds: float) -> list[Frame]:
        """The frames that a block completes.

        Args:
            samples: float32 [n] at the source's rate.
            seconds: the source's clock at the first one.
        """
        placement = self._clock.place(len(samples), seconds)
        frames = self._push_silence(placement.silence)
        self.counts.blocks += placement.skip < len(samples)
        self.counts.late += placement.skip > 0
        return frames + self._push_placed(_within_full_scale(samples[placement.skip :]))

    def push_silence_until(self, seconds: float) -> list[Frame]:
        """The frames of silence from the last sample to a time of the source's clock."""
        expected = self._clock.expected
        if expected is None:
            return []
        return self._push_silence(max(round((seconds - expected) * self._rate), 0))

    def finish(self) -> list[Frame]:
        """The frames still to come, as if silence followed."""
        tail = np.zeros(round(self._resampler.delay * self._rate), np.float32)
        return self._analyze(tail) + self._frames(self._stream.finish())

    def start_recording(self, recorder: Recorder) -> None:
        """Records the sound from the next row on, and its curves."""
        self._recorded_from = -(-self._samples // HOP)
        self.recorder = recorder

    @property
    def recording_starts_at(self) -> float:
        """The source's clock at the first recorded sample."""
        return self._seconds_at(self._recorded_from)

    def _push_silence(self, count: int) -> list[Frame]:
        if count <= 0:
            return []
        self.counts.missing += max(round(count / self._rate / self._block), 1)
        frames, piece = [], round(_SILENCE_PIECE * self._rate)
        for start in range(0, count, piece):
            frames += self._push_placed(np.zeros(min(piece, count - start), np.float32))
        return frames

    def _push_placed(self, samples: np.ndarray) -> list[Frame]:
        self._clock.advance(len(samples))
        self.meter.push(samples)
        return self._analyze(samples)

    def _analyze(self, samples: np.ndarray) -> list[Frame]:
        samples = self._resampler.push(samples)
        if self.gain is not None:
            samples = self.gain.push(samples)
        if self.recorder is not None:
            before = max(self._recorded_from * HOP - self._samples, 0)
            self.recorder.add_sound(samples[before:])
        self._samples += len(samples)
        return self._frames(self._stream.push(samples))

    def _frames(self, rows: np.ndarray) -> list[Frame]:
        if self.recorder is not None:
            self.recorder.add_rows(rows[max(self._recorded_from - self._rows, 0) :])
        first, self._rows = self._rows, self._rows + len(rows)
        if self.settings is not None:
            rows = self.settings.push(rows)
        return [Frame(self._seconds_at(row), values) for row, values in enumerate(rows, first)]

    def _seconds_at(self, row: int) -> float:
        return self._clock.seconds_at(row * HOP * self._rate / SAMPLE_RATE)


def _within_full_scale(samples: np.ndarray) -> np.ndarray:
    """Samples [n] in -1..1: NaN, or far larger values, would spoil the network's state for good."""
    if not np.isfinite(samples).all():
        samples = np.nan_to_num(samples, posinf=0.0, neginf=0.0)
    return np.clip(samples, -1.0, 1.0)
