"""Attention weights by their offset in time."""

import numpy as np
import pytest

pytest.importorskip("torch")
from model.weights_file import DEFAULT_WEIGHTS
from tools.evaluate.attention import attention_weights, by_offset


def test_each_row_is_moved_to_its_own_time() -> None:
    blocks, size, reach, window = 2, 3, 4, 7
    weights = np.zeros((blocks, size, reach + window))
    for row in range(size):
        weights[:, row, row + reach] = 1.0  # each step attends to itself
    weights[1, 2] = 0.0
    weights[1, 2, 2 + reach - 3] = 1.0  # the last one to what was three steps before
    moved = by_offset(weights, reach)
    assert moved.shape == (6, 9)
    np.testing.assert_array_equal(moved.argmax(1), [4, 4, 4, 4, 4, 1])
    np.testing.assert_array_equal(moved.sum(1), 1)


def test_the_networks_own_weights_sum_to_one() -> None:
    samples = 0.1 * np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    rows, step = attention_weights(DEFAULT_WEIGHTS, samples)
    assert len(rows) == round(1.0 / step)
    np.testing.assert_allclose(rows.sum(1), 1, atol=1e-5)
