"""From blocks of sound, as they come, to frames that know when their sound was heard. No threads.

What did not come is heard as silence, so that the face stays with the voice.
"""

from dataclasses import dataclass, replace

import numpy as np

from ...model.framing import HOP, SAMPLE_RATE
from ...model.resampling import StreamResampler
from ...model.streaming import Stream
from .clock import Timeline
from .frames import Frame
from .gain import AutoGain
from .meter import Meter
from .recorder import Recorder
from .showing import Showing, Shown

_BATCH = 0.1  # s of silence that is heard at a time


@dataclass(frozen=True)
class Counts:
    """What came of the blocks.

    Attributes:
        blocks: that were heard.
        missing: that did not come in time; silence was heard instead.
        late: that came when silence had taken their place, in part or whole.
        dropped: for which there was no time.
    """

    blocks: int = 0
    missing: int = 0
    late: int = 0
    dropped: int = 0


class Hearing:
    """One voice from its first block on.

    Attributes:
        meter: the level of what comes in.
        gain: the automatic gain, or None.
        counts: what came of the blocks.
        delay: seconds of sound after a frame's own instant within which it comes out.
        recorder: takes what is heard, if there is one; ``record`` begins a take.
    """

    def __init__(
        self, rate: int, block: float, stream: Stream, gain: bool, showing: Showing | None = None
    ) -> None:
        """
        Args:
            rate: the source's, in Hz.
            block: seconds that a block usually lasts.
            stream: a new stream of the network.
            gain: whether there is automatic gain.
            showing: what is made of the network's rows before they are shown; nothing if None.
        """
        self._rate = rate
        self._block = block
        self._stream = stream
        self.names = stream.config.channels
        self._showing = showing or Showing(self.names)
        self._timeline = Timeline(rate)
        self._resampler = StreamResampler(rate, SAMPLE_RATE)
        self.delay = stream.delay + self._resampler.delay + self._showing.delay
        self.meter = Meter(rate)
        self.gain = AutoGain() if gain else None
        self.counts = Counts()
        self.recorder: Recorder | None = None
        self._heard = self._made = 0  # samples at 16 kHz, rows of curves
        self._rows_before_take = self._samples_before_take = 0

    @property
    def expected(self) -> float | None:
        """The clock at which the next sample is expected; None before the first."""
        return self._timeline.expected

    def hear(self, samples: np.ndarray, seconds: float) -> list[Frame]:
        """The frames that a block completes.

        Args:
            samples: float32 [n] at the source's rate.
            seconds: the source's clock at the first one.
        """
        placement = self._timeline.place(len(samples), seconds)
        frames = self._fill(placement.silence)
        self.counts = replace(
            self.counts,
            blocks=self.counts.blocks + (placement.skip < len(samples)),
            late=self.counts.late + (placement.skip > 0),
        )
        return frames + self._listen(_sane(samples[placement.skip :]))

    def hear_nothing(self, until: float) -> list[Frame]:
        """The frames of silence from the last sample to the clock's ``until``."""
        expected = self._timeline.expected
        if expected is None:
            return []
        return self._fill(max(round((until - expected) * self._rate), 0))

    def finish(self) -> list[Frame]:
        """The frames still owed, as if silence followed."""
        tail = np.zeros(round(self._resampler.delay * self._rate), np.float32)
        frames = self._heard_now(tail) + self._frames(self._stream.finish())
        return frames + self._timed(self._showing.finish())

    def record(self, recorder: Recorder) -> None:
        """Begins to write a take: the sound from the next frame on, and its curves."""
        self._rows_before_take = -(-self._heard // HOP)
        self._samples_before_take = self._rows_before_take * HOP
        self.recorder = recorder

    @property
    def take_begins(self) -> float:
        """The source's clock at the first sample of the take."""
        return self._clock_of(self._samples_before_take)

    def _fill(self, missing: int) -> list[Frame]:
        if missing <= 0:
            return []
        blocks = max(round(missing / self._rate / self._block), 1)
        self.counts = replace(self.counts, missing=self.counts.missing + blocks)
        frames, batch = [], round(_BATCH * self._rate)
        for start in range(0, missing, batch):
            frames += self._listen(np.zeros(min(batch, missing - start), np.float32))
        return frames

    def _listen(self, samples: np.ndarray) -> list[Frame]:
        self._timeline.advance(len(samples))
        self.meter.push(samples)
        return self._heard_now(samples)

    def _heard_now(self, samples: np.ndarray) -> list[Frame]:
        heard = self._resampler.push(samples)
        if self.gain is not None:
            heard = self.gain.push(heard)
        if self.recorder is not None:
            self.recorder.add_sound(heard[max(self._samples_before_take - self._heard, 0) :])
        self._heard += len(heard)
        return self._frames(self._stream.push(heard))

    def _frames(self, rows: np.ndarray) -> list[Frame]:
        if self.recorder is not None:
            self.recorder.add_rows(rows[max(self._rows_before_take - self._made, 0) :])
        self._made += len(rows)
        return self._timed(self._showing.push(rows))

    def _timed(self, shown: Shown) -> list[Frame]:
        return [
            Frame(self._clock_of(seconds * SAMPLE_RATE), values)
            for seconds, values in zip(shown.seconds.tolist(), shown.values, strict=True)
        ]

    def _clock_of(self, sample: float) -> float:
        return self._timeline.heard_at(sample * self._rate / SAMPLE_RATE)


def _sane(samples: np.ndarray) -> np.ndarray:
    """Samples [n] within full scale: what is no number, or far too large, would poison the
    recurrence for good."""
    if not np.isfinite(samples).all():
        samples = np.nan_to_num(samples, posinf=0.0, neginf=0.0)
    return np.clip(samples, -1.0, 1.0)
