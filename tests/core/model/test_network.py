"""The network: NumPy against torch, chunking, bounded look-ahead, the lip seal."""

import numpy as np
import pytest

from model.channels import ARKIT_52
from model.features import FeatureConfig
from model.framing import HOP
from model.lip_seal import TUCK_ROLL, TUCKED_JAW, apply_seal, remove_seal
from model.numpy_network import NumpyNetwork, NumpyRuntime
from model.weights_file import load_weights
from tests.support.networks import random_network


def test_numpy_equals_torch_on_speech(speech: np.ndarray) -> None:
    torch_runtime = pytest.importorskip("model.torch_runtime", exc_type=ImportError)
    for config, arrays in (load_weights(), random_network()):
        ours = NumpyRuntime(config, arrays).predict(speech)
        theirs = torch_runtime.TorchRuntime(config, arrays, "cpu").predict(speech)
        assert ours.values.std() > 0.01
        assert np.abs(ours.values - theirs.values).max() < 1e-4


def test_piece_size_does_not_change_curves(speech: np.ndarray, monkeypatch) -> None:
    config, arrays = random_network()
    whole = NumpyRuntime(config, arrays).predict(speech).values
    monkeypatch.setattr(NumpyNetwork, "piece", 5000)
    assert np.abs(NumpyRuntime(config, arrays).predict(speech).values - whole).max() < 1e-5


def test_look_ahead_is_bounded(speech: np.ndarray) -> None:
    config, arrays = random_network()
    runtime = NumpyRuntime(config, arrays)
    assert config.look_ahead == 23
    changed_from = 200
    other = speech.copy()
    longest_window = 640  # of the correlogram, centred on its frame
    first_sample = changed_from * HOP + longest_window // 2
    assert config.look_ahead * HOP + longest_window // 2 <= 0.26 * 16000
    other[first_sample:] = np.random.default_rng(1).normal(0, 0.1, len(other) - first_sample)
    change = np.abs(runtime.predict(speech).values - runtime.predict(other).values).max(1)
    unchanged = changed_from - config.look_ahead
    assert change[: unchanged + 1].max() < 1e-6
    assert change[changed_from:].max() > 1e-3


def test_progress_ascends_and_can_abort(speech: np.ndarray) -> None:
    class StopError(Exception):
        pass

    def stop(_fraction: float) -> None:
        raise StopError

    config, arrays = random_network()
    with pytest.raises(StopError):
        NumpyRuntime(config, arrays).predict(speech, stop)
    seen: list[float] = []
    NumpyRuntime(config, arrays).predict(speech, seen.append)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0
    assert seen == sorted(seen)


def test_apply_seal_shuts_the_lips() -> None:
    raw = np.full((1, 52), 0.4, np.float32)
    raw[:, ARKIT_52.index("mouthClose")] = 1.0
    raw[:, ARKIT_52.index("mouthRollLower")] = 0.2
    sealed = apply_seal(ARKIT_52, raw)[0]
    assert sealed[ARKIT_52.index("mouthClose")] == pytest.approx(0.4)
    assert sealed[ARKIT_52.index("jawOpen")] == pytest.approx(0.4)
    assert sealed[ARKIT_52.index("mouthUpperUpLeft")] == 0.0


def test_apply_seal_of_a_tuck_nearly_shuts_the_jaw() -> None:
    raw = np.full((1, 52), 0.4, np.float32)
    raw[:, ARKIT_52.index("mouthClose")] = 0.0
    raw[:, ARKIT_52.index("mouthRollLower")] = 1.0
    tucked = apply_seal(ARKIT_52, raw)[0]
    assert tucked[ARKIT_52.index("jawOpen")] == pytest.approx(0.4 * TUCKED_JAW)
    assert tucked[ARKIT_52.index("mouthRollLower")] == pytest.approx(TUCK_ROLL)
    assert tucked[ARKIT_52.index("mouthLowerDownLeft")] == 0.0


def test_remove_seal_inverts_apply_seal() -> None:
    raw = np.random.default_rng(3).uniform(0.1, 0.6, (200, 52)).astype(np.float32)
    channels = apply_seal(ARKIT_52, raw)
    again = apply_seal(ARKIT_52, np.nan_to_num(remove_seal(ARKIT_52, channels)))
    exact = [ARKIT_52.index(name) for name in ("jawOpen", "mouthRollLower")]
    assert np.allclose(again[:, exact], channels[:, exact], atol=1e-5)
    close = ARKIT_52.index("mouthClose")  # all but sealed counts as sealed
    assert np.allclose(again[:, close], channels[:, close], atol=0.05 * channels[:, exact[0]].max())


@pytest.mark.parametrize("changes", [
    {"bidirectional": False, "attention": 0}, {"attention": 0}, {"stride": 1},
    {"features": FeatureConfig(spectrum="log_mel", pitch=False)},
], ids=["LSTM", "BiLSTM", "10 ms steps", "log mel"])  # fmt: skip
def test_variants_are_equal_on_both_runtimes(speech: np.ndarray, changes: dict) -> None:
    torch_runtime = pytest.importorskip("model.torch_runtime", exc_type=ImportError)
    config, arrays = random_network(**changes)
    ours = NumpyRuntime(config, arrays).predict(speech)
    theirs = torch_runtime.TorchRuntime(config, arrays, "cpu").predict(speech)
    assert ours.values.std() > 0.01
    assert np.abs(ours.values - theirs.values).max() < 1e-4
