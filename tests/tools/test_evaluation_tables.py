"""The tables, from a cache that is made here."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from model.channels import ARKIT_52
from model.curves import Curves
from model.weights_file import DEFAULT_WEIGHTS, load_weights
from tools.data.cache import Recording, load, write_corpus
from tools.data.phones import Phone
from tools.evaluate import systems
from tools.evaluate.__main__ import main as evaluate_main
from tools.evaluate.actor import actor_table, agreement
from tools.evaluate.actor import main as actor_main
from tools.evaluate.articulation_tables import (
    closures_table,
    conditions_table,
    corpora_table,
    language_table,
    losses,
    sex_table,
    systems_table,
)
from tools.evaluate.capture import capture_table
from tools.evaluate.conditions import all_conditions
from tools.evaluate.expression import excitement_table, pitch_table
from tools.evaluate.held_out import SEEN, SYNTHETIC, UNSEEN, HeldOut
from tools.evaluate.networks import (
    delay_table,
    parameters,
    rest_table,
    second_voice_table,
    speechless_sounds,
    times_real_time,
)
from tools.evaluate.quick import quick_table
from tools.evaluate.systems import Network, teacher_of_another_sentence
from tools.evaluate.tables import Table, replaced

JAW, PUCKER, FUNNEL = (ARKIT_52.index(n) for n in ("jawOpen", "mouthPucker", "mouthFunnel"))
WORDS = ("sil", *"pɑtimækubɛdofiswvany", "sil")


class LoudRuntime:
    """Stands in for a network: the jaw follows the samples' size; counts what it is asked."""

    name, device = "numpy", "cpu"

    def __init__(self) -> None:
        self.asked = 0

    def predict(self, samples: np.ndarray, on_progress=None) -> Curves:
        self.asked += 1
        count = -(-len(samples) // 160)
        values = np.zeros((count, 52), np.float32)
        size = np.abs(np.pad(samples, (0, count * 160 - len(samples)))).reshape(count, 160).mean(1)
        values[:, JAW] = np.clip(5 * size, 0, 1)
        return Curves(ARKIT_52, 100.0, values)


def recording(name: str, seed: int, sex: str, text: str, split: str = "test") -> Recording:
    rng = np.random.default_rng(seed)
    order = [0, *(rng.permutation(len(WORDS) - 2) + 1), len(WORDS) - 1]
    phones = [Phone(WORDS[i], 0.1 * k, 0.1 * k + 0.1) for k, i in enumerate(order)]
    count = int(16000 * phones[-1].end)
    samples = 0.1 * rng.standard_normal(count).astype(np.float32)
    return Recording(name, samples, name[:2], "de", sex, phones, split, text)


@pytest.fixture
def sets(tmp_path) -> HeldOut:
    acted = [
        recording(f"{actor}{text}{emotion}a", seed, sex, text)
        for seed, (actor, sex, text, emotion) in enumerate(
            (actor, sex, text, emotion)
            for actor, sex in (("03", "m"), ("09", "f"))
            for text in ("a01", "a02")
            for emotion in "WL"
        )
    ]
    trained = [recording("08a01Wa", 90, "f", "a01", split="train")]
    write_corpus(tmp_path / "cache" / "emodb_de", [*acted, *trained])
    write_corpus(tmp_path / "cache" / "emodb_de_filmed", acted)
    write_corpus(tmp_path / "cache" / "espeak_en", [recording("voice", 91, "f", "hello")])
    write_corpus(tmp_path / "cache" / "grid_s26", [recording("bgbsza", 92, "m", "bin green")])
    return HeldOut(tmp_path / "cache", None)


@pytest.fixture
def network(monkeypatch, tmp_path) -> Network:
    monkeypatch.setattr(systems, "choose_runtime", lambda _prefer, _weights: LoudRuntime())
    voices = [np.random.default_rng(i).standard_normal(8000).astype(np.float32) for i in range(6)]
    return Network("ours", tmp_path / "none.npz", all_conditions(voices))


def test_only_held_out_recordings_are_scored(sets: HeldOut) -> None:
    assert {u.split for u in sets.labelled(sets.corpora())} == {"test"}
    assert sets.corpora() == ["emodb_de", "grid_s26", "espeak_en"]
    assert {u.corpus for u in sets.unseen()} == {"emodb_de", "grid_s26"}
    assert [sets.kind(name) for name in sets.corpora()] == [UNSEEN, UNSEEN, SYNTHETIC]
    assert [u.id for u in sets.captured("grid_s26")] == ["bgbsza"]


def test_systems_table_has_baselines(sets: HeldOut, network: Network) -> None:
    names = [row[0] for row in systems_table(sets, [network]).rows]
    assert names[:3] == ["to reach", "ours", "loudness-driven jaw"]
    assert "drawn from the labels" in names


def test_corpus_of_a_trained_speaker_is_not_of_unseen_ones(sets: HeldOut, tmp_path) -> None:
    write_corpus(
        tmp_path / "cache" / "kathleen_en",
        [recording(f"ka{i}", 93 + i, "f", "text", s) for i, s in enumerate(("train", "test"))],
    )
    write_corpus(tmp_path / "cache" / "new_en", [recording("nw1", 96, "f", "text")])
    grown = HeldOut(tmp_path / "cache", None)
    assert grown.kind("kathleen_en") == SEEN
    assert grown.corpora() == ["emodb_de", "grid_s26", "new_en", "kathleen_en", "espeak_en"]
    assert {u.corpus for u in grown.unseen()} == {"emodb_de", "grid_s26"}
    assert {u.corpus for u in grown.all_unseen()} == {"emodb_de", "grid_s26", "new_en"}


def test_conditions_table_has_a_row_each_and_what_noise_takes(
    sets: HeldOut, network: Network
) -> None:
    conditions = all_conditions([np.ones(100, np.float32)])
    listened = [row[1] for row in conditions_table(sets, [network], conditions).rows]
    assert listened[: len(conditions)] == list(conditions)
    assert listened[-2:] == ["lost in white noise 10 dB, %", "lost in babble 10 dB, %"]
    row, clean = [0.6, 0.9, None, 0.5, 0.5, 0.5, 0.5, 0.3, 0, 0.1], [0.8, 0.9, 0.7, *[0.5] * 7]
    assert losses(row, clean) == [25, 0, None, 0, 0, 0, 0, None, None, None]


def test_tables_by_sex_corpus_and_language(sets: HeldOut, network: Network) -> None:
    by_sex = sex_table(sets, network)
    assert [row[:3] for row in by_sex.rows[:2]] == [
        ("headline", "women", 4), ("headline", "men", 5)
    ]  # fmt: skip
    women, men, gap = by_sex.rows[:3]
    assert gap[3] == pytest.approx(women[3] - men[3])
    assert [row[2] for row in corpora_table(sets, network).rows] == ["ours", "teacher"] * 3
    assert len(language_table(sets, network).rows) == 2


def test_contacts_are_counted_by_place(sets: HeldOut, network: Network) -> None:
    table = closures_table(sets, [network])
    assert {row[0] for row in table.rows} == {"p b", "m", "f v"}
    assert sum(row[2] for row in table.rows if row[0] == "p b") == 2 * 9
    assert all(row[-1] > 0.5 for row in table.rows if row[0] == "p b")  # the teacher


def test_mouth_that_follows_level_follows_second_voice(
    sets: HeldOut, network: Network, tmp_path
) -> None:
    assert not second_voice_table(sets, [network]).rows
    write_corpus(tmp_path / "cache" / "kathleen_en", [recording("ka", 93, "f", "text")])
    (row,) = second_voice_table(HeldOut(tmp_path / "cache", None), [network]).rows
    name, silences, opening, alone, share = row
    assert (name, silences) == ("ours", 6)
    assert share == round(100 * opening / alone)
    assert 15 < share < 50


def test_chance_takes_other_words(sets: HeldOut) -> None:
    utterances = sets.unseen()
    wrong = teacher_of_another_sentence(utterances)
    first = utterances[0]
    assert np.abs(wrong(first) - systems.teacher(first)).max() > 0.1
    assert wrong(first).shape == systems.teacher(first).shape


def test_expression_tables_name_systems_and_measures(sets: HeldOut, network: Network) -> None:
    rows = excitement_table(sets, [network]).rows
    assert {row[0] for row in rows} == {"ours", "teacher with the labels"}
    assert all(row[-1] == 4 for row in rows)
    assert [row[0] for row in pitch_table(sets, [network], None).rows] == [
        "ours",
        "teacher with the labels",
    ]


def film_of_network(sets: HeldOut, network: Network, folder: Path) -> None:
    """A film that shows what the network makes of the sound."""
    (film,) = sets.captured("grid_s26")
    jaw = network(film)[:, JAW]
    (folder / "grid_s26").mkdir(parents=True)
    tracks = {"t": np.arange(len(jaw)) / 100, "g_lip_inner": jaw, "g_mouth_w": -jaw}
    np.savez(folder / "grid_s26" / "a.npz", **tracks)
    row = {"id": film.id, "motion": "a.npz", "file": "a.opus"}
    (folder / "grid_s26" / "index.jsonl").write_text(json.dumps(row), encoding="utf-8")


def test_capture_table_reads_filmed_lips(sets: HeldOut, network: Network, tmp_path) -> None:
    film_of_network(sets, network, tmp_path / "capture")
    table = capture_table(sets, tmp_path / "capture", [network])
    ours = table.rows[0]
    assert ours[2] == "ours"
    assert ours[3] == pytest.approx(1)
    assert ours[4] == 0
    assert [row[2] for row in table.rows][1:] == ["loudness-driven jaw", "teacher with the labels"]
    with pytest.raises(FileNotFoundError, match="--capture"):
        capture_table(sets, tmp_path, [network])


def test_quick_table_sets_networks_side_by_side(sets: HeldOut, network: Network, tmp_path) -> None:
    film_of_network(sets, network, tmp_path / "capture")
    other = Network("theirs", tmp_path / "none.npz", all_conditions([np.ones(100, np.float32)]))
    table = quick_table(sets, tmp_path / "capture", [network, other])
    assert table.columns == ("set", "figure", "to reach", "film", "ours", "theirs", "teacher")
    rows = {row[:2]: row[2:] for row in table.rows}
    assert rows["headline", "closure J"][2] == rows["headline", "closure J"][3]
    assert rows["babble 10 dB", "lip specificity"][2].endswith("%)")
    _, film, ours, _, teacher = rows["grid_s26", "openings a second"]
    assert ours == pytest.approx(film)
    assert teacher != ours
    assert rows["grid_s26", "lip aperture r"][2] == pytest.approx(1)


def test_mouth_that_moves_with_any_sound_does_not_rest(sets: HeldOut, network: Network) -> None:
    (row,) = rest_table(sets, [network]).rows
    shut = dict(zip(["system", *speechless_sounds()], row, strict=True))
    assert shut["digital silence"] == 1.0
    assert shut["hiss, -20 dB"] == 0.0


def test_tables_as_markdown_and_json() -> None:
    table = Table("Title", ("name", "figure"), "note")
    table.add("a", 0.126)
    table.add("b", float("nan"))
    assert table.markdown().splitlines()[4:] == [
        "| name | figure |", "|---|---|", "| a | 0.13 |", "| b | – |",
    ]  # fmt: skip
    assert json.loads(json.dumps(table.plain()))["rows"][1] == {"name": "b", "figure": None}
    with pytest.raises(ValueError, match="2 columns"):
        table.add("c")


def test_table_replaces_the_one_of_its_heading() -> None:
    table = Table("Title", ("name", "figure"), "new")
    table.add("b", 0.5)
    old = "# Doc\n\n## Title\n\nold\n\n| name |\n|---|\n| a |\n\nProse.\n\n## Other\n\n| c |\n"
    new = replaced(old, table)
    assert new == f"# Doc\n\n{table.markdown()}\nProse.\n\n## Other\n\n| c |\n"
    assert replaced(new, table) == new
    empty = "## Title\n\n## Other\n\n| c |\n"
    assert replaced(empty, table) == f"{table.markdown()}\n## Other\n\n| c |\n"
    assert replaced("# Doc\n", table) == f"# Doc\n\n{table.markdown()}"


def test_loudness_jaw_follows_level_and_not_gain() -> None:
    time = np.arange(16000) / 16000
    tone = np.sin(2 * np.pi * 200 * time).astype(np.float32)
    loud, soft = (
        SimpleNamespace(samples=lambda g=gain: g * tone * (time > 0.5)) for gain in (1, 0.01)
    )
    jaw = systems.loudness(loud)[:, JAW]
    assert jaw[:45].max() < 0.05
    assert jaw[55:95].min() > 0.9
    assert systems.loudness(soft).max() == pytest.approx(jaw.max(), abs=1e-4)


def test_command_makes_only_the_tables_asked_for(
    sets: HeldOut, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setattr(systems, "choose_runtime", lambda _prefer, _weights: LoudRuntime())
    arguments = ["evaluate", "--cache", str(tmp_path / "cache"), "--only", "rest"]
    monkeypatch.setattr("sys.argv", arguments)
    evaluate_main()
    titles = [line for line in capsys.readouterr().out.splitlines() if line.startswith("## ")]
    assert [title.split(":")[0] for title in titles] == [
        "## Sounds without speech", "## A second voice 10 dB below"
    ]  # fmt: skip
    monkeypatch.setattr("sys.argv", [*arguments[:-1], "motion"])
    with pytest.raises(SystemExit, match="No such tables: motion; there are articulation"):
        evaluate_main()


def test_parameters_leave_out_statistics_of_features() -> None:
    config, arrays = load_weights(DEFAULT_WEIGHTS)
    statistics = arrays["feature_mean"].size + arrays["feature_std"].size
    assert parameters(DEFAULT_WEIGHTS) == sum(a.size for a in arrays.values()) - statistics
    assert parameters(DEFAULT_WEIGHTS) > 4 * config.hidden * config.hidden


def test_networks_are_timed() -> None:
    found = times_real_time({"ours": DEFAULT_WEIGHTS}, seconds=0.5)
    assert found["ours"] > 0


def test_less_look_ahead_has_less_delay(sets: HeldOut) -> None:
    table = delay_table(sets, DEFAULT_WEIGHTS, ((5, 6), (1, 2)))
    assert [row[:3] for row in table.rows] == [(5, 6, 250), (1, 2, 90)]
    assert table.rows[0][3:] != table.rows[1][3:]


@pytest.fixture
def captured() -> np.ndarray:
    """Two seconds of a moving jaw and of lips that round; nothing else is known."""
    rows = np.full((200, 52), np.nan, np.float32)
    time = np.arange(200) / 100
    rows[:, JAW] = 0.3 + 0.3 * np.sin(20 * time)
    rows[:, [PUCKER, FUNNEL]] = (0.2 + 0.2 * np.cos(9 * time))[:, None]
    rows[50:60] = np.nan
    return rows


def test_actor_agreement_of_half_the_movement(captured: np.ndarray) -> None:
    opening, rounding, *_, brows, error, reach = agreement([captured], [np.nan_to_num(captured)])
    assert (opening, rounding, error, reach) == pytest.approx((1, 1, 0, 1), abs=1e-5)
    assert np.isnan(brows)
    half = np.nan_to_num(captured)
    half[:, JAW] *= 0.5
    half[:, PUCKER] = -half[:, FUNNEL]
    opening, rounding, *_, error, reach = agreement([captured], [half])
    assert opening == pytest.approx(1, abs=1e-5)
    assert reach == pytest.approx(0.5, abs=1e-4)
    known = np.isfinite(captured[:, JAW])
    wrong = 0.5 * captured[known, JAW] + 2 * captured[known, PUCKER]
    assert error == pytest.approx(wrong.mean() / 3, rel=1e-3)


def test_actor_table_has_row_for_each_take(captured: np.ndarray, tmp_path: Path) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 32000).astype(np.float32)
    recordings = [
        Recording(name, sound, "anna", "en", None, None, "test", curves=captured)
        for name in ("one-000", "one-001", "two")
    ]
    write_corpus(tmp_path / "anna", recordings)
    table = actor_table(load(tmp_path, ["anna"]), {"bundled": None})
    assert [row[:2] for row in table.rows] == [
        ("one", "bundled"), ("two", "bundled"), ("all", "bundled")
    ]  # fmt: skip
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_actor_command_names_what_is_missing(captured: np.ndarray, tmp_path: Path, capsys) -> None:
    sound = np.zeros(32000, np.float32)
    write_corpus(
        tmp_path / "anna", [Recording("a", sound, "a", "en", None, None, "train", curves=captured)]
    )
    assert actor_main(["anna", "--cache", str(tmp_path)]) == 1
    assert actor_main(["berta", "--cache", str(tmp_path)]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert "no captured curves held out" in errors[0]
    assert "berta" in errors[1]
