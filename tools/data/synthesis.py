"""Synthetic corpora: many voices, rates and pitches, with exact phone times."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import festival, flite
from .cache import SAMPLE_RATE, Recording
from .corpora import held_out
from .espeak import Espeak
from .manners import draw_manner, play_faster
from .phones import Phone, UnknownSymbolError
from .texts import RANDOM_WORDS, own_sentences, random_sentences, transcripts, words

# Variants of espeak-ng's voices and the sex they sound like. Left out are jokes, robots, and those
# with an echo (f2 to f5, m2, Alicia …): it fills the closures, so their ends cannot be told.
TRAIN_VARIANTS: dict[str, str] = {
    "m1": "m", "m3": "m", "m4": "m", "m5": "m", "m6": "m", "m8": "m", "croak": "m",
    "whisper": "m", "klatt": "m", "klatt2": "m", "klatt4": "m", "klatt5": "m", "klatt6": "m",
    "grandpa": "m", "david": "m", "Denis": "m", "edward": "m", "john": "m", "max": "m",
    "paul": "m", "rob": "m", "victor": "m", "travis": "m",
    "f1": "f", "Annie": "f", "belinda": "f", "linda": "f", "steph": "f", "steph2": "f",
    "anika": "f", "aunty": "f", "grandma": "f", "whisperf": "f",
}  # fmt: skip
TEST_VARIANTS: dict[str, str] = {
    "m7": "m",
    "klatt3": "m",
    "michael": "m",
    "Andrea": "f",
    "steph3": "f",
}
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
# Constant offsets of flite's labels, measured by tools.data.timing. espeak-ng's are within 3 ms.
_FLITE_SHIFT = {"kal16": 0.004, "awb": 0.004, "rms": 0.004, "slt": 0.009}


@dataclass(frozen=True)
class Synthetic:
    """One synthetic corpus: its share of all hours, who speaks, which languages, which texts."""

    share: float
    engine: str
    languages: tuple[str, ...]
    texts: str


SYNTHETIC: dict[str, Synthetic] = {
    "espeak_en": Synthetic(0.256, "espeak", _ENGLISH, "kathleen_en"),
    "espeak_de": Synthetic(0.080, "espeak", ("de",), "kerstin_de"),
    "espeak_nl": Synthetic(0.048, "espeak", ("nl",), "nathalie_nl"),
    "espeak_more": Synthetic(0.320, "espeak", RANDOM_WORDS, ""),
    "flite_en": Synthetic(0.096, "flite", ("en-us",), "kathleen_en"),
    "festival_en": Synthetic(0.064, "festival", ("en-us",), "kathleen_en"),
    "festival_more": Synthetic(0.136, "festival", ("cs", "cs", "it", "fi"), ""),
}


def synthesise(root: Path, name: str, hours: float, seed: int) -> Iterator[Recording]:
    """Recordings of one synthetic corpus, its share of `hours`; the same for the same seed.

    Held out are voices (`TEST_VARIANTS`, `TEST_FLITE`, `TEST_FESTIVAL`) that speak only held-out
    sentences.
    Sentences with a sound that has no translation are left out; they are counted and printed.
    """
    corpus = SYNTHETIC[name]
    budget = corpus.share * hours * 3600.0
    speaker = _SPEAKERS[corpus.engine]()
    left_out: Counter[str] = Counter()
    for split, seconds in (("train", budget * (1 - _TEST_SHARE)), ("test", budget * _TEST_SHARE)):
        rng = random.Random(f"{seed} {name} {split}")
        languages = _cycle(corpus.languages, rng)
        sources = {lang: _texts(root, corpus, lang, split, rng) for lang in set(corpus.languages)}
        spoken, count = 0.0, 0
        while spoken < seconds:
            lang = next(languages)
            text = next(sources[lang])
            try:
                samples, phones, voice, sex = speaker(text, lang, split, rng)
            except UnknownSymbolError as error:
                left_out[f"{lang} {error.symbol!r}"] += 1
                continue
            spoken += len(samples) / SAMPLE_RATE
            yield Recording(
                f"{name}_{split}_{count:05d}", samples, voice, lang, sex, phones, split, text
            )
            count += 1
    for symbol, times in left_out.most_common():
        print(f"{name}: {times} sentences left out for the unknown symbol {symbol}")


def _texts(
    root: Path, corpus: Synthetic, lang: str, split: str, rng: random.Random
) -> Iterator[str]:
    if not corpus.texts:
        return random_sentences(words(lang), rng)
    sentences = transcripts(root, corpus.texts)
    if corpus.texts == "kathleen_en":
        # Own sentences twice: they are short and dense in labials and rare sounds.
        sentences += own_sentences() * 2
    chosen = [s for s in sentences if held_out(s) == split]
    # nathalie_nl's transcripts mark pauses; the split goes by the text as the corpus has it.
    return _cycle([s.replace(" <eps>", ",").replace("<eps> ", "") for s in chosen], rng)


def _cycle(items: list[str] | tuple[str, ...], rng: random.Random) -> Iterator[str]:
    while True:
        yield from rng.sample(items, len(items))


Spoken = tuple[np.ndarray, list[Phone], str, str]


def _espeak_speaker() -> Callable[[str, str, str, random.Random], Spoken]:
    engine = Espeak()

    def speak(text: str, lang: str, split: str, rng: random.Random) -> Spoken:
        variants = TRAIN_VARIANTS if split == "train" else TEST_VARIANTS
        # Men's variants outnumber women's; draw the sex first.
        sex = rng.choice("mf")
        variant = rng.choice([name for name in variants if variants[name] == sex])
        spoken_as = draw_manner(f"{lang}+{variant}", rng, whisper=split == "train")
        samples, phones = engine.speak(text, spoken_as.manner)
        samples, phones = spoken_as.change(samples, phones)
        return samples, phones, f"espeak-{variant}-{spoken_as.name}", sex

    return speak


def _flite_speaker() -> Callable[[str, str, str, random.Random], Spoken]:
    def speak(text: str, lang: str, split: str, rng: random.Random) -> Spoken:
        voice = rng.choice(TRAIN_FLITE if split == "train" else TEST_FLITE)
        manner = flite.FliteManner(voice, rng.uniform(0.7, 1.5), rng.uniform(0.8, 1.35))
        samples, phones = flite.speak(text, manner, _FLITE_SHIFT[voice])
        return samples, phones, f"flite-{voice}", flite.VOICES[voice]

    return speak


def _festival_speaker() -> Callable[[str, str, str, random.Random], Spoken]:
    def speak(text: str, lang: str, split: str, rng: random.Random) -> Spoken:
        voice = rng.choice((TRAIN_FESTIVAL if split == "train" else TEST_FESTIVAL)[lang])
        samples, phones = festival.speak(text, voice, rng.uniform(0.7, 1.5))
        # A little faster or slower than recorded: another throat and pitch.
        samples, phones = play_faster(samples, phones, rng.uniform(0.88, 1.18))
        return samples, phones, f"festival-{voice}", festival.VOICES[voice].sex

    return speak


_SPEAKERS = {"espeak": _espeak_speaker, "flite": _flite_speaker, "festival": _festival_speaker}
