"""The stream: whatever the blocks, what comes out is what the whole sound gives, on time."""

import numpy as np
import pytest

from model.features import extract
from model.framing import HOP, SAMPLE_RATE, frame_count
from model.network_config import NetworkConfig
from model.numpy_network import NumpyNetwork, NumpyRuntime
from model.streaming import Stream, delay, low_latency
from model.weights_file import load_weights
from tests.support.networks import random_network


def in_one_call(config: NetworkConfig, arrays: dict, samples: np.ndarray) -> np.ndarray:
    """Channels [T, C] of features of the whole sound and one call of the network."""
    count = frame_count(len(samples))
    blocks = -(-count // config.block_frames)
    rows = blocks * config.block_frames + config.right * config.stride
    silence = (rows + config.features.look_ahead) * HOP - len(samples)
    features = extract(np.pad(samples, (0, silence)), config.features)[:rows]
    network = NumpyNetwork(config, arrays)
    steps = features.reshape(-1, config.input_size)
    return network.advance(steps, network.initial_state())[0][:count]


def cut(samples: np.ndarray, seed: int) -> list[np.ndarray]:
    """The samples in pieces of 0, 1, a few and very many samples."""
    rng = np.random.default_rng(seed)
    pieces = []
    while len(samples):
        size = int(rng.choice([0, 1, 7, 159, 160, 161, 1000, 4096, 40000]) * rng.choice([1, 1, 2]))
        pieces.append(samples[:size])
        samples = samples[size:]
    return pieces


def pushed(stream: Stream, pieces: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([*(stream.push(piece) for piece in pieces), stream.finish()])


@pytest.mark.parametrize("seed", range(6))
def test_stream_equals_the_whole_for_any_pieces(speech: np.ndarray, seed: int) -> None:
    config, arrays = random_network()
    samples = speech[: 60000 + 37 * seed]
    live = pushed(Stream(NumpyNetwork(config, arrays)), cut(samples, seed))
    assert np.abs(live - in_one_call(config, arrays, samples)).max() < 1e-5


def test_stream_equals_the_bake_with_shipped_weights(speech: np.ndarray) -> None:
    config, arrays = load_weights()
    baked = NumpyRuntime(config, arrays).predict(speech).values
    live = pushed(Stream(NumpyNetwork(config, arrays)), cut(speech, 9))
    assert baked.std() > 0.01
    assert np.abs(live - baked).max() < 1e-3


@pytest.mark.parametrize("count", [0, 1, 159, 160, 161, 1600, 16001])
def test_blocks_of_any_length_equal_the_whole(count: int) -> None:
    config, arrays = random_network()
    runtime = NumpyRuntime(config, arrays)
    samples = np.random.default_rng(count).normal(0, 0.1, count).astype(np.float32)
    whole = runtime.predict(samples).values
    assert whole.shape == (frame_count(count), 52)
    for blocks in ([samples], cut(samples, 2), [np.zeros(0, np.float32), samples]):
        assert np.array_equal(runtime.predict_blocks(iter(blocks)).values, whole)


def test_delay_is_exact(speech: np.ndarray) -> None:
    config, arrays = load_weights()
    assert delay(config) == pytest.approx(0.25)
    stream = Stream(NumpyNetwork(config, arrays))
    ahead = round(stream.delay * SAMPLE_RATE)
    given = 0
    for block in range(5):
        first = block * config.block_frames  # the frame of the block that waits longest
        heard = first * HOP + ahead
        given += len(stream.push(speech[stream._received : heard - 1]))
        assert given == first
        given += len(stream.push(speech[heard - 1 : heard]))
        assert given == first + config.block_frames


def test_low_latency_follows_the_bake(speech: np.ndarray) -> None:
    config, arrays = load_weights()
    sooner = low_latency(config)
    assert delay(sooner) == pytest.approx(0.11)
    baked = NumpyRuntime(config, arrays).predict(speech).values
    live = pushed(Stream(NumpyNetwork(sooner, arrays)), cut(speech, 4))
    assert live.shape == baked.shape
    jaw = config.channels.index("jawOpen")
    assert np.corrcoef(live[:, jaw], baked[:, jaw])[0, 1] > 0.9


def test_stream_memory_is_constant(speech: np.ndarray) -> None:
    config, arrays = random_network()
    stream = Stream(NumpyNetwork(config, arrays))

    def held() -> int:
        arrays = [*vars(stream).values(), *vars(stream._features).values()]
        return sum(
            a.size if a.base is None else a.base.size for a in arrays if isinstance(a, np.ndarray)
        )

    sizes = []
    for _ in range(3):
        stream.push(speech)
        stream.push(speech[: -(stream._received) % (config.block_frames * HOP)])
        sizes.append(held())
    assert sizes[0] == sizes[1] == sizes[2] < 5000


def test_blocks_are_read_lazily(speech: np.ndarray, monkeypatch) -> None:
    config, arrays = random_network()
    monkeypatch.setattr(NumpyNetwork, "piece", 16000)
    events: list[str] = []

    def blocks():
        for start in range(0, 64000, 8000):
            events.append("read")
            yield speech[start : start + 8000]

    seen: list[float] = []

    def progress(fraction: float) -> None:
        events.append("report")
        seen.append(fraction)

    NumpyRuntime(config, arrays).predict_blocks(blocks(), 4.0, progress)
    assert events[:3] == ["read", "read", "report"]
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0


@pytest.mark.parametrize("expected", [None, 0.5, 4.0, 100.0])
def test_wrong_expected_length_changes_only_progress(speech: np.ndarray, expected) -> None:
    config, arrays = random_network()
    runtime = NumpyRuntime(config, arrays)
    samples = speech[:64000]
    seen: list[float] = []
    curves = runtime.predict_blocks([samples], expected, seen.append)
    assert np.array_equal(curves.values, runtime.predict(samples).values)
    assert seen == sorted(seen)
    assert 0.0 <= seen[0] <= seen[-1] == 1.0
