# ruff: noqa: E402 - TORCH=no leaves torch out
"""Training: seeded, resumable, and fit for the runtimes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from model.runtime import choose_runtime
from tests.core.tiny_run import TINY
from tools.data.cache import Recording, write_corpus
from tools.data.phones import Phone
from tools.train.batches import BatchMaker
from tools.train.config import read_config
from tools.train.loop import Machine, train
from tools.train.losses import contact_loss, lip_contact, target_loss

CONFIGS = Path(__file__).parents[2] / "tools" / "train" / "configs"


class StoppedError(Exception):
    """A run that is killed."""


class StoppingMaker:
    """Makes batches up to the fourth, which never comes."""

    def __init__(self, maker: BatchMaker) -> None:
        self.maker = maker

    def __len__(self) -> int:
        return len(self.maker)

    def __getitem__(self, step: int):
        if step == 3:
            raise StoppedError
        return self.maker[step]

    def feature_statistics(self, batches: int):
        return self.maker.feature_statistics(batches)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    phones = [Phone(ipa, 0.2 * i, 0.2 * i + 0.2) for i, ipa in enumerate("mɑsu")]
    recordings = [
        Recording(str(i), rng.normal(0, 0.1, 12800).astype(np.float32), "x", "en", None, phones,
                  "train")
        for i in range(3)
    ]  # fmt: skip
    write_corpus(tmp_path / "cache" / "tiny", recordings)
    return tmp_path / "cache"


def test_batches_follow_from_seed_and_step(cache: Path, tmp_path: Path) -> None:
    maker = BatchMaker(TINY, cache, tmp_path / "targets")
    again = BatchMaker(TINY, cache, tmp_path / "targets")
    assert np.array_equal(maker[5].steps, again[5].steps)
    assert not np.array_equal(maker[5].steps, maker[6].steps)
    batch = maker[0]
    assert batch.steps.shape == (2, 30 + TINY.network.right, TINY.network.input_size)
    assert batch.raw.shape == batch.known.shape == (2, 60, 52)


def test_a_stopped_run_goes_on_as_if_it_had_not(cache: Path, tmp_path: Path, monkeypatch) -> None:
    maker = BatchMaker(TINY, cache, tmp_path / "targets")
    whole = train(TINY, maker, tmp_path / "whole", Machine())

    monkeypatch.setattr("tools.train.loop._SAVE_EVERY", 2)
    with pytest.raises(StoppedError):
        train(TINY, StoppingMaker(maker), tmp_path / "parts", Machine())
    resumed = train(TINY, maker, tmp_path / "parts", Machine())

    with np.load(whole) as one, np.load(resumed) as two:
        assert all(np.array_equal(one[name], two[name]) for name in one.files)
    curves = choose_runtime("numpy", resumed).predict(np.zeros(8000, np.float32))
    assert curves.values.shape == (50, 52)


def test_fine_tuning_begins_with_the_other_runs_weights(cache: Path, tmp_path: Path) -> None:
    maker = BatchMaker(TINY, cache, tmp_path / "targets")
    first = train(TINY, maker, tmp_path / "first", Machine())
    still = replace(TINY, learning_rate=1e-12)
    second = train(
        still, maker, tmp_path / "second", Machine(), tmp_path / "first" / "checkpoint.pt"
    )
    with np.load(first) as one, np.load(second) as two:
        assert np.allclose(one["output.weight"], two["output.weight"], atol=1e-6)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_config_reads(path: Path) -> None:
    config = read_config(path)
    frames = round(config.seconds * 100)
    assert frames % config.network.block_frames == 0
    assert frames % (config.wide_block * config.network.stride) == 0


def test_losses_ask_for_closures() -> None:
    target = torch.zeros(1, 4, 52)
    known = torch.ones(1, 4, 52)
    close = TINY.network.channels.index("mouthClose")
    target[..., close] = 1.0
    shut, parted = target.clone(), torch.zeros_like(target)
    assert contact_loss(shut, target, known) < 0.01 < contact_loss(parted, target, known)
    contact = lip_contact(target)
    assert torch.equal(contact, torch.ones(1, 4))
    plain = target_loss(parted, target, known, 0 * contact)
    assert target_loss(parted, target, known, 4 * contact) == pytest.approx(3 * float(plain))
