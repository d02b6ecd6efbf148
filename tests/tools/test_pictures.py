"""Pictures are drawn from whatever a sentence or a film has."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from model.channels import ARKIT_52
from tools.data.cache import Recording, write_corpus
from tools.data.phones import Phone
from tools.evaluate.capture import Film
from tools.evaluate.pictures import Sentence, draw_curves, draw_films, seal


class StillNetwork:
    name = "still"

    @staticmethod
    def of_sound(samples: np.ndarray) -> np.ndarray:
        return np.zeros((-(-len(samples) // 160), 52), np.float32)

    def __call__(self, utterance) -> np.ndarray:
        return self.of_sound(utterance.samples())


NOISE = 0.1 * np.random.default_rng(0).standard_normal(8000).astype(np.float32)


@pytest.mark.parametrize("phones", [[], [("a", 0.0, 0.3), ("sil", 0.3, 0.5)]])
def test_curves_are_drawn_with_and_without_phones(tmp_path, phones) -> None:
    path = draw_curves(tmp_path / "c.png", Sentence("x", NOISE, phones), StillNetwork())
    assert plt.imread(path).std() > 0.01
    assert not plt.get_fignums()


def test_films_are_drawn_with_and_without_phones(tmp_path) -> None:
    recordings = [
        Recording(name, NOISE, "s", "en", "m", phones, "test")
        for name, phones in (("a", [Phone("a", 0.1, 0.4)]), ("b", None))
    ]
    utterances = write_corpus(tmp_path / "grid_s26", recordings)
    time = np.arange(13) / 25
    film = Film("a", "s", Path("a.opus"), time, np.sin(9 * time), time, None, None)
    path = draw_films(tmp_path / "f.png", [(u, film) for u in utterances], [StillNetwork()])
    assert plt.imread(path).std() > 0.01
    assert not plt.get_fignums()


def test_seal_is_share_of_jaw_opening() -> None:
    values = np.zeros((3, 52), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = (0.4, 0.4, 0.0)
    values[:, ARKIT_52.index("mouthClose")] = (0.4, 0.1, 0.0)
    np.testing.assert_allclose(seal(values), (1.0, 0.25, 0.0), atol=1e-6)
