"""The engine: a file as a microphone, with the faults microphones have."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.shaping.shape import shape
from a2f.blender_audio2face.realtime import engine as engine_module
from a2f.blender_audio2face.realtime.engine import Engine
from a2f.blender_audio2face.realtime.file_source import Faults, FileSource
from a2f.blender_audio2face.realtime.hearing import Hearing
from a2f.blender_audio2face.realtime.showing import Showing
from a2f.model.audio_file import read_audio
from a2f.model.framing import frame_count
from a2f.model.numpy_network import NumpyNetwork, NumpyRuntime
from a2f.model.resampling import resample, sinc_resample
from a2f.model.sampling import sample_at
from a2f.model.streaming import Stream, low_latency
from a2f.model.weights_file import load_weights

from .networks import random_network

SPEECH = Path(__file__).parents[1] / "data" / "surprise.flac"


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return read_audio(SPEECH)


def stream() -> Stream:
    return Stream(NumpyNetwork(*random_network()))


def recorded(source: FileSource, gain: bool = False):
    """The take of a whole source, and the engine."""
    engine = Engine(source, stream(), gain=gain)
    engine.start_recording()
    engine.start()
    source.done.wait(20)
    engine.finish()
    return engine.recorded(), engine


@pytest.mark.parametrize("block", [0.003, 0.02, 0.31])
def test_the_take_is_the_bake_whatever_the_blocks(speech: np.ndarray, block: float) -> None:
    source = FileSource(speech, 16000, block=block, real_time=False)
    (samples, curves), engine = recorded(source)
    assert np.array_equal(samples, speech)
    baked = NumpyRuntime(*random_network()).predict(speech)
    assert curves.values.shape == (frame_count(len(speech)), 52)
    assert np.abs(curves.values - baked.values).max() < 1e-3
    counts = engine.counts
    assert (counts.missing, counts.late, counts.dropped) == (0, 0, 0)
    assert counts.blocks == -(-len(speech) // round(block * 16000))
    engine.forget_take()
    assert engine.recorded() is None


@pytest.mark.parametrize("rate", [44100, 48000])
def test_device_rates_give_the_bake_of_the_same_sound(speech: np.ndarray, rate: int) -> None:
    device = np.concatenate(list(resample([speech[:32000]], 16000, rate)))
    runtime = NumpyRuntime(*load_weights())
    baked = runtime.predict(np.concatenate(list(resample([device], rate, 16000)))).values
    hearing = Hearing(rate, 0.02, Stream(runtime.network), gain=False)
    size = rate // 50
    frames = [frame for i in range(0, len(device), size)
              for frame in hearing.hear(device[i : i + size], i / rate)]  # fmt: skip
    frames += hearing.finish()
    values = np.stack([frame.values for frame in frames])
    count = min(len(values), len(baked))
    assert abs(len(values) - len(baked)) <= 1
    assert np.abs(values[:count] - baked[:count]).max() < 1e-3
    assert np.allclose([f.seconds for f in frames], 0.01 * np.arange(len(frames)), atol=1e-6)


def test_a_frame_comes_within_the_stated_delay(speech: np.ndarray) -> None:
    rate = 48000
    device = sinc_resample(speech[:32000], 16000, rate)
    hearing = Hearing(rate, 0.02, stream(), gain=False)
    for i in range(0, len(device), 480):
        heard = (i + 480) / rate
        for frame in hearing.hear(device[i : i + 480], i / rate):
            assert heard - 0.01 - frame.seconds <= hearing.delay + 1e-6
    assert hearing.delay < 0.26


def test_faults_do_not_move_the_face_against_the_voice(speech: np.ndarray) -> None:
    """Clicks in the sound, seen from far, stay where they were."""
    faults = Faults(missing=0.03, late=0.03, jitter=0.004, rate_error=2e-4, seed=3)
    rate, seconds = 16000, 30
    sound = np.zeros(rate * seconds, np.float32)
    source = FileSource(sound, rate, real_time=False, faults=faults)
    hearing = Hearing(rate, source.block, stream(), gain=False)
    worst = 0.0
    for samples, clock, _ in source.blocks():
        frames = hearing.hear(samples, clock)
        if frames:
            heard_rows = (np.arange(hearing._made - len(frames), hearing._made)) * 0.01
            true = heard_rows * (1 + 2e-4)
            worst = max(worst, np.abs([f.seconds for f in frames] - true).max())
    counts = hearing.counts
    assert counts.missing >= 60
    assert counts.late >= 30
    assert abs(hearing.expected - seconds * (1 + 2e-4)) < 0.03
    assert worst < 0.005


def test_stop_is_quick_and_safe_from_anywhere(speech: np.ndarray) -> None:
    source = FileSource(speech, 16000)
    engine = Engine(source, stream())
    engine.stop()
    with pytest.raises(RuntimeError):
        engine.start()
    engine = Engine(source, stream())
    engine.start()
    with pytest.raises(RuntimeError):
        engine.start()
    until = time.monotonic() + 5.0
    while engine.counts.blocks < 3 and time.monotonic() < until:
        time.sleep(0.01)
    assert engine.running
    assert engine.level[1] > -90.0
    threads = [threading.Thread(target=engine.stop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2.0)
    engine.stop()
    assert not engine.running
    assert engine.error is None
    assert engine.frames.due(1e9) is None
    assert not any(t.name.startswith("audio2face") for t in threading.enumerate())


def test_unplugging_ends_with_a_sentence_and_keeps_the_take(speech: np.ndarray) -> None:
    faults = Faults(unplugged=1.0)
    source = FileSource(speech, 16000, "Desk mic", real_time=False, faults=faults)
    engine = Engine(source, stream())
    engine.start_recording()
    engine.start()
    source.done.wait(10)
    engine._thread.join(5)
    assert not engine.running
    assert engine.error == "Desk mic was unplugged; plug it in again and start anew."
    assert engine.frames.due(1e9) is None
    samples, curves = engine.recorded()
    assert len(curves.values) == frame_count(len(samples))
    engine.forget_take()


def test_a_source_that_cannot_start_says_so(speech: np.ndarray) -> None:
    class Broken(FileSource):
        def start(self, on_block, on_error) -> None:
            raise OSError("no such device")

    engine = Engine(Broken(speech, 16000), stream())
    with pytest.raises(OSError, match="no such device"):
        engine.start()
    engine._thread.join(5)
    assert not engine.running


def test_silence_is_heard_when_nothing_comes() -> None:
    hearing = Hearing(16000, 0.02, stream(), gain=False)
    assert hearing.hear_nothing(5.0) == []
    hearing.hear(np.zeros(320, np.float32), 1.0)
    frames = hearing.hear_nothing(2.0)
    assert frames[-1].seconds > 1.5
    assert hearing.expected == pytest.approx(2.0)
    assert hearing.counts.missing == 49


def test_sound_that_is_no_number_is_silence(speech: np.ndarray) -> None:
    hearing = Hearing(16000, 0.02, stream(), gain=True)
    bad = np.full(16000, np.nan, np.float32)
    bad[::2] = np.inf
    bad[::3] = -1e38
    frames = hearing.hear(bad, 0.0) + hearing.hear(speech[:16000], 1.0)
    assert np.isfinite(np.stack([frame.values for frame in frames])).all()


def test_a_take_in_the_middle_starts_at_its_own_zero(speech: np.ndarray) -> None:
    from a2f.blender_audio2face.realtime.recorder import Recorder

    hearing = Hearing(16000, 0.02, stream(), gain=False)
    whole = NumpyRuntime(*random_network()).predict(speech[:48000]).values
    blocks = [(speech[i : i + 333], i / 16000) for i in range(0, 48000, 333)]
    recorder = Recorder(hearing.names)
    for index, (samples, seconds) in enumerate(blocks):
        if index == 40:
            hearing.record(recorder)
            assert hearing.take_begins == pytest.approx(84 * 0.01, abs=1e-3)
        if index == 100:
            recorder.end_sound()
        hearing.hear(samples[: 48000 - index * 333], seconds)
    samples, curves = recorder.read()
    first = 84
    assert np.array_equal(samples, speech[first * 160 : 100 * 333])
    rows = frame_count(len(samples))
    assert len(curves.values) == rows
    assert np.abs(curves.values - whole[first : first + rows]).max() < 1e-3
    recorder.close()


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0])
def test_frames_at_any_rate_are_those_of_the_bake(speech: np.ndarray, fps: float) -> None:
    config, arrays = load_weights()
    dials = Dials(jaw=1.3, smoothing=0.0, blinks=False)
    showing = Showing(config.channels, dials, fps)
    hearing = Hearing(16000, 0.02, Stream(NumpyNetwork(config, arrays)), False, showing)
    frames = []
    for i in range(0, len(speech), 320):
        new = hearing.hear(speech[i : i + 320], i / 16000)
        heard = (i + 320) / 16000
        assert all(heard - 0.02 - frame.seconds <= hearing.delay + 1e-6 for frame in new)
        frames += new
    frames += hearing.finish()
    times = np.array([frame.seconds for frame in frames])
    assert np.allclose(times, np.arange(len(frames)) / fps, atol=1e-6)
    baked = shape(NumpyRuntime(config, arrays).predict(speech), dials)
    values = np.stack([frame.values for frame in frames])
    assert np.abs(values - sample_at(baked, times)).max() < 1e-3


def test_the_delay_is_what_its_parts_say() -> None:
    config, arrays = load_weights()
    source = FileSource(np.zeros(0, np.float32), 48000)
    for chosen, fps, stated in (
        (config, None, 0.282),
        (config, 60.0, 0.282 + 1 / 60 + 0.00667),
        (low_latency(config), None, 0.142),
    ):
        showing = Showing(config.channels, fps=fps)
        engine = Engine(source, Stream(NumpyNetwork(chosen, arrays)), showing=showing)
        assert engine.delay == pytest.approx(stated, abs=1e-4)
        assert engine.frames.delay == engine.delay


@pytest.mark.parametrize(
    ("blocks", "sentence"), [(0, "sends no sound;"), (3, "sends no more sound;")]
)
def test_a_source_that_falls_silent_is_given_up(monkeypatch, blocks: int, sentence: str) -> None:
    class Silent(FileSource):
        def start(self, on_block, on_error) -> None:
            for index in range(blocks):
                on_block(np.zeros(320, np.float32), 0.02 * index)

    monkeypatch.setattr(engine_module, "_FIRST", 0.3)
    monkeypatch.setattr(engine_module, "_LOST", 0.5)
    engine = Engine(Silent(np.zeros(0, np.float32), 16000, "Desk"), stream())
    engine.start()
    engine._thread.join(10)
    assert engine.error.startswith(f"Desk {sentence}")
    assert not engine.running
    assert (engine.counts.missing > 0) == (blocks > 0)
