"""The engine and its analyzer: a file in place of a microphone, with the faults of microphones."""

import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.realtime import engine as engine_module
from a2f.blender_audio2face.core.realtime.engine import Engine
from a2f.blender_audio2face.core.realtime.file_source import FileSource, file_as_microphone
from a2f.blender_audio2face.core.realtime.live_settings import LiveSettings
from a2f.blender_audio2face.core.realtime.recorder import Recorder
from a2f.blender_audio2face.core.realtime.streaming_analyzer import StreamingAnalyzer, open_stream
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.errors import BakeError
from a2f.model.audio_file import read_audio
from a2f.model.framing import frame_count
from a2f.model.numpy_network import NumpyNetwork, NumpyRuntime
from a2f.model.resampling import resample, sinc_resample
from a2f.model.streaming import Stream
from a2f.model.weights_file import load_weights

from tests.core.realtime.faulty_source import Faults, FaultySource
from tests.support.networks import random_network

SPEECH = Path(__file__).parents[2] / "data" / "surprise.flac"


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
    return engine.read_recording(), engine


@pytest.mark.parametrize("block", [0.003, 0.02, 0.31])
def test_recording_equals_bake_for_any_block_size(speech: np.ndarray, block: float) -> None:
    source = FileSource(speech, 16000, block=block, real_time=False)
    (samples, curves), engine = recorded(source)
    assert np.array_equal(samples, speech)
    baked = NumpyRuntime(*random_network()).predict(speech)
    assert curves.values.shape == (frame_count(len(speech)), 52)
    assert np.abs(curves.values - baked.values).max() < 1e-3
    counts = engine.counts
    assert (counts.missing, counts.late, counts.dropped) == (0, 0, 0)
    assert counts.blocks == -(-len(speech) // round(block * 16000))
    engine.delete_recording()
    assert engine.read_recording() is None


@pytest.mark.parametrize("rate", [44100, 48000])
def test_device_rate_gives_curves_of_bake(speech: np.ndarray, rate: int) -> None:
    device = np.concatenate(list(resample([speech[:32000]], 16000, rate)))
    runtime, network = NumpyRuntime(*load_weights()), NumpyNetwork(*load_weights())
    baked = runtime.predict(np.concatenate(list(resample([device], rate, 16000)))).values
    analyzer = StreamingAnalyzer(rate, 0.02, Stream(network), gain=False)
    size = rate // 50
    frames = [frame for i in range(0, len(device), size)
              for frame in analyzer.push(device[i : i + size], i / rate)]  # fmt: skip
    frames += analyzer.finish()
    values = np.stack([frame.values for frame in frames])
    count = min(len(values), len(baked))
    assert abs(len(values) - len(baked)) <= 1
    assert np.abs(values[:count] - baked[:count]).max() < 1e-3
    assert np.allclose([f.seconds for f in frames], 0.01 * np.arange(len(frames)), atol=1e-6)


def test_frame_arrives_within_stated_delay(speech: np.ndarray) -> None:
    rate = 48000
    device = sinc_resample(speech[:32000], 16000, rate)
    analyzer = StreamingAnalyzer(rate, 0.02, stream(), gain=False)
    for i in range(0, len(device), 480):
        heard = (i + 480) / rate
        for frame in analyzer.push(device[i : i + 480], i / rate):
            assert heard - 0.01 - frame.seconds <= analyzer.delay + 1e-6
    assert analyzer.delay < 0.26


def test_faults_keep_face_in_sync(speech: np.ndarray) -> None:
    faults = Faults(missing=0.03, late=0.03, jitter=0.004, rate_error=2e-4, seed=3)
    rate, seconds = 16000, 30
    sound = np.zeros(rate * seconds, np.float32)
    source = FaultySource(sound, rate, faults)
    analyzer = StreamingAnalyzer(rate, source.block, stream(), gain=False)
    worst = 0.0
    for samples, clock, _ in source.blocks():
        frames = analyzer.push(samples, clock)
        if frames:
            heard_rows = (np.arange(analyzer._rows - len(frames), analyzer._rows)) * 0.01
            true = heard_rows * (1 + 2e-4)
            worst = max(worst, np.abs([f.seconds for f in frames] - true).max())
    counts = analyzer.counts
    assert counts.missing >= 60
    assert counts.late >= 30
    assert abs(analyzer.expected - seconds * (1 + 2e-4)) < 0.03
    assert worst < 0.005


def test_stop_from_any_thread_ends_engine(speech: np.ndarray) -> None:
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


def test_unplugging_ends_engine_and_keeps_recording(speech: np.ndarray) -> None:
    faults = Faults(unplugged=1.0)
    source = FaultySource(speech, 16000, faults, "Desk mic")
    engine = Engine(source, stream())
    engine.start_recording()
    engine.start()
    source.done.wait(10)
    engine._thread.join(5)
    assert not engine.running
    assert engine.error == "Desk mic was unplugged; plug it in and start again."
    assert engine.frames.due(1e9) is None
    samples, curves = engine.read_recording()
    assert len(curves.values) == frame_count(len(samples))
    engine.delete_recording()


def test_source_that_cannot_start_raises(speech: np.ndarray) -> None:
    class Broken(FileSource):
        def start(self, on_block, on_error) -> None:
            raise OSError("no such device")

    engine = Engine(Broken(speech, 16000), stream())
    with pytest.raises(OSError, match="no such device"):
        engine.start()
    engine._thread.join(5)
    assert not engine.running


def test_missing_sound_is_analysed_as_silence() -> None:
    analyzer = StreamingAnalyzer(16000, 0.02, stream(), gain=False)
    assert analyzer.push_silence_until(5.0) == []
    analyzer.push(np.zeros(320, np.float32), 1.0)
    frames = analyzer.push_silence_until(2.0)
    assert frames[-1].seconds > 1.5
    assert analyzer.expected == pytest.approx(2.0)
    assert analyzer.counts.missing == 49


def test_nan_samples_give_finite_curves(speech: np.ndarray) -> None:
    analyzer = StreamingAnalyzer(16000, 0.02, stream(), gain=True)
    bad = np.full(16000, np.nan, np.float32)
    bad[::2] = np.inf
    bad[::3] = -1e38
    frames = analyzer.push(bad, 0.0) + analyzer.push(speech[:16000], 1.0)
    assert np.isfinite(np.stack([frame.values for frame in frames])).all()


def test_recording_in_the_middle_starts_at_zero(speech: np.ndarray) -> None:
    analyzer = StreamingAnalyzer(16000, 0.02, stream(), gain=False)
    whole = NumpyRuntime(*random_network()).predict(speech[:48000]).values
    blocks = [(speech[i : i + 333], i / 16000) for i in range(0, 48000, 333)]
    recorder = Recorder(analyzer.names)
    for index, (samples, seconds) in enumerate(blocks):
        if index == 40:
            analyzer.start_recording(recorder)
            assert analyzer.recording_starts_at == pytest.approx(84 * 0.01, abs=1e-3)
        if index == 100:
            recorder.end_sound()
        analyzer.push(samples[: 48000 - index * 333], seconds)
    samples, curves = recorder.read()
    first = 84
    assert np.array_equal(samples, speech[first * 160 : 100 * 333])
    rows = frame_count(len(samples))
    assert len(curves.values) == rows
    assert np.abs(curves.values - whole[first : first + rows]).max() < 1e-3
    recorder.close()


@pytest.mark.parametrize(("quick", "stated"), [(False, 0.282), (True, 0.142)])
def test_delay_is_the_sum_of_its_parts(quick: bool, stated: float) -> None:
    source = FileSource(np.zeros(0, np.float32), 48000)
    engine = Engine(source, open_stream(None, quick=quick))
    assert engine.delay == pytest.approx(stated, abs=1e-4)
    assert engine.frames.delay == engine.delay


def test_dials_change_frames_but_not_the_recording(speech: np.ndarray) -> None:
    source = FileSource(speech, 16000, real_time=False)
    network = stream()
    settings = LiveSettings(network.config.channels, Dials(overall=0.0, blinks=False))
    engine = Engine(source, network, False, settings)
    engine.start_recording()
    engine.start()
    source.done.wait(20)
    while engine.counts.blocks < len(speech) // 320:
        time.sleep(0.01)
    assert np.all(engine.frames.due(1e9).values == 0.0)
    engine.finish()
    assert engine.read_recording()[1].values.max() > 0.1
    engine.delete_recording()


def test_file_is_sent_from_its_first_sample() -> None:
    source = file_as_microphone(SPEECH)
    assert (source.rate, source.label, source.is_live) == (16000, SPEECH.name, True)
    blocks: list[np.ndarray] = []
    enough = threading.Event()

    def take(block: np.ndarray, _seconds: float) -> None:
        blocks.append(block)
        if len(blocks) == 3:
            enough.set()

    source.start(take, pytest.fail)
    assert enough.wait(30.0)
    source.stop()
    sent = np.concatenate(blocks)
    assert np.array_equal(sent, read_audio(SPEECH)[: len(sent)])


def test_file_without_sound_raises(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear all,", encoding="utf-8")
    with pytest.raises(BakeError, match=r'"letter.txt" cannot be decoded'):
        file_as_microphone(path)


def growth(analyzer: StreamingAnalyzer, blocks: int, kept: list | None = None) -> int:
    """Bytes by which Python's memory grows while some blocks of 20 ms are analysed.

    Their frames are appended to ``kept``.
    """
    noise = np.random.default_rng(0).normal(0.0, 0.1, 320).astype(np.float32)
    for _ in range(100):
        analyzer.push(noise, analyzer.expected or 0.0)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(blocks):
            frames = analyzer.push(noise, analyzer.expected)
            if kept is not None:
                kept += frames
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_while_analysing() -> None:
    network = stream()
    names = network.config.channels
    settings = LiveSettings(names, Dials(smoothing=0.0))
    analyzer = StreamingAnalyzer(16000, 0.02, network, True, settings)
    recorder = Recorder(names)
    analyzer.start_recording(recorder)
    assert growth(analyzer, 250) < 60_000
    assert growth(analyzer, 250, kept=[]) > 100_000  # 500 rows of 52 channels are noticed
    recorder.close()


@pytest.mark.parametrize(
    ("blocks", "sentence"), [(0, "sends no sound;"), (3, "sends no more sound;")]
)
def test_silent_source_ends_engine(monkeypatch, blocks: int, sentence: str) -> None:
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
