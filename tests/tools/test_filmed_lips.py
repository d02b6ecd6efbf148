"""The teacher against filmed lips: the fit finds what was moved, the film moves free lips only."""

from pathlib import Path

import numpy as np
import pytest

from model.channels import ARKIT_52
from model.lip_seal import apply_seal
from tools.data.cache import Recording, load, write_corpus
from tools.data.phones import Phone
from tools.teacher import articulation, filmed_lips, filmed_motion
from tools.teacher.coarticulation import articulators, lip_seal
from tools.teacher.lip_geometry import aperture, moved, read_film, width
from tools.teacher.targets import make_targets

WORDS = ("pɑtisu", "mɑlinu", "kɑbitɑ", "fulɑti")


@pytest.fixture
def corpus(tmp_path: Path):
    """A cache of a few words, and films of a face that opens ɑ half as far again as the teacher."""
    rng = np.random.default_rng(1)
    recordings = []
    for index, word in enumerate(WORDS * 3):
        names = ["sil", *word, "sil"]
        phones = [Phone(name, 0.15 * k, 0.15 * k + 0.15) for k, name in enumerate(names)]
        samples = rng.normal(0, 0.05, int(16000 * 0.15 * len(names))).astype(np.float32)
        recordings.append(
            Recording(f"u{index}", samples, "x", "en", None, phones, "train", word)
        )  # fmt: skip
    write_corpus(tmp_path / "cache" / "film", recordings)
    films = tmp_path / "films"
    films.mkdir()
    utterances = load(tmp_path / "cache", ["film"])
    for utterance in utterances:
        channels = apply_seal(ARKIT_52, make_targets(utterance.phones, utterance.samples()))
        lips = aperture(channels)
        for phone, start, end in utterance.phones:
            if phone == "ɑ":
                lips[round(start * 100) : round(end * 100)] *= 1.5
        time = np.arange(len(lips)) / 100
        np.savez(
            films / f"{utterance.id}.npz", t=time, g_lip_inner=0.1 * lips + 0.02,
            g_mouth_w=0.1 * width(channels) + 0.6,
        )  # fmt: skip
    return utterances, films


def test_film_is_measured_from_its_rest(tmp_path: Path) -> None:
    time = np.arange(0, 2, 0.04)
    lips = 0.05 + 0.1 * (np.abs(time - 1) < 0.3)
    lips[3] = np.nan
    np.savez(tmp_path / "a.npz", t=time, g_lip_inner=lips, g_mouth_w=np.full(len(time), 0.7))
    opening, wide = read_film(tmp_path / "a.npz", 200)
    assert opening[10] == pytest.approx(0.0, abs=1e-9)
    assert opening[100] == pytest.approx(0.1, abs=1e-6)
    assert np.allclose(wide, 0.0)


def test_lips_follow_the_film_except_in_contacts() -> None:
    raw = np.zeros((60, 52), np.float32)
    raw[:, ARKIT_52.index("jawOpen")] = 0.3
    share = np.full(60, 0.5)
    share[20:30] = 0.0
    wide = width(apply_seal(ARKIT_52, raw))
    followed = moved(raw, np.full(60, 0.6), wide, share)[:, ARKIT_52.index("jawOpen")]
    assert np.allclose(followed[:20], 0.45, atol=1e-6)  # half the way from 0.3 to 0.6
    assert np.allclose(followed[20:30], 0.3, atol=1e-6)


def test_filmed_corpus_keeps_phones_and_gains_curves(corpus) -> None:
    utterances, films = corpus
    made = list(filmed_lips.recordings(utterances, films))
    assert made[0].phones == utterances[0].phones
    assert made[0].curves.shape == (120, 52)


def test_fit_command_writes_the_table_it_prints(corpus, tmp_path, monkeypatch, capsys) -> None:
    _, films = corpus
    monkeypatch.setattr(articulation, "FITTED_LIPS", tmp_path / "fitted.json")
    monkeypatch.setattr(filmed_lips, "_RIDGE", 5.0)
    try:
        filmed_lips.main(
            ["fit", "--cache", str(tmp_path / "cache"), "--films", str(films), "--corpus", "film"]
        )
        moves = articulation.fitted_moves()
    finally:
        articulation.fitted_moves.cache_clear()
        filmed_lips.phone_targets.cache_clear()
    assert moves["ɑ"][0] == max(opening for opening, _ in moves.values()) > 1.0
    table, fitted = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert float(fitted[1]) > float(table[1])


def test_filmed_motion_learns_an_opening_that_the_table_lacks(
    corpus, tmp_path, monkeypatch
) -> None:
    utterances, films = corpus
    network = filmed_motion.fit(utterances, films, epochs=60)
    arrays = {name: value.numpy() for name, value in network.state_dict().items()}
    np.savez(tmp_path / "motion.npz", **arrays)
    monkeypatch.setattr(filmed_motion, "FILMED_MOTION", tmp_path / "motion.npz")
    filmed_motion._trained.cache_clear()
    try:
        for utterance in utterances[:2]:
            frames = len(make_targets(utterance.phones, utterance.samples()))
            seal = lip_seal(utterance.phones, frames)
            moves = articulators(utterance.phones, frames)
            opening, _ = filmed_motion.filmed_motion(utterance.phones, moves, seal)
            film, _ = read_film(films / f"{utterance.id}.npz", frames)
            spoken = [
                r
                for p in utterance.phones
                if p.ipa != "sil"
                for r in range(round(p.start * 100), round(p.end * 100))
            ]
            assert np.corrcoef(opening[spoken], film[spoken])[0, 1] > 0.7
    finally:
        filmed_motion._trained.cache_clear()
