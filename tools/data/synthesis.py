"""Synthetic corpora: many voices, rates and pitches, with exact phone times.

The texts are transcripts of the real corpora, sentences written for this project (`texts/en.txt`)
and, for languages without a corpus, sentences of random words.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .cache import SAMPLE_RATE, DataError, Recording
from .corpora import hashed_split, read_index
from .espeak import Espeak
from .phones import Phone, UnknownSymbolError
from .speaking_styles import Speech, draw_style, play_faster
from .synthesizers import FESTIVAL, FLITE, speak_with_festival, speak_with_flite

# Variants of espeak-ng's voices and the sex they sound like. Left out are jokes, robots, and those
# with an echo (f2 to f5, m2, Alicia …): it fills the closures, so their ends cannot be located.
TRAIN_VARIANTS: dict[str, str] = {
    "m1": "m", "m3": "m", "m4": "m", "m5": "m", "m6": "m", "m8": "m", "croak": "m",
    "whisper": "m", "klatt": "m", "klatt2": "m", "klatt4": "m", "klatt5": "m", "klatt6": "m",
    "grandpa": "m", "david": "m", "Denis": "m", "edward": "m", "john": "m", "max": "m",
    "paul": "m", "rob": "m", "victor": "m", "travis": "m",
    "f1": "f", "Annie": "f", "belinda": "f", "linda": "f", "steph": "f", "steph2": "f",
    "anika": "f", "aunty": "f", "grandma": "f", "whisperf": "f",
}  # fmt: skip
TEST_VARIANTS: dict[str, str] = {
    "m7": "m", "klatt3": "m", "michael": "m", "Andrea": "f", "steph3": "f",
}  # fmt: skip
TRAIN_FLITE = ("kal16", "rms", "slt")
TEST_FLITE = ("awb",)
TRAIN_FESTIVAL: dict[str, tuple[str, ...]] = {
    "en-us": ("kal_diphone", "cmu_us_slt_arctic_hts"),
    "cs": ("czech_krb", "czech_krb", "czech_dita", "czech_machac"),  # krb is a child
    "it": ("lp_diphone",),
    "fi": ("suo_fi_lj_diphone",),
}
TEST_FESTIVAL: dict[str, tuple[str, ...]] = {
    "en-us": ("ked_diphone",),
    "cs": ("czech_ph",),
    "it": ("pc_diphone",),
    "fi": ("hy_fi_mv_diphone",),
}

_ENGLISH = ("en-us", "en-us", "en-us", "en", "en-gb-x-rp", "en-gb-scotland", "en-us-nyc",
            "en-029", "en-gb-x-gbcwmd", "en-gb-x-gbclan")  # fmt: skip
_TEST_SHARE = 0.07
_FAILURES = 3

_TEXTS = Path(__file__).parent / "texts"
_HUNSPELL = Path("/usr/share/hunspell")
_WORD_LENGTHS = range(2, 12)
_SENTENCE_LENGTHS = range(3, 9)

# Language of espeak-ng: Debian's dictionary package, its file.
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


@dataclass(frozen=True)
class Synthetic:
    """One synthetic corpus.

    `share` is its part of all hours; `texts` the corpus whose transcripts are spoken, "" for random
    words.
    """

    share: float
    engine: str
    languages: tuple[str, ...]
    texts: str = ""


SYNTHETIC: dict[str, Synthetic] = {
    "espeak_en": Synthetic(0.256, "espeak", _ENGLISH, "kathleen_en"),
    "espeak_de": Synthetic(0.080, "espeak", ("de",), "kerstin_de"),
    "espeak_nl": Synthetic(0.048, "espeak", ("nl",), "nathalie_nl"),
    "espeak_more": Synthetic(0.320, "espeak", RANDOM_WORDS),
    "flite_en": Synthetic(0.096, "flite", ("en-us",), "kathleen_en"),
    "festival_en": Synthetic(0.064, "festival", ("en-us",), "kathleen_en"),
    "festival_more": Synthetic(0.136, "festival", ("cs", "cs", "it", "fi")),
}


class VoiceError(DataError):
    """A synthesizer's voice that does not speak a sentence."""

    def __init__(self, voice: str, error: DataError) -> None:
        super().__init__(str(error))
        self.voice = voice


def synthesise(
    root: Path, name: str, hours: float, seed: int, problems: list[str]
) -> Iterator[Recording]:
    """Recordings of one synthetic corpus, its share of `hours`; the same for the same seed.

    Held out are voices (`TEST_VARIANTS`, `TEST_FLITE`, `TEST_FESTIVAL`) that speak only held-out
    sentences. Sentences with a sound that has no translation are left out; they are counted and
    printed. Voices and languages that are not installed are added to `problems`, and the others
    speak for them. Raises `DataError` when nothing is spoken at all.
    """
    corpus = SYNTHETIC[name]
    budget = corpus.share * hours * 3600.0
    speak = _SPEAKERS[corpus.engine]()
    left_out: Counter[str] = Counter()
    voices, reasons, total = Voices(), {}, 0
    for split, seconds in (("train", budget * (1 - _TEST_SHARE)), ("test", budget * _TEST_SHARE)):
        rng = random.Random(f"{seed} {name} {split}")
        languages = _shuffled_forever(corpus.languages, rng)
        texts, missing = {}, {}
        for lang in dict.fromkeys(corpus.languages):
            try:
                texts[lang] = _texts(root, corpus, lang, split, rng)
            except DataError as error:
                missing[lang] = str(error)
        spoken, count = 0.0, 0
        while texts and spoken < seconds:
            lang = next(languages)
            if lang not in texts:
                continue
            text = next(texts[lang])
            try:
                samples, phones, voice, sex = speak(text, lang, split, rng, voices)
            except UnknownSymbolError as error:
                left_out[f"the unknown symbol {error.symbol!r} in {lang}"] += 1
                continue
            except VoiceError as error:
                left_out[f"the voice {error.voice}"] += 1
                reasons[error.voice] = str(error)
                continue
            except DataError as error:
                missing[lang] = str(error)
                del texts[lang]
                continue
            spoken += len(samples) / SAMPLE_RATE
            yield Recording(
                f"{name}_{split}_{count:05d}", samples, voice, lang, sex, phones, split, text
            )
            count += 1
        problems += [f"{name}, {split}: no {lang}: {reason}" for lang, reason in missing.items()]
        total += count
    if not total:
        raise DataError("; ".join(missing.values()))
    problems += [f"{name}: {reasons[voice]}" for voice in sorted(voices.missing)]
    for reason, times in left_out.most_common():
        print(f"{name}: {times} sentences left out for {reason}")


class Voices:
    """Which voices of a synthesizer speak, and which are `missing`: failed before they ever did."""

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self._spoke: set[str] = set()
        self._failures: Counter[str] = Counter()

    def choose(self, names: Sequence[str], lang: str, rng: random.Random) -> str:
        """One of the voices that are not missing. Raises `DataError` when all are."""
        left = [name for name in names if name not in self.missing]
        if not left:
            raise DataError(f"None of the voices {', '.join(dict.fromkeys(names))} speaks {lang}.")
        return rng.choice(left)

    def speak(self, name: str, say: Callable[[], Speech]) -> Speech:
        """What `say` says as the voice `name`. Raises `VoiceError` where it raises `DataError`."""
        try:
            speech = say()
        except DataError as error:
            self._failures[name] += 1
            if self._failures[name] >= _FAILURES and name not in self._spoke:
                self.missing.add(name)
            raise VoiceError(name, error) from error
        self._spoke.add(name)
        return speech


def _texts(
    root: Path, corpus: Synthetic, lang: str, split: str, rng: random.Random
) -> Iterator[str]:
    if not corpus.texts:
        return _random_sentences(_words(lang), rng)
    sentences = list(dict.fromkeys(row["text"] for row in read_index(root, corpus.texts)))
    if corpus.texts == "kathleen_en":
        # Own sentences twice: they are short and dense in labials and rare sounds.
        sentences += (_TEXTS / "en.txt").read_text(encoding="utf-8").splitlines() * 2
    chosen = [sentence for sentence in sentences if hashed_split(sentence) == split]
    if not chosen:
        raise DataError(f"No sentence of {corpus.texts} is in the split {split}.")
    # nathalie_nl's transcripts mark pauses; the split goes by the text as the corpus has it.
    return _shuffled_forever([s.replace(" <eps>", ",").replace("<eps> ", "") for s in chosen], rng)


def _shuffled_forever(items: Sequence[str], rng: random.Random) -> Iterator[str]:
    while True:
        yield from rng.sample(items, len(items))


def _words(lang: str) -> list[str]:
    """Words of a language of `RANDOM_WORDS`. Raises `DataError` when none are installed."""
    if lang in WORD_LISTS:
        return (_TEXTS / WORD_LISTS[lang]).read_text(encoding="utf-8").split()
    package, name = DICTIONARIES[lang]
    path = _HUNSPELL / f"{name}.dic"
    if not path.is_file():
        raise DataError(f"There is no {path}; install Debian's package {package}.")
    data = path.read_bytes()
    try:
        lines = data.decode("utf-8").splitlines()[1:]
    except UnicodeDecodeError:
        # Of the dictionaries above only the Polish dictionary may come in another encoding.
        lines = data.decode("iso8859-2").splitlines()[1:]
    return [
        word
        for word in (line.split("/")[0].split("\t")[0] for line in lines)
        if word.isalpha() and word.islower() and len(word) in _WORD_LENGTHS
    ]


def _random_sentences(vocabulary: list[str], rng: random.Random) -> Iterator[str]:
    """Endless sentences of random words with commas, questions and exclamations."""
    while True:
        chosen = rng.choices(vocabulary, k=rng.choice(_SENTENCE_LENGTHS))
        if len(chosen) > 4 and rng.random() < 0.4:
            chosen[len(chosen) // 2 - 1] += ","
        yield " ".join(chosen).capitalize() + rng.choice("...!?")


Speaker = Callable[[str, str, str, random.Random, Voices], tuple[np.ndarray, list[Phone], str, str]]
"""Speaks (text, language, split, rng, voices): samples [N] at 16 kHz, phones, name and sex of the
voice. Raises `VoiceError`, and `DataError` when every voice is missing."""


def _espeak_speaker() -> Speaker:
    engine = Espeak()

    def speak(text: str, lang: str, split: str, rng: random.Random, voices: Voices):
        variants = TRAIN_VARIANTS if split == "train" else TEST_VARIANTS
        # Men's variants outnumber women's; draw the sex first.
        sex = rng.choice("mf")
        names = [f"{lang}+{name}" for name in variants if variants[name] == sex]
        name = voices.choose(names, lang, rng)
        style = draw_style(name, rng, whisper=split == "train")
        speech = voices.speak(name, lambda: engine.speak(text, style.voice))
        return *style.change(*speech), f"espeak-{name.partition('+')[2]}-{style.name}", sex

    return speak


def _speak_with_flite(text: str, lang: str, split: str, rng: random.Random, voices: Voices):
    name = voices.choose(TRAIN_FLITE if split == "train" else TEST_FLITE, lang, rng)
    stretch, pitch = rng.uniform(0.7, 1.5), rng.uniform(0.8, 1.35)
    speech = voices.speak(name, lambda: speak_with_flite(text, name, stretch, pitch))
    return *speech, f"flite-{name}", FLITE[name].sex


def _speak_with_festival(text: str, lang: str, split: str, rng: random.Random, voices: Voices):
    name = voices.choose((TRAIN_FESTIVAL if split == "train" else TEST_FESTIVAL)[lang], lang, rng)
    stretch = rng.uniform(0.7, 1.5)
    speech = voices.speak(name, lambda: speak_with_festival(text, name, stretch))
    # A little faster or slower than recorded: another throat and pitch.
    samples, phones = play_faster(*speech, rng.uniform(0.88, 1.18))
    return samples, phones, f"festival-{name}", FESTIVAL[name].sex


_SPEAKERS = {
    "espeak": _espeak_speaker,
    "flite": lambda: _speak_with_flite,
    "festival": lambda: _speak_with_festival,
}
