# ruff: noqa: E402 - TORCH=no leaves torch out
"""Fine-tuning on captured curves: what is learnt, what is kept, and the command."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from model.channels import ARKIT_52
from model.network import AttentionBiLSTM
from model.weights_file import load_weights, save_weights
from tests.core.tiny_run import TINY
from tools.data.cache import Recording, curve_rows, load, write_corpus
from tools.train.__main__ import main
from tools.train.batches import BatchMaker, NoDataError
from tools.train.loop import Machine, train
from tools.train.targets import corpus_targets

JAW, CLOSE, PUCKER = (ARKIT_52.index(name) for name in ("jawOpen", "mouthClose", "mouthPucker"))
NETWORK = TINY.network
ANNA = replace(TINY, steps=3, dropout=0.0, noise_share=0.0, corpora={"anna": 1.0})


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """One captured actor of whom only the jaw is known, and not at the start."""
    rng = np.random.default_rng(0)
    recordings = []
    for index in range(2):
        curves = np.full((curve_rows(12800), 52), np.nan, np.float32)
        curves[20:, JAW] = rng.uniform(0.2, 0.8, len(curves) - 20)
        sound = rng.normal(0, 0.1, 12800).astype(np.float32)
        recordings.append(
            Recording(str(index), sound, "anna", "en", None, None, "train", curves=curves)
        )
    write_corpus(tmp_path / "cache" / "anna", recordings)
    return tmp_path / "cache"


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """An untrained network's weights file."""
    torch.manual_seed(0)
    arrays = {k: v.numpy() for k, v in AttentionBiLSTM(NETWORK).state_dict().items()}
    arrays["feature_std"] = np.ones_like(arrays["feature_std"])
    save_weights(tmp_path / "start.npz", NETWORK, arrays)
    return tmp_path / "start.npz"


def said(samples: np.ndarray) -> np.ndarray:
    """A network that always says: jaw at 0.4, lips half sealed, a little pucker."""
    values = np.zeros((curve_rows(len(samples)), 52), np.float32)
    values[:, [JAW, CLOSE, PUCKER]] = 0.4, 0.2, 0.1
    return values


def test_what_the_capture_does_not_know_is_kept(cache: Path, tmp_path: Path) -> None:
    utterances = load(cache, ["anna"])
    captured = np.concatenate([u.curves()[:, JAW] for u in utterances])
    known = np.isfinite(captured)
    free = corpus_targets(utterances, tmp_path).raw
    assert np.isnan(np.delete(free, JAW, 1)).all()
    kept = corpus_targets(utterances, tmp_path, said).raw
    np.testing.assert_allclose(kept[known, JAW], captured[known])
    np.testing.assert_allclose(kept[~known, JAW], 0.4)
    np.testing.assert_allclose(kept[:, PUCKER], 0.1)
    # The lips' seal is a share of the jaw, whoever's it is.
    assert 0.2 < kept[0, CLOSE] < 0.6
    np.testing.assert_allclose(kept[:, CLOSE], kept[0, CLOSE])


def test_the_pull_draws_weights_back(cache: Path, start: Path, tmp_path: Path) -> None:
    maker = BatchMaker(ANNA, cache, tmp_path)
    _, before = load_weights(start)

    def moved(pull: float) -> float:
        config = replace(ANNA, pull=pull)
        weights = train(config, maker, tmp_path / f"pull{pull}", Machine(), start)
        _, after = load_weights(weights)
        return max(float(np.abs(after[name] - before[name]).max()) for name in before)

    free, held = moved(0.0), moved(500.0)
    assert free > 1e-4
    assert held < 0.75 * free


def write_config(path: Path, **more: object) -> Path:
    fields = {
        "seed": 3, "steps": 2, "batch": 2, "seconds": 0.6, "learning_rate": 1e-3, "wide_block": 10,
        "wide_share": 0.5, "phone_weight": 0.1, "closure_weight": 2.0, "smooth_weight": 1.0,
        "opening_weight": 0.5, "contact_weight": 0.1, "dropout": 0.0, "noise_share": 0.1,
    } | more  # fmt: skip
    lines = [f"{name} = {str(value).lower()}" for name, value in fields.items()]
    path.write_text("\n".join([*lines, "[corpora]", "nobody = 1.0"]))
    return path


def test_the_command_makes_one_weights_file(
    cache: Path, start: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("tools.train.__main__.plot_losses", lambda folder: folder)
    config = write_config(tmp_path / "actor.toml", keep_unknown=True, pull=1.0)
    arguments = [str(config), "--cache", str(cache), "--out", str(tmp_path / "run"),
                 "--finetune", str(start), "--corpora", "anna=0.7", "--workers", "0"]  # fmt: skip
    assert main(arguments) == 0
    network, arrays = load_weights(tmp_path / "run" / "attention_bilstm.npz")
    assert network == NETWORK
    assert not np.array_equal(arrays["output.weight"], load_weights(start)[1]["output.weight"])


def test_what_is_missing_is_one_sentence(cache: Path, start: Path, tmp_path: Path, capsys) -> None:
    config = write_config(tmp_path / "actor.toml", keep_unknown=True)
    common = [str(config), "--cache", str(cache), "--out", str(tmp_path / "run")]
    assert main(common) == 1
    assert main([*common, "--finetune", str(tmp_path / "gone.npz")]) == 1
    assert main([*common, "--finetune", str(start)]) == 1
    assert main(["gone.toml", *common[1:]]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 4
    for error, part in zip(
        errors, ("--finetune", "gone.npz", "corpus nobody", "gone.toml"), strict=True
    ):
        assert part in error


def test_a_corpus_with_nothing_to_learn_is_told(tmp_path: Path) -> None:
    sound = np.zeros(1600, np.float32)
    write_corpus(tmp_path / "c" / "anna", [Recording("a", sound, "a", "en", None, None, "train")])
    with pytest.raises(NoDataError, match="No corpus"):
        BatchMaker(ANNA, tmp_path / "c", tmp_path)
