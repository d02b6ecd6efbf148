# ruff: noqa: E402 - TORCH=no leaves torch out
"""Training: seeded, resumable, fit for the runtimes; fine-tuning on a captured actor."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from model.channels import ARKIT_52
from model.network import AttentionBiLSTM
from model.network_config import NetworkConfig
from model.runtime import choose_runtime
from model.weights_file import load_weights, save_weights
from tools.data.cache import Recording, curve_rows, load, write_corpus
from tools.data.phones import PHONES, Phone
from tools.train.__main__ import main
from tools.train.batches import BatchMaker, NoDataError, corpus_targets
from tools.train.config import TrainConfig, read_config
from tools.train.loop import Machine, train
from tools.train.posteriors import phone_recogniser
from tools.train.trainee import Trainee, contact_loss, lip_contact, target_loss

CONFIGS = Path(__file__).parents[2] / "tools" / "train" / "configs"
JAW, CLOSE, PUCKER = (ARKIT_52.index(name) for name in ("jawOpen", "mouthClose", "mouthPucker"))
FIELDS = {
    "seed": 3, "steps": 4, "batch": 2, "seconds": 0.6, "learning_rate": 1e-3, "wide_block": 10,
    "wide_share": 0.5, "phone_weight": 0.1, "closure_weight": 2.0, "smooth_weight": 1.0,
    "opening_weight": 0.5, "contact_weight": 0.1, "dropout": 0.1, "noise_share": 0.2,
}  # fmt: skip
TINY = TrainConfig(
    **FIELDS, corpora={"tiny": 1.0}, network=NetworkConfig(hidden=6, attention=4)
)  # fmt: skip
ANNA = replace(TINY, steps=3, dropout=0.0, noise_share=0.0, corpora={"anna": 1.0})


class StoppedError(Exception):
    """A run that is killed."""


class StoppingMaker(BatchMaker):
    """Makes batches up to the fourth, which never comes."""

    def __getitem__(self, step: int):
        if step == 3:
            raise StoppedError
        return super().__getitem__(step)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Labelled speech ("tiny"), and an actor whose jaw alone was captured, from 0.2 s on."""
    rng = np.random.default_rng(0)
    phones = [Phone(ipa, 0.2 * i, 0.2 * i + 0.2) for i, ipa in enumerate("mɑsu")]
    labelled, captured = [], []
    for name in "012":
        sound = rng.normal(0, 0.1, 12800).astype(np.float32)
        curves = np.full((curve_rows(12800), 52), np.nan, np.float32)
        curves[20:, JAW] = rng.uniform(0.2, 0.8, len(curves) - 20)
        labelled.append(Recording(name, sound, "x", "en", None, phones, "train"))
        captured.append(
            Recording(name, sound, "anna", "en", None, None, "train", curves=curves)
        )  # fmt: skip
    write_corpus(tmp_path / "cache" / "tiny", labelled)
    write_corpus(tmp_path / "cache" / "anna", captured)
    return tmp_path / "cache"


@pytest.fixture
def maker(cache: Path, tmp_path: Path) -> BatchMaker:
    return BatchMaker(TINY, cache, tmp_path / "targets")


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """An untrained network's weights file."""
    torch.manual_seed(0)
    arrays = {k: v.numpy() for k, v in AttentionBiLSTM(TINY.network).state_dict().items()}
    arrays["feature_std"] = np.ones_like(arrays["feature_std"])
    save_weights(tmp_path / "start.npz", TINY.network, arrays)
    return tmp_path / "start.npz"


def test_batches_follow_from_seed_and_step(maker: BatchMaker, cache: Path, tmp_path: Path) -> None:
    again = BatchMaker(TINY, cache, tmp_path / "targets")
    assert np.array_equal(maker[5].steps, again[5].steps)
    assert not np.array_equal(maker[5].steps, maker[6].steps)
    batch = maker[0]
    assert batch.steps.shape == (2, 30 + TINY.network.right, TINY.network.input_size)
    assert batch.raw.shape == batch.known.shape == (2, 60, 52)


def test_stopped_run_resumes_bit_for_bit(
    maker: BatchMaker, cache: Path, tmp_path: Path, monkeypatch
) -> None:
    whole = train(TINY, maker, tmp_path / "whole", Machine())

    monkeypatch.setattr("tools.train.loop._SAVE_EVERY", 2)
    stopping = StoppingMaker(TINY, cache, tmp_path / "targets")
    stopping.feature_statistics = maker.feature_statistics
    with pytest.raises(StoppedError):
        train(TINY, stopping, tmp_path / "parts", Machine())
    resumed = train(TINY, maker, tmp_path / "parts", Machine())

    with np.load(whole) as first, np.load(resumed) as second:
        assert all(np.array_equal(first[name], second[name]) for name in first.files)
    curves = choose_runtime("numpy", resumed).predict(np.zeros(8000, np.float32))
    assert curves.values.shape == (50, 52)


def test_validation_changes_no_weight(maker: BatchMaker, tmp_path: Path, monkeypatch) -> None:
    plain = train(TINY, maker, tmp_path / "plain", Machine())
    monkeypatch.setattr("tools.train.loop._VALIDATE_EVERY", 2)
    watched = train(TINY, maker, tmp_path / "watched", Machine(), held_out=maker)
    with np.load(plain) as first, np.load(watched) as second:
        assert all(np.array_equal(first[name], second[name]) for name in first.files)


def test_run_can_begin_with_checkpoint_of_another(maker: BatchMaker, tmp_path: Path) -> None:
    first = train(TINY, maker, tmp_path / "first", Machine())
    still = replace(TINY, learning_rate=1e-12)
    second = train(
        still, maker, tmp_path / "second", Machine(), tmp_path / "first" / "checkpoint.pt"
    )
    with np.load(first) as before, np.load(second) as after:
        assert np.allclose(before["output.weight"], after["output.weight"], atol=1e-6)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_config_reads_and_its_crops_are_whole_blocks(path: Path) -> None:
    config = read_config(path)
    frames = round(config.seconds * 100)
    assert frames % config.network.block_frames == 0
    assert frames % (config.wide_block * config.network.stride) == 0


def test_losses_ask_for_closures() -> None:
    target = torch.zeros(1, 4, 52)
    known = torch.ones(1, 4, 52)
    target[..., CLOSE] = 1.0
    shut, parted = target.clone(), torch.zeros_like(target)
    assert contact_loss(shut, target, known) < 0.01 < contact_loss(parted, target, known)
    contact = lip_contact(target)
    assert torch.equal(contact, torch.ones(1, 4))
    plain = target_loss(parted, target, known, 0 * contact)
    assert target_loss(parted, target, known, 4 * contact) == pytest.approx(3 * float(plain))


def test_posteriors_are_probabilities_of_each_frame(tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.pt"
    torch.save({"trainee": Trainee(TINY).state_dict()}, checkpoint)
    recognise = phone_recogniser(TINY, checkpoint)
    sound = np.random.default_rng(0).normal(0, 0.1, 20000).astype(np.float32)
    posteriors = recognise(sound)
    assert posteriors.shape == (125, len(PHONES))
    np.testing.assert_allclose(np.exp(posteriors).sum(1), 1.0, atol=1e-4)
    np.testing.assert_array_equal(posteriors, recognise(sound))


def constant(samples: np.ndarray) -> np.ndarray:
    """Stands in for a network: jaw at 0.4, lips half sealed, a little pucker."""
    values = np.zeros((curve_rows(len(samples)), 52), np.float32)
    values[:, [JAW, CLOSE, PUCKER]] = 0.4, 0.2, 0.1
    return values


def test_unknown_channels_keep_the_networks_values(cache: Path, tmp_path: Path) -> None:
    utterances = load(cache, ["anna"])
    captured = np.concatenate([u.curves()[:, JAW] for u in utterances])
    known = np.isfinite(captured)
    free = corpus_targets(utterances, tmp_path).raw
    assert np.isnan(np.delete(free, JAW, 1)).all()
    kept = corpus_targets(utterances, tmp_path, constant).raw
    np.testing.assert_allclose(kept[known, JAW], captured[known])
    np.testing.assert_allclose(kept[~known, JAW], 0.4)
    np.testing.assert_allclose(kept[:, PUCKER], 0.1)
    # The lips' seal is a share of the jaw, whether captured or the network's.
    assert 0.2 < kept[0, CLOSE] < 0.6
    np.testing.assert_allclose(kept[:, CLOSE], kept[0, CLOSE])


def test_pull_draws_weights_back(cache: Path, start: Path, tmp_path: Path) -> None:
    maker = BatchMaker(ANNA, cache, tmp_path / "targets")
    before = load_weights(start)[1]

    def moved(pull: float) -> float:
        folder = tmp_path / f"pull{pull}"
        _, after = load_weights(train(replace(ANNA, pull=pull), maker, folder, Machine(), start))
        return max(float(np.abs(after[name] - before[name]).max()) for name in before)

    free, held = moved(0.0), moved(500.0)
    assert free > 1e-4
    assert held < 0.75 * free


@pytest.fixture
def actor_config(tmp_path: Path) -> Path:
    fields = FIELDS | {"steps": 2, "keep_unknown": True, "pull": 1.0}
    lines = [f"{name} = {str(value).lower()}" for name, value in fields.items()]
    path = tmp_path / "actor.toml"
    path.write_text("\n".join([*lines, "[corpora]", "nobody = 1.0"]))
    return path


def test_command_writes_weights_and_pictures(
    cache: Path, start: Path, tmp_path: Path, actor_config: Path
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    row = dict.fromkeys(("target", "smooth", "opening", "contact", "phone"), 0.1)
    (run / "log.jsonl").write_text(f'{{"step": 20, {str(row)[1:]}\n'.replace("'", '"'))
    arguments = [str(actor_config), "--cache", str(cache), "--out", str(run),
                 "--finetune", str(start), "--corpora", "anna=0.7", "--workers", "0"]  # fmt: skip
    assert main(arguments) == 0
    network, arrays = load_weights(run / "attention_bilstm.npz")
    assert network == TINY.network
    assert not np.array_equal(arrays["output.weight"], load_weights(start)[1]["output.weight"])
    assert (run / "losses.png").is_file()


def test_command_names_what_is_missing(
    cache: Path, start: Path, tmp_path: Path, actor_config: Path, capsys
) -> None:
    common = ["--cache", str(cache), "--out", str(tmp_path / "run")]
    for arguments, part in (
        ([str(actor_config)], "--finetune"),
        ([str(actor_config), "--finetune", str(tmp_path / "gone.npz")], "gone.npz"),
        ([str(actor_config), "--finetune", str(start)], "corpus nobody"),
        (["gone.toml"], "gone.toml"),
    ):
        assert main([*arguments, *common]) == 1
        (error,) = capsys.readouterr().err.splitlines()
        assert part in error


def test_corpus_without_labels_is_refused(tmp_path: Path) -> None:
    sound = np.zeros(1600, np.float32)
    write_corpus(tmp_path / "c" / "anna", [Recording("a", sound, "a", "en", None, None, "train")])
    with pytest.raises(NoDataError, match="No corpus"):
        BatchMaker(ANNA, tmp_path / "c", tmp_path)
