"""Microphones, with a stand-in for the package sounddevice."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from a2f.blender_audio2face.core.realtime import microphone as module
from a2f.blender_audio2face.core.realtime.microphone import (
    Microphone,
    find_microphone,
    microphones,
)
from a2f.blender_audio2face.errors import SourceError


class PortAudioError(Exception):
    pass


class InputStream:
    """Stands in for sounddevice.InputStream."""

    fails = False

    def __init__(self, **options) -> None:
        self.options, self.time = options, 1000.0
        self.closed = False

    def start(self) -> None:
        if self.fails:
            raise PortAudioError("Device unavailable\nsecond line")

    def send(self, samples: np.ndarray, adc: float) -> None:
        times = SimpleNamespace(inputBufferAdcTime=adc, currentTime=adc + 0.03)
        status = SimpleNamespace(input_overflow=False)
        self.options["callback"](samples[:, None], len(samples), times, status)

    def abort(self, ignore_errors: bool) -> None:
        self.options["finished_callback"]()

    def close(self, ignore_errors: bool) -> None:
        self.closed = True


@pytest.fixture
def package(monkeypatch) -> ModuleType:
    fake = ModuleType("sounddevice")
    devices = [
        {"name": "Speakers", "hostapi": 0, "max_input_channels": 0},
        {"name": "Line", "hostapi": 0, "max_input_channels": 2},
        {"name": "Desk", "hostapi": 0, "max_input_channels": 1},
    ]
    for device in devices:
        device |= {"default_samplerate": 44100.0, "default_low_input_latency": 0.01}
    interfaces = [{"name": "ALSA", "default_input_device": 1}]
    fake.searched = 0
    fake.query_devices, fake.query_hostapis = lambda: devices, lambda: interfaces
    fake.default = SimpleNamespace(device=(2, 0))
    fake.PortAudioError, fake.devices = PortAudioError, devices
    fake.streams, fake.interfaces = [], interfaces

    def open_stream(**options) -> InputStream:
        fake.streams.append(InputStream(**options))
        return fake.streams[-1]

    def search() -> None:
        fake.searched += 1

    fake.InputStream, fake._terminate, fake._initialize = open_stream, search, search
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return fake


def test_list_has_recording_devices_only(package: ModuleType) -> None:
    assert [(one.name, one.is_default) for one in microphones()] == [
        ("Line, ALSA", False),
        ("Desk, ALSA", True),
    ]
    assert package.searched == 0
    microphones(search=True)
    assert package.searched == 2
    assert find_microphone().index == 2
    assert find_microphone("Line, ALSA").index == 1
    package.default.device = (-1, -1)
    assert find_microphone().index == 1
    package.default.device = (1, -1)
    package.interfaces.append({"name": "Windows WASAPI", "default_input_device": 2})
    assert find_microphone().index == 2


def test_missing_microphone_raises(package: ModuleType) -> None:
    with pytest.raises(SourceError, match=r'"USB" is not there; plug it in'):
        Microphone("USB")
    package.devices.clear()
    with pytest.raises(SourceError, match="There is no microphone; plug one in"):
        Microphone()


def test_blocks_arrive_with_their_time(package: ModuleType) -> None:
    microphone = Microphone()
    assert (microphone.rate, microphone.label) == (44100, "Desk, ALSA")
    assert microphone.latency == pytest.approx(0.03)
    taken, errors = [], []
    microphone.start(lambda samples, seconds: taken.append((samples, seconds)), errors.append)
    (stream,) = package.streams
    assert stream.options["channels"] == 1
    began = microphone.now() - 0.05
    for index in range(3):
        stream.send(np.full(882, 0.1 * index, np.float32), 999.9 + 0.02 * index)
    assert [samples[0] for samples, _ in taken] == pytest.approx([0.0, 0.1, 0.2])
    assert np.diff([seconds for _, seconds in taken]) == pytest.approx([0.02, 0.02])
    assert taken[0][1] == pytest.approx(began - 0.05, abs=0.05)
    microphone.stop()
    assert stream.closed
    assert errors == []
    microphone.stop()


def test_unplugging_is_reported(package: ModuleType) -> None:
    microphone, errors = Microphone(), []
    microphone.start(lambda samples, seconds: None, errors.append)
    package.streams[0].options["finished_callback"]()
    assert errors == ["Desk, ALSA was unplugged; plug it in and start again."]


def test_microphone_that_does_not_open_raises(package: ModuleType, monkeypatch) -> None:
    monkeypatch.setattr(InputStream, "fails", True)
    with pytest.raises(SourceError, match=r"Desk, ALSA cannot be opened \(Device unavailable\);"):
        Microphone().start(lambda samples, seconds: None, print)
    assert package.streams[0].closed


@pytest.mark.parametrize(
    ("system", "error", "sentence"),
    [
        ("linux", OSError("PortAudio library not found"), "apt install libportaudio2"),
        ("win32", OSError("no DLL"), "install the extension again"),
        ("linux", ImportError("no module"), "install the extension's zip with wheels"),
    ],
)
def test_missing_package_says_how_to_get_it(
    monkeypatch, system: str, error: Exception, sentence: str
) -> None:
    def refuse(name: str) -> ModuleType:
        raise error

    monkeypatch.setattr(module, "import_module", refuse)
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(SourceError, match=sentence) as raised:
        Microphone()
    assert str(raised.value).count(". ") == 0
