"""English transcripts: words, scores, what is dropped and counted, corpora labelled by them."""

import json
import shutil
from ctypes.util import find_library

import numpy as np
import pytest
import soundfile

from tools.data.background import background_speech
from tools.data.corpora import CORPORA, hashed_split, recordings
from tools.data.phones import ARPABET, PHONES
from tools.data.recognition import FITS, Word, reliable_labels
from tools.data.synthesizers import speak_with_flite
from tools.data.transcripts import (
    TextAligner,
    align_corpus,
    derived_pronunciation,
    masked,
    read_pronunciations,
    spoken_words,
)

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="needs flite")


def word(text: str, score: float, start: float = 0.0, phones: str = "M AY") -> Word:
    names = phones.split()
    labels = [[name, start + 0.1 * i, start + 0.1 * (i + 1)] for i, name in enumerate(names)]
    return Word(text, start, labels[-1][2], 1.0, 1.0, labels, score)


@pytest.fixture
def corpora(tmp_path):
    """A function that writes an index and one second of a tone for each row of a corpus."""

    def write(folder: str, rows: list[dict]):
        at = tmp_path / folder
        at.mkdir(parents=True, exist_ok=True)
        for row in rows:
            row.setdefault("file", f"{row['id']}.wav")
            soundfile.write(at / row["file"], 0.3 * np.sin(np.arange(16000) * 0.08), 16000)
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (at / "index.jsonl").write_text(lines, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Printing, in the only sense—with which", "printing in the only sense with which"),
        ("I’d like 'some' half-and-half.", "i'd like some half and half"),
        ("the dogs' bowl; ' ", "the dogs bowl"),
        ("  ", ""),
    ],
)
def test_text_is_cut_into_words_of_the_dictionary(text, words):
    assert spoken_words(text) == words.split()


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("locke's", "L AA K S"), ("tilney's", "T IH L N IY Z"), ("boss's", "B AO S IH Z"),
        ("ascots", "AE S K AA T S"), ("morland", None), ("s", None), ("'s", None),
    ],
)  # fmt: skip
def test_possessives_and_plurals_are_derived_from_their_base(text, phones):
    known = {"locke": "L AA K", "tilney": "T IH L N IY", "boss": "B AO S", "ascot": "AE S K AA T"}
    assert derived_pronunciation(text, known.get) == phones


def test_added_words_may_have_variants_and_comments(tmp_path):
    file = tmp_path / "en.dict"
    file.write_text("# names\nfenrir F EH N R IH R\nfenrir  F EH N R ER # short\n\n", "utf-8")
    assert read_pronunciations(file) == {"fenrir": ["F EH N R IH R", "F EH N R ER"]}


def test_every_added_word_has_phones_of_the_alphabet():
    for name, variants in read_pronunciations().items():
        assert all(set(phones.split()) <= set(ARPABET) for phones in variants), name


@pytest.mark.parametrize(
    ("text", "score", "kept"),
    [
        ("milk", FITS + 0.1, True),
        ("milk", FITS - 0.1, False),
        ("<sil>", FITS + 0.1, True),
        ("<sil>", FITS - 0.1, False),
        ("+NOISE+", 0.0, False),
    ],
)
def test_words_of_a_text_are_kept_by_their_score(text, score, kept):
    assert bool(reliable_labels([word(text, score)])) is kept


def test_what_does_not_align_is_counted_and_the_rest_kept(corpora, tmp_path):
    texts = {"a": "My milk", "b": "too long", "c": "xyzzy my", "d": "other words", "e": None}
    rows = [{"id": name, "text": text} for name, text in texts.items()]
    root = corpora("speech/toy", [*rows, {"id": "gone", "text": "my"}])
    (root / "speech/toy/gone.wav").unlink()
    fit, not_fit = FITS + 1, FITS - 1

    def align(samples, text):
        if text == "too long":
            raise ValueError
        if "xyzzy" in text:
            raise KeyError("xyzzy")
        scores = (not_fit,) * 2 if text == "other words" else (fit, not_fit)
        return [word(w, score) for w, score in zip(text.split(), scores, strict=True)]

    rows = [*rows, {"id": "gone", "file": "gone.wav", "text": "my"}]
    found, tally = align_corpus(tmp_path / "w.jsonl", rows, root / "speech/toy", align)
    assert {name: [w.text for w in words] for name, words in found.items()} == {"a": ["my", "milk"]}
    assert (tally.recordings, tally.unaligned, tally.words, tally.kept) == (4, 3, 4, 1)
    assert "1 of 4 words kept (25 %), 3 of 4 recordings do not align" in str(tally)
    assert "xyzzy (1)" in str(tally)


def test_alignment_goes_on_where_it_was_interrupted(corpora, tmp_path):
    rows = [{"id": name, "text": text} for name, text in (("a", "my"), ("b", "milk"), ("c", "my"))]
    folder = corpora("speech/toy", rows) / "speech/toy"
    asked = []

    def align(samples, text):
        asked.append(text)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return [word(text, 0.0)]

    path = tmp_path / "words" / "toy.jsonl"
    with pytest.raises(KeyboardInterrupt):
        align_corpus(path, rows, folder, align)
    whole = path.read_text("utf-8")
    path.write_text(whole[:-10], "utf-8")  # killed while it wrote the second
    found, _ = align_corpus(path, rows, folder, align)
    assert asked == ["my", "milk", "my", "milk", "my"]
    assert list(found) == ["a", "b", "c"]
    align_corpus(path, rows, folder, align)
    assert len(asked) == 5

    rows[1]["text"] = "Milk, please"
    found, _ = align_corpus(path, rows, folder, align)
    assert asked[5:] == ["milk please"]
    assert found["b"][0].text == "milk please"


def test_words_said_otherwise_are_masked_and_pauses_stay():
    words = [word("<sil>", 0.0), word("we", 0.0), word("call(2)", 0.0), word("+NOISE+", 0.0)]
    left = masked(words, [True, False])
    assert [w.text for w in left] == ["<sil>", "we", "+NOISE+"]
    assert [w.text for w in masked(words, [True])] == ["<sil>", "+NOISE+"]


def labelled(root, name, tmp_path, monkeypatch, problems=None):
    """Recordings of a corpus whose texts all align as one word over the first half second."""

    def align(_samples, text: str) -> list[Word]:
        return [word(w, 0.0, 0.2 * i) for i, w in enumerate(text.split())]

    monkeypatch.setattr("tools.data.transcripts.TextAligner", lambda: align)
    problems = [] if problems is None else problems
    return list(recordings(root, name, tmp_path / "words", tmp_path, problems))


def test_corpus_with_texts_is_split_by_whole_speakers(corpora, tmp_path, monkeypatch):
    rows = [
        {"id": f"{speaker}-{i}", "text": "my", "speaker": f"an4_s{speaker:02}08", "sex": sex}
        for speaker, sex in enumerate("mf" * 20)
        for i in range(3)
    ]
    found = labelled(corpora("speech/an4_en", rows), "an4_en", tmp_path, monkeypatch)
    splits = {rec.speaker: {other.split for other in found if other.speaker == rec.speaker}
              for rec in found}  # fmt: skip
    assert all(len(split) == 1 for split in splits.values())
    assert {"train"} in splits.values()
    assert {"test"} in splits.values()
    assert [rec.sex for rec in found] == [row["sex"] for row in rows]
    assert [p.ipa for p in found[0].phones][:3] == ["m", "a", "ɪ"]


def test_readers_with_and_without_text_are_in_the_same_split():
    for reader in range(100):
        row = {"speaker": f"ls{reader}", "text": "x"}
        splits = {CORPORA[n].split(row) for n in ("librispeech_en", "librispeech_text_en")}
        assert len(splits) == 1


def test_sex_of_emodb_goes_to_nobody_else(corpora, tmp_path):
    rows = [{"id": "a", "text": None, "speaker": "kl_ls1908", "sex": None, "lang": "af"}]
    root = corpora("speech/klettres_syllables", rows)
    (rec,) = recordings(root, "klettres_syllables", tmp_path, tmp_path, [])
    assert (rec.sex, rec.lang, rec.phones) == (None, "af", None)


def learner_rows() -> list[dict]:
    return [
        {"id": f"so{speaker:04}_{i}", "text": "my milk", "speaker": f"so{speaker:04}", "sex": "f",
         "lang": "en", "age": 7, "accuracy": 9 - i % 2, "words": [["my", "M AY0", [2.0, 2.0]],
         ["milk", "M IH0 L K", [2.0, 0.8 if i else 2.0, 2.0, 2.0]]]}
        for speaker in range(40)
        for i in range(9)
    ]  # fmt: skip


def test_learners_are_few_masked_and_never_behind_themselves(corpora, tmp_path, monkeypatch):
    root = corpora("speech/speechocean_en", learner_rows())
    near = labelled(root, "speechocean_en", tmp_path, monkeypatch)
    behind = list(background_speech(root, problems := []))
    assert len(problems) == 3  # the other sources are missing here
    assert not {rec.speaker for rec in near} & {rec.speaker for rec in behind}
    assert len({rec.speaker for rec in near} | {rec.speaker for rec in behind}) == 40
    assert max(sum(r.speaker == rec.speaker for r in near) for rec in near) == 6
    assert {rec.age for rec in near} == {7}
    assert {rec.split for rec in behind} == {"train", "test"}
    assert all(rec.phones is None for rec in behind)
    for rec in near:
        assert [p.ipa for p in rec.phones if p.start < 0.39].count("m") == 2 - (rec.id[-1] != "0")
    for rec in (*near, *behind):
        assert rec.split == hashed_split(rec.speaker, 10)


def test_unreadable_recording_is_named_and_the_others_are_kept(corpora, tmp_path, monkeypatch):
    rows = [{"id": name, "text": "my", "speaker": "s", "sex": "f"} for name in "ab"]
    root = corpora("speech/an4_en", rows)
    (root / "speech/an4_en/a.wav").write_bytes(b"no sound")
    found = labelled(root, "an4_en", tmp_path, monkeypatch, problems := [])
    assert [rec.id for rec in found] == ["b"]
    assert len(problems) == 1
    assert "a.wav" in problems[0]


@pytest.mark.skipif(find_library("espeak-ng") is None, reason="needs espeak-ng's library")
def test_words_of_other_languages_are_found_by_posteriors(corpora, tmp_path, capsys):
    texts = [("a", "nl-be", "maan"), ("b", "xx", "maan"), ("c", "de", None), ("d", "fr", "ma"),
             ("e", "fr", "un mot beaucoup trop long pour une seconde")]  # fmt: skip
    rows = [{"id": i, "lang": lang, "text": text, "speaker": "s", "sex": None}
            for i, lang, text in texts]  # fmt: skip
    root = corpora("speech/gcompris_voices", rows)

    def likely(*phones: str) -> np.ndarray:
        table = np.full((20 * len(phones), len(PHONES)), np.log(1e-3), np.float16)
        for i, phone in enumerate(phones):
            table[20 * i : 20 * i + 20, PHONES.index(phone)] = np.log(0.9)
        return table

    sure = {i: likely("sil", "m", "a", "n", "sil") for i in "abc"}
    np.savez(tmp_path / "gcompris_voices.npz", d=likely("sil", "m", "a"), e=likely("m"), **sure)
    found = {rec.id: rec for rec in recordings(root, "gcompris_voices", tmp_path, tmp_path, [])}
    assert [p.ipa for p in found["a"].phones] == ["sil", "m", "a", "n", "sil"]
    assert [p.ipa for p in found["d"].phones] == ["sil", "m", "a"]
    assert [found[i].phones for i in "bce"] == [None, None, None]
    out = capsys.readouterr().out
    assert "1 recordings in xx" in out
    assert "2 recordings too short" in out


@needs_flite
def test_pocketsphinx_aligns_a_known_text_and_scores_a_wrong_word():
    pytest.importorskip("pocketsphinx")
    samples, phones = speak_with_flite("My happy puppet buys a snowboy pie.", "rms")
    align = TextAligner()
    words = align(samples, "my happy puppet buys a snowboy pie")
    found = [label for word in words if not word.is_pause for label in word.phones]
    for symbol, ipa in (("P", "p"), ("B", "b")):
        assert [start for name, start, _ in found if name == symbol] == pytest.approx(
            [p.start for p in phones if p.ipa == ipa], abs=0.05
        )
    right = {word.text: word.score for word in words}
    wrong = {w.text: w.score for w in align(samples, "my happy government buys a snowboy pie")}
    assert wrong["government"] < min(FITS, right["puppet"] - 3)
    with pytest.raises(KeyError, match="xyzzy"):
        align(samples, "my xyzzy")
    with pytest.raises(ValueError, match="cannot align"):
        align(samples[:8000], "my happy puppet buys a pie " * 5)
