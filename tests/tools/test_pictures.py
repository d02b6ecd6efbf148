"""Pictures are drawn from whatever a sentence has; attention weights by their offset in time."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

pytest.importorskip("torch")

from model.channels import ARKIT_52
from model.weights_file import DEFAULT_WEIGHTS
from tools.evaluate.pictures import Sentence, attention_weights, by_offset, draw_curves, seal


class StillNetwork:
    name = "still"

    @staticmethod
    def of_sound(samples: np.ndarray) -> np.ndarray:
        return np.zeros((-(-len(samples) // 160), 52), np.float32)


NOISE = 0.1 * np.random.default_rng(0).standard_normal(8000).astype(np.float32)


@pytest.mark.parametrize("phones", [[], [("a", 0.0, 0.3), ("sil", 0.3, 0.5)]])
def test_curves_are_drawn_with_and_without_phones(tmp_path, phones) -> None:
    path = draw_curves(tmp_path / "c.png", Sentence("x", "x", NOISE, phones), StillNetwork())
    assert plt.imread(path).std() > 0.01
    assert not plt.get_fignums()


def test_seal_is_share_of_jaw_opening() -> None:
    values = np.zeros((3, 52), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = (0.4, 0.4, 0.0)
    values[:, ARKIT_52.index("mouthClose")] = (0.4, 0.1, 0.0)
    np.testing.assert_allclose(seal(values), (1.0, 0.25, 0.0), atol=1e-6)


def test_attention_rows_move_to_their_own_time() -> None:
    blocks, size, reach, window = 2, 3, 4, 7
    weights = np.zeros((blocks, size, reach + window))
    for row in range(size):
        weights[:, row, row + reach] = 1.0  # each step attends to itself
    weights[1, 2] = 0.0
    weights[1, 2, 2 + reach - 3] = 1.0  # the last step attends to three steps before
    moved = by_offset(weights, reach)
    assert moved.shape == (6, 9)
    np.testing.assert_array_equal(moved.argmax(1), [4, 4, 4, 4, 4, 1])
    np.testing.assert_array_equal(moved.sum(1), 1)


def test_attention_of_the_network_sums_to_one() -> None:
    samples = 0.1 * np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    rows, step = attention_weights(DEFAULT_WEIGHTS, samples)
    assert len(rows) == round(1.0 / step)
    np.testing.assert_allclose(rows.sum(1), 1, atol=1e-5)
