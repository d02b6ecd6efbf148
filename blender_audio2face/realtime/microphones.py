"""The microphones that there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .errors import SourceError
from .port_audio import port_audio, said

_QUICK = "Windows WASAPI"
"""It holds sound back for 10 ms, PortAudio's own choice (MME) for 100."""


@dataclass(frozen=True)
class MicrophoneInfo:
    """One device that records.

    Attributes:
        name: its name and the system's sound interface; tells it from all others.
        index: PortAudio's number of it, until the devices are looked for again.
        rate: samples per second.
        latency: seconds that it holds sound back.
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
        search: look for the devices that are plugged in now; without it they are those at the first
            call. It ends all recordings and playbacks of the package sounddevice.

    Raises SourceError where PortAudio is missing or fails.
    """
    package = port_audio()
    try:
        if search:
            # The package has no public way to do this.
            package._terminate()
            package._initialize()
        devices, interfaces = package.query_devices(), package.query_hostapis()
    except package.PortAudioError as error:
        raise SourceError(
            f"The microphones cannot be listed ({said(error)}); check the system's sound settings."
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
    """The microphone of a name, or the system's choice for an empty one.

    Raises SourceError where there is no such.
    """
    known = microphones()
    if not known:
        raise SourceError("There is no microphone; plug one in and look for devices again.")
    if not name:
        return next((one for one in known if one.is_default), known[0])
    for one in known:
        if one.name == name:
            return one
    raise SourceError(
        f'The microphone "{name}" is not there; plug it in and look for devices again, '
        "or choose another one."
    )


def _default_index(package: ModuleType, interfaces: Sequence[Mapping[str, Any]]) -> int:
    """That of Windows's quickest interface, else PortAudio's choice, else any, else -1."""
    defaults = {one["name"]: one["default_input_device"] for one in interfaces}
    candidates = (defaults.get(_QUICK), package.default.device[0], *defaults.values())
    return next((index for index in candidates if index is not None and index >= 0), -1)
