"""A microphone as a source of sound."""

from threading import Lock
from time import monotonic
from typing import Protocol

import numpy as np

from .arrival import ArrivalClock
from .errors import SourceError
from .microphones import find_microphone
from .port_audio import port_audio, said
from .source import OnBlock, OnError

BLOCK = 0.02
"""Seconds of sound that come at a time."""


class _Times(Protocol):
    """PortAudio's clock at the first sample of a block; 0 where it does not tell."""

    inputBufferAdcTime: float  # noqa: N815


class _Status(Protocol):
    """What PortAudio says of a block."""

    input_overflow: bool


class Microphone:
    """One of the system's recording devices, from ``start`` to ``stop``; see source.Source."""

    is_live = True
    block = BLOCK

    def __init__(self, name: str = "") -> None:
        """
        Args:
            name: of microphones.MicrophoneInfo; empty for the system's choice.

        Raises SourceError where there is no such microphone, or nothing to reach it through.
        """
        self._package = port_audio()
        self._info = find_microphone(name)
        self.label = self._info.name
        self.rate = self._info.rate
        self.latency = BLOCK + self._info.latency
        self._lock = Lock()
        self._stream = None
        self._stopping = False

    def start(self, on_block: OnBlock, on_error: OnError) -> None:
        """See source.Source."""
        clock = ArrivalClock(self.rate, self._info.latency)
        offset = 0.0

        def take(data: np.ndarray, _frames: int, times: _Times, status: _Status) -> None:
            told = times.inputBufferAdcTime
            measured = told + offset if told > 0.0 else None
            lost = bool(status.input_overflow)
            on_block(data[:, 0].copy(), clock.seconds(len(data), monotonic(), measured, lost))

        def ended() -> None:
            if not self._stopping:
                on_error(f"{self.label} was unplugged; plug it in again and start anew.")

        try:
            stream = self._package.InputStream(
                device=self._info.index, samplerate=self.rate, channels=1, dtype="float32",
                blocksize=round(BLOCK * self.rate), latency="low",
                callback=take, finished_callback=ended,
            )  # fmt: skip
            offset = monotonic() - stream.time
            with self._lock:
                self._stream = stream
            stream.start()
        except self._package.PortAudioError as error:
            self.stop()
            raise SourceError(
                f"{self.label} cannot be opened ({said(error)}); see whether another program uses "
                "it and whether the system lets Blender use microphones."
            ) from error

    def stop(self) -> None:
        """See source.Source."""
        self._stopping = True
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)

    def now(self) -> float:
        """See source.Source."""
        return monotonic()
