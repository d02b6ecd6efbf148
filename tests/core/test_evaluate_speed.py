"""Size and speed of networks."""

import pytest

from model.weights_file import DEFAULT_WEIGHTS, load_weights
from tools.evaluate.speed import parameters, times_real_time


def test_parameters_are_the_trained_values() -> None:
    config, arrays = load_weights(DEFAULT_WEIGHTS)
    statistics = arrays["feature_mean"].size + arrays["feature_std"].size
    assert parameters(DEFAULT_WEIGHTS) == sum(a.size for a in arrays.values()) - statistics
    assert parameters(DEFAULT_WEIGHTS) > 4 * config.hidden * config.hidden


def test_all_runtimes_are_timed() -> None:
    pytest.importorskip("torch")
    found = times_real_time({"ours": DEFAULT_WEIGHTS}, seconds=0.5)
    assert set(found) == {("ours", "numpy"), ("ours", "torch")}
    assert min(found.values()) > 0
