# ruff: noqa: E402 - TORCH=no leaves torch out
"""What the phone head hears, for aligning transcripts."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from model.network_config import NetworkConfig
from tools.data.phones import PHONES
from tools.train.config import TrainConfig
from tools.train.loop import Trainee
from tools.train.posteriors import phone_listener

TINY = TrainConfig(
    seed=3, steps=4, batch=2, seconds=0.6, learning_rate=1e-3, wide_block=10, wide_share=0.5,
    phone_weight=0.1, closure_weight=2.0, smooth_weight=1.0, opening_weight=0.5,
    contact_weight=0.1, dropout=0.1, noise_share=0.2,
    corpora={"tiny": 1.0}, network=NetworkConfig(hidden=6, attention=4),
)  # fmt: skip


def test_each_frame_holds_probabilities_of_all_phones(tmp_path):
    checkpoint = tmp_path / "checkpoint.pt"
    torch.save({"trainee": Trainee(TINY).state_dict()}, checkpoint)
    listen = phone_listener(TINY, checkpoint)
    sound = np.random.default_rng(0).normal(0, 0.1, 20000).astype(np.float32)
    heard = listen(sound)
    assert heard.shape == (125, len(PHONES))
    np.testing.assert_allclose(np.exp(heard).sum(1), 1.0, atol=1e-4)
    np.testing.assert_array_equal(heard, listen(sound))
