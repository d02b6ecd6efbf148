"""Microphones, through the package sounddevice and the PortAudio library.

The wheels of sounddevice for Windows and macOS contain PortAudio; Linux has it as a system package.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from threading import Lock
from time import monotonic
from types import ModuleType
from typing import Any

import numpy as np

from ...errors import SourceError
from .source import OnBlock, OnError
from .stream_clock import ArrivalClock

BLOCK = 0.02
"""Seconds of sound in a block."""

_QUICK = "Windows WASAPI"
"""The Windows interface that buffers 10 ms of sound; PortAudio's default (MME) buffers 100."""

_SYSTEM_PACKAGE = (
    "install it (Debian and Ubuntu: apt install libportaudio2, Fedora: dnf install portaudio, "
    "Arch: pacman -S portaudio) and start Blender again."
)


@dataclass(frozen=True)
class MicrophoneInfo:
    """A device that records.

    Attributes:
        name: of the device and the system's sound interface; unique.
        index: PortAudio's number for it, until the devices are searched again.
        rate: samples per second.
        latency: seconds of sound that it buffers.
        is_default: whether it is the system's choice.
    """

    name: str
    index: int
    rate: int
    latency: float
    is_default: bool


def microphones(search: bool = False) -> list[MicrophoneInfo]:
    """All devices that record.

    Args:
        search: look for the devices that are plugged in now, rather than at the first call. It ends
            all recordings and playbacks of the package sounddevice.

    Raises:
        SourceError: PortAudio is missing or fails.
    """
    package = _port_audio()
    try:
        if search:
            # The package has no public way to do this.
            package._terminate()
            package._initialize()
        devices, interfaces = package.query_devices(), package.query_hostapis()
    except package.PortAudioError as error:
        raise SourceError(
            f"The microphones cannot be listed ({_reason(error)}); check the system's sound "
            "settings."
        ) from error
    default = _default_index(package, interfaces)
    return [
        MicrophoneInfo(
            f"{device['name']}, {interfaces[device['hostapi']]['name']}",
            index,
            round(device["default_samplerate"]),
            float(device["default_low_input_latency"]),
            index == default,
        )
        for index, device in enumerate(devices)
        if device["max_input_channels"] > 0
    ]


def find_microphone(name: str = "") -> MicrophoneInfo:
    """The microphone of a name; the system's choice for an empty one.

    Raises:
        SourceError: there is none.
    """
    known = microphones()
    if not known:
        raise SourceError("There is no microphone; plug one in and look for devices again.")
    if not name:
        return next((info for info in known if info.is_default), known[0])
    for info in known:
        if info.name == name:
            return info
    raise SourceError(
        f'The microphone "{name}" is not there; plug it in and look for devices again, '
        "or choose another one."
    )


class Microphone:
    """One of the system's recording devices, from ``start`` to ``stop``; see source.Source."""

    is_live = True
    block = BLOCK

    def __init__(self, name: str = "") -> None:
        """
        Args:
            name: of a MicrophoneInfo; empty for the system's choice.

        Raises:
            SourceError: there is no such microphone, or PortAudio is missing.
        """
        self._package = _port_audio()
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

        def take(data: np.ndarray, _frames: int, times: Any, status: Any) -> None:
            reported = times.inputBufferAdcTime  # 0 where it is unknown
            measured = reported + offset if reported > 0.0 else None
            lost = bool(status.input_overflow)
            on_block(data[:, 0].copy(), clock.seconds(len(data), monotonic(), measured, lost))

        def ended() -> None:
            if not self._stopping:
                on_error(f"{self.label} was unplugged; plug it in and start again.")

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
                f"{self.label} cannot be opened ({_reason(error)}); see whether another program "
                "uses it and whether the system lets Blender use microphones."
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


def _port_audio() -> ModuleType:
    """The module sounddevice. Its first import queries the sound cards, which takes a moment.

    Raises:
        SourceError: saying what is missing and how to get it.
    """
    try:
        return import_module("sounddevice")
    except ImportError as error:
        raise SourceError(
            f"The package sounddevice, which microphones need, cannot be loaded ({error}); "
            "install the extension's zip with wheels."
        ) from error
    except OSError as error:
        remedy = _SYSTEM_PACKAGE if sys.platform == "linux" else "install the extension again."
        raise SourceError(
            f"The PortAudio library, which microphones need, cannot be loaded ({error}); {remedy}"
        ) from error


def _default_index(package: ModuleType, interfaces: Sequence[Mapping[str, Any]]) -> int:
    """That of Windows's quickest interface, else PortAudio's choice, else any, else -1."""
    defaults = {each["name"]: each["default_input_device"] for each in interfaces}
    candidates = (defaults.get(_QUICK), package.default.device[0], *defaults.values())
    return next((index for index in candidates if index is not None and index >= 0), -1)


def _reason(error: Exception) -> str:
    """The first line of PortAudio's message, without its full stop."""
    return str(error).splitlines()[0].rstrip(".")
