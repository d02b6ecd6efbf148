"""The pictures are drawn from whatever a sentence has."""

import numpy as np
import pytest

from model.channels import ARKIT_52

pytest.importorskip("matplotlib")
pytest.importorskip("scipy")
pytest.importorskip("torch")
import matplotlib.pyplot as plt

from tools.evaluate.pictures import Sentence, draw_attention, draw_curves, seal


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


def test_attention_is_drawn(tmp_path) -> None:
    weights = np.eye(25, 11)
    path = draw_attention(tmp_path / "a.png", Sentence("x", "x", NOISE, []), weights, 0.02)
    assert plt.imread(path).std() > 0.01


def test_seal_is_the_share_of_the_jaw_that_is_made_up_for() -> None:
    values = np.zeros((3, 52), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = (0.4, 0.4, 0.0)
    values[:, ARKIT_52.index("mouthClose")] = (0.4, 0.1, 0.0)
    np.testing.assert_allclose(seal(values), (1.0, 0.25, 0.0), atol=1e-6)
