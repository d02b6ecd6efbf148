# ruff: noqa: E402 - TORCH=no leaves torch out
"""Training: seeded, resumable, fit for the runtimes; fine-tuning on a captured actor."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from model.channels import ARKIT_52
from model.errors import A2FError
from model.network import AttentionBiLSTM
from model.network_config import NetworkConfig
from model.runtime import choose_runtime
from model.weights_file import load_weights, save_weights
from tools.data.cache import Recording, curve_rows, load, write_corpus
from tools.data.phones import PHONES, Phone
from tools.train.__main__ import main
from tools.train.batch_pool import BatchPool, batch_number
from tools.train.batches import BatchMaker, NoDataError, corpus_targets
from tools.train.config import TrainConfig, read_config
from tools.train.growth import grown
from tools.train.loop import Machine, branch_to_finish, has_wide_block, learning_rate, train
from tools.train.mixing import mixed
from tools.train.posteriors import phone_recogniser
from tools.train.trainee import (
    Trainee,
    contact_loss,
    lip_contact,
    new_trainee,
    spread_loss,
    target_loss,
)

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


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """So small a network has nothing for several, which would wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


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
    even = torch.ones(1, 4)
    assert contact_loss(shut, target, known, even) < 0.01
    assert contact_loss(parted, target, known, even) > 0.01
    # An error where the emphasis lies counts more.
    half = torch.cat([parted[:, :2], shut[:, 2:]], 1)
    stressed = torch.tensor([[3.0, 3.0, 1.0, 1.0]])
    assert contact_loss(half, target, known, stressed) > contact_loss(half, target, known, even)
    contact = lip_contact(target)
    assert torch.equal(contact, torch.ones(1, 4))
    plain = target_loss(parted, target, known, 0 * contact)
    assert target_loss(parted, target, known, 4 * contact) == pytest.approx(3 * float(plain))


def test_spread_loss_asks_for_as_much_motion_and_no_jitter() -> None:
    time = torch.arange(200) / 100
    target = torch.zeros(1, 200, 52)
    target[..., JAW] = 0.3 + 0.2 * torch.sin(2 * torch.pi * 2 * time)
    known = torch.ones_like(target)

    def loss(jaw: torch.Tensor) -> float:
        predicted = target.clone()
        predicted[..., JAW] = jaw
        return float(spread_loss(predicted, target, known))

    jaw = target[..., JAW]
    assert loss(jaw) == pytest.approx(0.0, abs=1e-6)
    assert loss(0.3 + 0.5 * (jaw - 0.3)) > 0.05
    assert loss(jaw + 0.01 * (-1) ** torch.arange(200)) > 0.05
    assert loss(jaw.roll(5)) < 0.02  # how much, not when: the other losses say when


def test_pool_gives_each_batch_as_often_as_asked_and_the_same_to_all(
    maker: BatchMaker, cache: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("tools.train.batch_pool._LAG", 2)
    config = replace(TINY, reuse=3)
    numbers = [batch_number(step, config) for step in range(30)]
    assert max(numbers.count(number) for number in numbers) == 3
    assert {numbers.count(number) for number in range(4, 10)} == {3}

    first = BatchPool(BatchMaker(config, cache, tmp_path / "targets"), tmp_path / "pool")
    batches = [first[step] for step in range(6)]
    made = len(list((tmp_path / "pool").glob("*/*.npz")))
    assert made == len(set(numbers[:6]))
    exact = maker[numbers[0]]
    monkeypatch.setattr(BatchMaker, "__getitem__", None)  # all are there
    again = BatchPool(BatchMaker(config, cache, tmp_path / "targets"), tmp_path / "pool")
    for step, batch in enumerate(batches):
        for name in ("steps", "raw", "phones", "known"):
            assert np.array_equal(getattr(batch, name), getattr(again[step], name))
    np.testing.assert_allclose(batches[0].steps, exact.steps, rtol=1e-3, atol=1e-3)
    assert np.array_equal(batches[0].known, exact.known)
    assert np.array_equal(batches[0].phones, exact.phones)


@pytest.mark.parametrize("change", [{"seed": 4}, {"corpora": {"tiny": 1.0, "anna": 1.0}}])
def test_pools_of_other_data_lie_apart(
    maker: BatchMaker, cache: Path, tmp_path: Path, change: dict
) -> None:
    other = BatchMaker(replace(TINY, **change), cache, tmp_path / "targets")
    same = BatchMaker(replace(TINY, learning_rate=1.0), cache, tmp_path / "targets")
    assert other.fingerprint() != maker.fingerprint() == same.fingerprint()


def test_rate_rises_stays_and_falls() -> None:
    config = replace(TINY, steps=100, warm_up=10, finish=40, learning_rate=1.0)
    rates = [learning_rate(step, config) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:60] == [1.0] * 51
    assert rates[60:] == sorted(rates[60:], reverse=True)
    assert rates[-1] < 0.01
    assert learning_rate(99, replace(config, finish=0)) == 1.0


def test_finish_winds_a_run_up_and_leaves_it_able_to_go_on(
    maker: BatchMaker, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    train(TINY, maker, run, Machine())
    before = (run / "checkpoint.pt").read_bytes()
    config, branch = branch_to_finish(TINY, run, 4)
    assert (config.steps, branch.parent) == (8, run)
    assert [has_wide_block(step, config) for step in range(4, 8)] == [True, True, False, False]
    weights = train(config, maker, branch, Machine())
    assert (run / "checkpoint.pt").read_bytes() == before
    assert branch_to_finish(TINY, run, 4) == (config, branch)  # a stopped one goes on
    saved = torch.load(branch / "checkpoint.pt", weights_only=True)
    assert saved["step"] == 8
    assert weights.parent == branch

    with pytest.raises(FileNotFoundError, match="no run to wind up"):
        branch_to_finish(TINY, tmp_path / "gone", 4)


def test_mean_weights_are_what_is_exported(maker: BatchMaker, tmp_path: Path) -> None:
    own = load_weights(train(TINY, maker, tmp_path / "own", Machine()))[1]
    slow = replace(TINY, averaging=0.9999)
    mean = load_weights(train(slow, maker, tmp_path / "mean", Machine()))[1]
    torch.manual_seed(TINY.seed)
    first = new_trainee(TINY, maker, None).network.state_dict()["output.weight"].numpy()
    assert np.abs(mean["output.weight"] - first).max() < 1e-5
    assert np.abs(own["output.weight"] - first).max() > 1e-4


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_mixture_lies_between_start_and_mean_of_a_run(
    maker: BatchMaker, tmp_path: Path, share: float
) -> None:
    train(TINY, maker, tmp_path / "start", Machine())
    start = new_trainee(TINY, maker, tmp_path / "start" / "checkpoint.pt")
    later = replace(TINY, seed=8, averaging=0.5)
    train(later, maker, tmp_path / "run", Machine(), tmp_path / "start" / "checkpoint.pt")
    saved = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    weight = mixed(start, saved, share)["network.output.weight"].numpy()
    first = start.network.output.weight.detach().numpy()
    last = load_weights(tmp_path / "run" / "attention_bilstm.npz")[1]["output.weight"]
    assert np.abs(last - first).max() > 1e-4
    np.testing.assert_allclose(weight, first + share * (last - first), atol=1e-6)


def outputs(trainee: Trainee, steps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    trainee.eval()
    with torch.no_grad():
        joined, _ = trainee.network.encode(steps, trainee.network.initial_state(len(steps)))
        return trainee.network.raw(joined), trainee.phone_logits(joined)


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ({}, {"hidden": 9}),
        ({"layers": 3}, {"layers": 3, "hidden": 11, "attention": 7}),
        ({"attention": 0}, {"attention": 0, "hidden": 8}),
        ({"bidirectional": False}, {"bidirectional": False, "hidden": 8}),
        ({}, {}),
    ],
)
def test_grown_network_says_the_same_and_can_learn_more(small: dict, large: dict) -> None:
    torch.manual_seed(1)
    before = Trainee(replace(TINY, dropout=0.0, network=replace(TINY.network, **small)))
    after = Trainee(replace(TINY, dropout=0.0, network=replace(TINY.network, **large)))
    for parameter in before.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    after.load_state_dict(grown(before.state_dict(), after.state_dict(), after.config.network))
    count = 4 * TINY.network.block + TINY.network.right
    steps = torch.randn(2, count, TINY.network.input_size)
    for old, new in zip(outputs(before, steps), outputs(after, steps), strict=True):
        torch.testing.assert_close(new, old, atol=1e-5, rtol=0)

    joined, _ = after.network.encode(steps, after.network.initial_state(2))
    after.network.raw(joined).sum().backward()
    assert (after.network.output.weight.grad.abs().amax(0) > 0).all()


@pytest.mark.parametrize("change", [{"hidden": 5}, {"layers": 3}, {"layers": 1}, {"attention": 0}])
def test_network_that_cannot_grow_that_way_is_refused(change: dict) -> None:
    before = Trainee(TINY)
    after = Trainee(replace(TINY, network=replace(TINY.network, **change)))
    with pytest.raises(A2FError, match="can grow in units"):
        grown(before.state_dict(), after.state_dict(), after.config.network)


def test_weights_file_grows_and_gets_a_new_phone_head(start: Path) -> None:
    config = replace(TINY, network=replace(TINY.network, hidden=8))
    trainee = new_trainee(config, None, start)
    arrays = load_weights(start)[1]
    assert np.array_equal(trainee.network.output.bias.detach().numpy(), arrays["output.bias"])
    assert trainee.phone_head.weight.abs().max() > 0


def test_phone_head_learns_alone(cache: Path, start: Path, tmp_path: Path) -> None:
    config = replace(TINY, only_phone_head=True, dropout=0.0)
    maker = BatchMaker(config, cache, tmp_path / "targets")
    train(config, maker, tmp_path / "head", Machine(), start)
    arrays = load_weights(start)[1]
    saved = torch.load(tmp_path / "head" / "checkpoint.pt", weights_only=True)["trainee"]
    for name, array in arrays.items():
        assert np.array_equal(saved[f"network.{name}"], array)
    torch.manual_seed(config.seed)
    fresh = Trainee(config).phone_head.weight
    assert (saved["phone_head.weight"] - fresh).abs().max() > 1e-4


def test_missing_corpora_are_named_once(cache: Path, tmp_path: Path, caplog) -> None:
    config = replace(TINY, corpora={"tiny": 1.0, "gone": 1.0, "away": 1.0})
    assert list(BatchMaker(config, cache, tmp_path / "targets").corpora) == ["tiny"]
    (line,) = [r.getMessage() for r in caplog.records if "gone" in r.getMessage()]
    assert "away, gone" in line


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
