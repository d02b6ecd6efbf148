# ruff: noqa: E402 - TORCH=no leaves torch out
"""The torch runtime as a stream, and the forms that a GPU runs, checked on the CPU."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from model.features import measure
from model.framing import HOP
from model.network import cells_at_ends
from model.numpy_network import NumpyRuntime
from model.streaming import Stream
from model.torch_runtime import TorchMeasure, TorchRuntime
from model.weights_file import load_weights
from tests.support.networks import random_network


@pytest.fixture(scope="module")
def lstm() -> torch.nn.LSTM:
    torch.manual_seed(0)
    return torch.nn.LSTM(6, 5, batch_first=True).eval()


def random_state(batch: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(1, batch, 5).tanh(), torch.randn(1, batch, 5)


@torch.inference_mode()
def test_cells_at_ends_equal_the_lstms(lstm: torch.nn.LSTM) -> None:
    inputs, state = torch.randn(3, 35, 6), random_state(3)
    hidden, _ = lstm(inputs, state)
    cells = cells_at_ends(lstm, inputs, hidden, state, block=5)
    for k in range(7):
        _, (_, cell) = lstm(inputs[:, : 5 * (k + 1)], state)
        assert torch.allclose(cells[:, k], cell[0], atol=1e-5)


def test_gpu_form_gives_the_same_curves(speech: np.ndarray) -> None:
    config, arrays = load_weights()
    runtime = TorchRuntime(config, arrays, "cpu")
    runtime.piece = len(speech) // 2
    runtime.measure = TorchMeasure("cpu")
    baked = NumpyRuntime(config, arrays).predict(speech).values
    assert np.abs(runtime.predict(speech).values - baked).max() < 1e-3


def test_torch_measure_equals_numpy(speech: np.ndarray) -> None:
    for config in (load_weights()[0].features, random_network()[0].features):
        for sound in (speech[: 100 * HOP], np.zeros(2000, np.float32)):
            pairs = zip(measure(sound, config), TorchMeasure("cpu")(sound, config), strict=True)
            for ours, theirs in pairs:
                assert np.abs(ours - theirs).max() < 1e-3


def test_torch_stream_equals_its_bake(speech: np.ndarray) -> None:
    config, arrays = random_network()
    runtime = TorchRuntime(config, arrays, "cpu")
    samples = speech[:40000]
    stream = Stream(runtime)
    pieces = [stream.push(part) for part in np.split(samples, [1, 700, 9000, 30000])]
    live = np.concatenate([*pieces, stream.finish()])
    assert np.abs(live - runtime.predict(samples).values).max() < 1e-5
