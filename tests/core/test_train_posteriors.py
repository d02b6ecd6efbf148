# ruff: noqa: E402 - TORCH=no leaves torch out
"""What the phone head hears, for aligning transcripts."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.core.tiny_run import TINY
from tools.data.phones import PHONES
from tools.train.loop import Trainee
from tools.train.posteriors import phone_listener


def test_each_frame_holds_probabilities_of_all_phones(tmp_path):
    checkpoint = tmp_path / "checkpoint.pt"
    torch.save({"trainee": Trainee(TINY).state_dict()}, checkpoint)
    listen = phone_listener(TINY, checkpoint)
    sound = np.random.default_rng(0).normal(0, 0.1, 20000).astype(np.float32)
    heard = listen(sound)
    assert heard.shape == (125, len(PHONES))
    np.testing.assert_allclose(np.exp(heard).sum(1), 1.0, atol=1e-4)
    np.testing.assert_array_equal(heard, listen(sound))
