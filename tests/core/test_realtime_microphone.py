"""Microphones, without one: a stand-in for the package sounddevice."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from a2f.blender_audio2face.realtime import port_audio
from a2f.blender_audio2face.realtime.arrival import ArrivalClock
from a2f.blender_audio2face.realtime.errors import SourceError
from a2f.blender_audio2face.realtime.microphone import Microphone
from a2f.blender_audio2face.realtime.microphones import find_microphone, microphones


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


def test_the_list_has_what_records(package: ModuleType) -> None:
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


def test_none_and_an_unknown_one_are_told(package: ModuleType) -> None:
    with pytest.raises(SourceError, match=r'"USB" is not there; plug it in'):
        Microphone("USB")
    package.devices.clear()
    with pytest.raises(SourceError, match="There is no microphone; plug one in"):
        Microphone()


def test_blocks_come_with_their_time(package: ModuleType) -> None:
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


def test_unplugging_is_told(package: ModuleType) -> None:
    microphone, errors = Microphone(), []
    microphone.start(lambda samples, seconds: None, errors.append)
    package.streams[0].options["finished_callback"]()
    assert errors == ["Desk, ALSA was unplugged; plug it in again and start anew."]


def test_a_microphone_that_does_not_open_is_told(package: ModuleType, monkeypatch) -> None:
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
def test_what_is_missing_is_told(monkeypatch, system: str, error: Exception, sentence: str) -> None:
    def refuse(name: str) -> ModuleType:
        raise error

    monkeypatch.setattr(port_audio, "import_module", refuse)
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(SourceError, match=sentence) as raised:
        Microphone()
    assert str(raised.value).count(". ") == 0


def test_without_measured_times_the_earliest_arrivals_tell() -> None:
    clock = ArrivalClock(48000, 0.01)
    rng = np.random.default_rng(0)
    off = []
    for index in range(3000):
        true = 5.0 + index * 0.02 * 1.0001
        arrival = true + 0.03 + rng.exponential(0.02)
        off.append(clock.seconds(960, arrival, None, False) - true)
    assert max(np.abs(off[200:])) < 0.005


def test_a_measured_time_that_cannot_be_is_not_believed() -> None:
    clock = ArrivalClock(48000, 0.01)
    assert clock.seconds(960, 10.03, 10.0, False) == 10.0
    assert clock.seconds(960, 10.05, 77.0, False) == pytest.approx(10.02)
    assert clock.seconds(960, 10.07, 10.04, False) == pytest.approx(10.04, abs=1e-4)
    assert clock.seconds(960, 10.57, None, True) == pytest.approx(10.54, abs=1e-4)
