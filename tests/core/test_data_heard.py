"""What recognition is trusted, GRID's names, and pocketsphinx where it is installed."""

import random
import shutil

import pytest

from tools.data.grid import sentence
from tools.data.heard import Word, agreement, read_heard, sure_labels, to_line
from tools.data.texts.orders import random_order


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
def test_only_sure_words_have_labels(text, sure, agrees, kept):
    assert bool(sure_labels([word(text, sure, agrees)])) is kept


def test_agreement_is_the_share_of_time():
    labels = [("M", 0.0, 0.1), ("AA", 0.1, 0.3)]
    others = [("M", 0.0, 0.05), ("N", 0.05, 0.1), ("AA", 0.1, 0.4)]
    assert agreement(labels, others) == pytest.approx(0.25 / 0.3)
    assert agreement([], others) == 0.0


def test_what_is_written_is_read(tmp_path):
    file = tmp_path / "toy.jsonl"
    assert read_heard(file) == {}
    words = [word("milk", 0.9, 0.5), word("<sil>", 1.0, 1.0)]
    file.write_text(to_line("a", words) + to_line("b", []), encoding="utf-8")
    assert read_heard(file) == {"a": words, "b": []}


def test_grid_names_are_sentences():
    assert sentence("bgbsza") == "bin green by s zero again"
    assert sentence("swwx5p") == "set white with x five please"


@pytest.mark.parametrize("name", ["bgbsz", "xgbsza", "bgbs0a"])
def test_other_names_are_not(name):
    with pytest.raises(ValueError, match=name):
        sentence(name)


def test_orders_are_the_same_for_the_same_seed():
    first, again, other = (random_order(random.Random(seed)) for seed in (4, 4, 5))
    assert first == again != other
    assert first == " ".join(first.split())


@pytest.mark.skipif(shutil.which("flite") is None, reason="needs flite")
def test_pocketsphinx_finds_the_words_of_a_text():
    pytest.importorskip("pocketsphinx")
    from tools.data.flite import FliteManner, speak
    from tools.data.sphinx import Aligner

    samples, phones = speak("My happy puppet buys a pie.", FliteManner("rms"))
    words = Aligner().align(samples, "my happy puppet buys a pie")
    found = [label for word in words if not word.is_pause for label in word.phones]
    starts = {ipa: [p.start for p in phones if p.ipa == ipa] for ipa in ("p", "b")}
    for symbol, ipa in (("P", "p"), ("B", "b")):
        assert [start for name, start, _ in found if name == symbol] == pytest.approx(
            starts[ipa], abs=0.05
        )
