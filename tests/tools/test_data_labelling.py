"""Phones of speech that comes without labels: forced alignment and recognition."""

import sys

import numpy as np
import pytest
import soundfile

from tools.data.cache import DataError
from tools.data.forced_alignment import AlignmentError, align, confirmed_phones, german_sounds
from tools.data.phones import PHONES
from tools.data.recognition import (
    TRANSCRIBERS,
    Word,
    agreement,
    complete,
    grid_sentence,
    read_words,
    reliable_labels,
)

SIL, A, B, C = 0, 1, 2, 3


def posteriors(frames: list[int], classes: int = 4, sure: float = 0.9) -> np.ndarray:
    """Log posteriors [T, classes] in favour of the given class in each frame."""
    table = np.full((len(frames), classes), (1 - sure) / (classes - 1))
    table[np.arange(len(frames)), frames] = sure
    return np.log(table)


def spans(frames: list[int], words: list[list[int]], **options) -> list[tuple[int, int, int, int]]:
    found = align(posteriors(frames), words, SIL, **options)
    return [(s.phone, s.start, s.end, s.word) for s in found]


@pytest.mark.parametrize(
    ("frames", "words", "expected"),
    [
        pytest.param(
            [SIL] * 3 + [A] * 4 + [B] * 3 + [SIL] * 5 + [C] * 2 + [SIL] * 2, [[A, B], [C]],
            [(SIL, 0, 3, -1), (A, 3, 7, 0), (B, 7, 10, 0), (SIL, 10, 15, -1), (C, 15, 17, 1),
             (SIL, 17, 19, -1)],
            id="words and pauses cover all frames",
        ),
        pytest.param(
            [A] * 4 + [B] * 3 + [C] * 2, [[A, B], [C]],
            [(A, 0, 4, 0), (B, 4, 7, 0), (C, 7, 9, 1)],
            id="words without pauses",
        ),
        pytest.param(
            [A] * 3 + [SIL] * 4 + [B] * 3, [[A, B]], [(A, 0, 3, 0), (B, 3, 10, 0)],
            id="a pause within a word is no silence",
        ),
        pytest.param([A] * 6, [[A], [A]], [(A, 0, 2, 0), (A, 2, 6, 1)], id="one phone twice"),
    ],
)  # fmt: skip
def test_alignment_finds_each_phones_frames(frames, words, expected):
    assert spans(frames, words) == expected


def test_unconfirmed_phone_keeps_the_shortest_length():
    found = spans([A] * 5 + [C] * 5, [[A, B, C]], shortest=3)
    assert [s[0] for s in found] == [A, B, C]
    assert min(end - start for _, start, end, _ in found) == 3


def test_too_few_frames_are_refused():
    with pytest.raises(AlignmentError, match="3 frames"):
        spans([A] * 3, [[A, B]])


def test_unconfirmed_words_stay_without_labels():
    m, a, s = (PHONES.index(phone) for phone in ("m", "a", "s"))
    scores = posteriors([m] * 6 + [a] * 8 + [s] * 9, len(PHONES), 0.95)
    found = confirmed_phones(["ma", "pi"], scores)
    assert [f.ipa for f in found] == ["m", "a"]
    assert (found[0].start, found[0].end) == (0.0, pytest.approx(0.06))


@pytest.mark.parametrize(("word", "spoken"), [("dɾʊmɜ", "dʁʊmɐ"), ("vɑɾ", "vɑɐ"), ("ɑɾə", "ɑʁə")])
def test_german_r_is_a_vowel_only_after_vowels(word, spoken):
    assert "".join(german_sounds(word)) == spoken


def word(text: str, sure: float, agreement: float) -> Word:
    return Word(text, 0.0, 0.2, sure, agreement, [[text.upper(), 0.0, 0.2]])


@pytest.mark.parametrize(
    ("text", "sure", "agrees", "kept"),
    [
        ("milk", 0.9, 0.0, True),
        ("milk", 0.4, 0.6, True),
        ("milk", 0.4, 0.3, False),
        ("milk", 0.1, 0.9, False),
        ("<sil>", 0.9, 0.0, False),
        ("<sil>", 0.9, 0.9, True),
        ("[NOISE]", 1.0, 1.0, False),
        ("+BREATH+", 1.0, 1.0, False),
    ],
)
def test_only_reliable_words_give_labels(text, sure, agrees, kept):
    assert bool(reliable_labels([word(text, sure, agrees)])) is kept


def test_agreement_is_the_share_of_time():
    labels = [("M", 0.0, 0.1), ("AA", 0.1, 0.3)]
    others = [("M", 0.0, 0.05), ("N", 0.05, 0.1), ("AA", 0.1, 0.4)]
    assert agreement(labels, others) == pytest.approx(0.25 / 0.3)
    assert agreement([], others) == 0.0


def test_only_missing_recordings_are_recognised(tmp_path, monkeypatch):
    words = [word("milk", 0.9, 0.5), word("<sil>", 1.0, 1.0)]
    asked = []

    def transcribe(_samples, name):
        asked.append(name)
        return words

    monkeypatch.setitem(TRANSCRIBERS, "toy", lambda: transcribe)
    for names in ("a", "ab"):
        rows = [{"id": name, "file": f"{name}.wav"} for name in names]
        soundfile.write(tmp_path / f"{names[-1]}.wav", np.zeros(160), 16000)
        complete(tmp_path / "words" / "toy.jsonl", "toy", rows, tmp_path)
    assert asked == ["a", "b"]
    assert read_words(tmp_path / "words" / "toy.jsonl") == {"a": words, "b": words}


def test_recording_that_does_not_fit_stays_without_words(tmp_path, monkeypatch, capsys):
    def transcribe(_samples, name):
        if name == "a":
            raise ValueError("It does not fit.")
        return [word("milk", 0.9, 0.5)]

    monkeypatch.setitem(TRANSCRIBERS, "toy", lambda: transcribe)
    rows = [{"id": name, "file": f"{name}.wav"} for name in ("a", "gone", "b")]
    for name in "ab":
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(160), 16000)
    complete(tmp_path / "toy.jsonl", "toy", rows, tmp_path)
    assert {name: len(found) for name, found in read_words(tmp_path / "toy.jsonl").items()} == {
        "a": 0, "b": 1
    }  # fmt: skip
    assert "toy: a stays without phones: It does not fit." in capsys.readouterr().out


def test_missing_pocketsphinx_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    with pytest.raises(DataError, match="pocketsphinx cannot be loaded"):
        TRANSCRIBERS["grid_s26"]()


def test_grid_name_spells_its_sentence():
    assert grid_sentence("bgbsza") == "bin green by s zero again"
    assert grid_sentence("swwx5p") == "set white with x five please"
    for other in ("bgbsz", "xgbsza", "bgbs0a"):
        with pytest.raises(ValueError, match=other):
            grid_sentence(other)
