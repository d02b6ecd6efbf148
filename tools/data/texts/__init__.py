"""Texts for synthesis: transcripts of the corpora, own sentences, random words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from ..corpora import read_index

_HERE = Path(__file__).parent
_HUNSPELL = Path("/usr/share/hunspell")
_WORD_LENGTHS = range(2, 12)
_SENTENCE_LENGTHS = range(3, 9)

# espeak-ng's voice: Debian's dictionary package, its file.
DICTIONARIES: dict[str, tuple[str, str]] = {
    "fr": ("hunspell-fr-classical", "fr_FR"),
    "es": ("hunspell-es", "es_ES"),
    "it": ("hunspell-it", "it_IT"),
    "pt-br": ("hunspell-pt-br", "pt_BR"),
    "ro": ("hunspell-ro", "ro_RO"),
    "pl": ("hunspell-pl", "pl_PL"),
    "cs": ("hunspell-cs", "cs_CZ"),
    "ru": ("hunspell-ru", "ru_RU"),
    "sv": ("hunspell-sv", "sv_SE"),
    "hu": ("hunspell-hu", "hu_HU"),
    "tr": ("hunspell-tr", "tr_TR"),
}
WORD_LISTS: dict[str, str] = {"fi": "fi.txt"}
# Languages without a corpus, spoken as random words.
RANDOM_WORDS: tuple[str, ...] = (*DICTIONARIES, *WORD_LISTS)


class TextError(RuntimeError):
    """A word list that is not installed."""


def own_sentences() -> list[str]:
    """English sentences written for this project; no corpus holds them."""
    return (_HERE / "en.txt").read_text(encoding="utf-8").splitlines()


def transcripts(root: Path, corpus: str) -> list[str]:
    """The different transcripts of a corpus under the data root, in the corpus's order."""
    return list(dict.fromkeys(row["text"] for row in read_index(root, corpus)))


def words(lang: str) -> list[str]:
    """Words of a language of `RANDOM_WORDS`. Raises `TextError` when none are installed."""
    if lang in WORD_LISTS:
        return (_HERE / WORD_LISTS[lang]).read_text(encoding="utf-8").split()
    package, name = DICTIONARIES[lang]
    path = _HUNSPELL / f"{name}.dic"
    if not path.is_file():
        raise TextError(f"There is no {path}; install Debian's package {package}.")
    return [
        word
        for word in (line.split("/")[0].split("\t")[0] for line in _dictionary_lines(path))
        if word.isalpha() and word.islower() and len(word) in _WORD_LENGTHS
    ]


def random_sentences(vocabulary: list[str], rng: random.Random) -> Iterator[str]:
    """Endless sentences of random words with commas, questions and exclamations."""
    while True:
        chosen = rng.choices(vocabulary, k=rng.choice(_SENTENCE_LENGTHS))
        if len(chosen) > 4 and rng.random() < 0.4:
            chosen[len(chosen) // 2 - 1] += ","
        yield " ".join(chosen).capitalize() + rng.choice("...!?")


def _dictionary_lines(path: Path) -> list[str]:
    data = path.read_bytes()
    try:
        return data.decode("utf-8").splitlines()[1:]
    except UnicodeDecodeError:
        # Of the dictionaries above only the Polish one may come in another encoding.
        return data.decode("iso8859-2").splitlines()[1:]
