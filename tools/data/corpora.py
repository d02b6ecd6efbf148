"""The real corpora: where each is under the data root, how it is split, how it gets its phones.

The data root holds `speech/` and `capture/`, one folder a corpus with an `index.jsonl`. Phones come
from the index, from an English text (`transcripts`), from a recogniser (`recognition`), or from a
text in any language and the posteriors of a trained network (`forced_alignment`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.audio_file import read_audio
from model.errors import AudioError

from . import json_lines
from .cache import SAMPLE_RATE, DataError, Recording
from .espeak import Espeak
from .forced_alignment import AlignmentError, confirmed_phones, german_sounds
from .labels import (
    LEVEL_HOP,
    Label,
    fill_silence,
    level_curve,
    silence_threshold,
    to_phones,
    trim_edges,
)
from .phones import Phone, UnknownSymbolError
from .recognition import TRANSCRIBERS, Word, complete, read_words, reliable_labels
from .transcripts import align_corpus, masked

_TEST_PERCENT = 5
_EMODB_SEX = dict.fromkeys(("03", "10", "11", "12"), "m") | dict.fromkeys(
    ("08", "09", "13", "14"), "f"
)
_EMODB_TEST = frozenset({"03", "10", "09", "14"})

# Labels aligned by pocketsphinx come early by 8.5 ms in both corpora, where the same measure finds
# 1.6 ms in hand labels (tools.data.timing): its frames begin before the sound they describe.
_POCKETSPHINX_SHIFT = 0.007

# Corpora with English texts, and corpora whose texts, in whatever languages, are aligned with the
# posteriors of a trained network.
ENGLISH_TEXTS = frozenset(
    {"an4_en", "picovoice_en", "librispeech_text_en", "ljspeech_en", "picovoice_words_en",
     "hymel_words_en", "speechocean_en"}
)  # fmt: skip
ALIGNED = frozenset(
    {"kerstin_de", "flemishguy_nl", "gcompris_voices", "klettres_syllables", "ktuberling_words"}
)
# espeak-ng's voice for a language of the indexes, where it is not called the same.
_VOICES = {"en": "en-us", "en-gb": "en", "nl-be": "nl"}
# Of the learners of speechocean_en some speak only behind others (`background`), and of the others
# a few sentences each are enough: an hour.
_BACKGROUND_PERCENT = 30
_LEARNER_SENTENCES = 6
# Words of which the experts scored a phone below this are not said as the dictionary has them.
_SAID = 1.0

Row = Mapping[str, object]


@dataclass(frozen=True)
class Corpus:
    """How one corpus becomes recordings.

    `folder` is relative to the data root; `lang` is "" where the rows name their own. `alphabet` is
    None where the index has no labels. `shift` seconds are added to all label times to undo a
    constant offset (measured by `tools.data.timing`). `trim_edges` says that labels stretch over
    the silence before the first and after the last phone. `split` maps a row to "train" or "test";
    `select` keeps some of the rows.
    """

    folder: str
    lang: str
    speaker: str | None = None
    sex: str | None = None
    alphabet: str | None = None
    shift: float = 0.0
    trim_edges: bool = False
    split: Callable[[Row], str] = lambda row: "train"
    select: Callable[[list[dict]], list[dict]] = lambda rows: rows


def _by_text(row: Row) -> str:
    return hashed_split(str(row["text"]))


def _by_speaker(row: Row) -> str:
    return hashed_split(str(row["speaker"]), percent=2 * _TEST_PERCENT)


def _emodb_split(row: Row) -> str:
    return "test" if str(row["speaker"])[-2:] in _EMODB_TEST else "train"


def is_background_learner(row: Row) -> bool:
    """Whether a speaker of speechocean_en is kept for background speech."""
    return hashed_split(f"background {row['speaker']}", _BACKGROUND_PERCENT) == "test"


def _some_of_each_learner(rows: list[dict]) -> list[dict]:
    """A few sentences of every learner who is no background, the best pronounced first."""
    taken: Counter[str] = Counter()
    chosen = set()
    for row in sorted(rows, key=lambda row: (row["accuracy"] < 8, _digest(row["id"]))):
        if not is_background_learner(row) and taken[row["speaker"]] < _LEARNER_SENTENCES:
            taken[row["speaker"]] += 1
            chosen.add(row["id"])
    return [row for row in rows if row["id"] in chosen]


CORPORA: dict[str, Corpus] = {
    "kathleen_en": Corpus("speech/kathleen_en", "en-us", "kathleen", "f", "arpabet",
                          shift=_POCKETSPHINX_SHIFT, trim_edges=True, split=_by_text),
    "grid_s1": Corpus("capture/grid_s1", "en-gb", "grid_s1", "m", "arpabet",
                      shift=_POCKETSPHINX_SHIFT, split=_by_text),
    "emodb_de": Corpus("speech/emodb_de", "de", alphabet="emodb", split=_emodb_split),
    "nathalie_nl": Corpus("speech/nathalie_nl", "nl", "nathalie", "f", "ipa",
                          trim_edges=True, split=_by_text),
    "grid_s26": Corpus("capture/grid_s26", "en-gb", "grid_s26", "m", split=lambda row: "test"),
    "whitehouse": Corpus("capture/whitehouse", "en-us", "whitehouse", "m",
                         split=lambda row: "test"),
    "facegood": Corpus("capture/facegood", "zh", "facegood", "f"),
    "librispeech_en": Corpus("speech/librispeech_en", "en-us", split=_by_speaker),
    "picovoice_en": Corpus("speech/picovoice_en", "en"),
    "kerstin_de": Corpus("speech/kerstin_de", "de", "kerstin", "f", split=_by_text),
    "an4_en": Corpus("speech/an4_en", "en-us", split=_by_speaker),
    "librispeech_text_en": Corpus("speech/librispeech_text_en", "en-us", split=_by_speaker),
    "ljspeech_en": Corpus("speech/ljspeech_en", "en-us", split=_by_text),
    "picovoice_words_en": Corpus("speech/picovoice_words_en", "en"),
    "hymel_words_en": Corpus("speech/hymel_words_en", "en-us"),
    "speechocean_en": Corpus("speech/speechocean_en", "en", split=_by_speaker,
                             select=_some_of_each_learner),
    "flemishguy_nl": Corpus("speech/flemishguy_nl", "nl-be", split=_by_text),
    "gcompris_voices": Corpus("speech/gcompris_voices", "", split=_by_speaker),
    "klettres_syllables": Corpus("speech/klettres_syllables", "", split=_by_speaker),
    "ktuberling_words": Corpus("speech/ktuberling_words", "", split=_by_speaker),
}  # fmt: skip


def hashed_split(key: str, percent: int = _TEST_PERCENT) -> str:
    """Split of a key: "test" for a fixed `percent` of all keys, "train" for the rest."""
    return "test" if _digest(key) % 100 < percent else "train"


def _digest(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.strip().lower().encode()).digest()[:4], "big")


def read_index(root: Path, name: str) -> list[dict]:
    """Rows of a corpus's index. Raises `DataError` when it is not under `root`."""
    return read_rows(root, CORPORA[name].folder)


def read_rows(root: Path, folder: str) -> list[dict]:
    """Rows of the index in a folder of the data root. Raises `DataError` when there is none."""
    index = root / folder / "index.jsonl"
    if not index.is_file():
        raise DataError(f"There is no {index}; give the folder that holds speech/ and capture/.")
    return json_lines.read(index)


def recordings(
    root: Path, name: str, recognised: Path, posteriors: Path, problems: list[str]
) -> Iterator[Recording]:
    """All recordings of one corpus with their phones, as far as they can be known.

    Args:
        root: the data root.
        name: of `CORPORA`.
        recognised: folder that keeps the words that pocketsphinx recognised or aligned.
        posteriors: folder with NAME.npz of a trained network (`tools.train.posteriors`); without
            its file a corpus that needs forced alignment stays unlabelled.
        problems: recordings that cannot be read are added to it and left out, and those with a
            symbol that has no translation, which stay unlabelled.

    Raises:
        DataError: the index, or what the labelling needs, is missing.
    """
    corpus = CORPORA[name]
    rows = corpus.select(read_index(root, name))
    found = _found_phones(root / corpus.folder, name, rows, recognised, posteriors)
    for row in rows:
        try:
            samples = read_audio(root / corpus.folder / row["file"])
            phones = _phones(corpus, row, samples, found)
        except AudioError as error:
            problems.append(f"{name}: {error}")
            continue
        except UnknownSymbolError as error:
            problems.append(f"{name}: {row['id']} stays without phones: {error}")
            phones = None
        speaker = row.get("speaker") or corpus.speaker
        emodb_sex = _EMODB_SEX.get((speaker or "")[-2:]) if corpus.alphabet == "emodb" else None
        yield Recording(
            id=row["id"],
            samples=samples,
            speaker=speaker,
            lang=corpus.lang or row["lang"],
            sex=corpus.sex or row.get("sex") or emodb_sex,
            phones=phones,
            split=corpus.split(row),
            text=row.get("text"),
            age=row.get("age"),
        )


def _found_phones(
    folder: Path, name: str, rows: list[dict], recognised: Path, posteriors: Path
) -> Mapping[str, list[Phone]] | None:
    """Phones by recording, where they do not come from the index; None where they do, or cannot."""
    if name in ENGLISH_TEXTS:
        words, tally = align_corpus(recognised / f"{name}.aligned.jsonl", rows, folder)
        print(f"{name}: {tally}", flush=True)
        return _reliable_phones(_said_words(rows, words))
    if name in TRANSCRIBERS:
        file = recognised / f"{name}.jsonl"
        complete(file, name, rows, folder)
        return _reliable_phones(read_words(file))
    file = posteriors / f"{name}.npz"
    return _aligned_phones(name, rows, file) if name in ALIGNED and file.is_file() else None


def _said_words(rows: Iterable[Row], words: Mapping[str, list[Word]]) -> dict[str, list[Word]]:
    """`words` without those that experts heard said otherwise, where the index has their scores."""
    said = dict(words)
    for row in rows:
        name = str(row["id"])
        if name in said and "words" in row:
            heard = [min(scores, default=0.0) >= _SAID for _, _, scores in row["words"]]
            said[name] = masked(said[name], heard)
    return said


def _phones(
    corpus: Corpus, row: Row, samples: np.ndarray, found: Mapping[str, list[Phone]] | None
) -> list[Phone] | None:
    """Phones of a recording: those found by its id, where the index has no labels."""
    if found is not None:
        phones = found.get(str(row["id"]))
        return None if phones is None else fill_silence(phones, samples, SAMPLE_RATE)
    labels: list[Label] | None = row.get("phones")
    if corpus.alphabet is None or labels is None:
        return None
    if corpus.alphabet == "emodb":
        labels = merge_emodb_labels(labels, _silence_test(samples))
    phones = to_phones(labels, corpus.alphabet, corpus.shift)
    if corpus.trim_edges:
        phones = trim_edges(phones, samples, SAMPLE_RATE)
    return fill_silence(phones, samples, SAMPLE_RATE)


def _reliable_phones(words: Mapping[str, list[Word]]) -> dict[str, list[Phone]]:
    return {
        name: to_phones(reliable_labels(found), "arpabet", _POCKETSPHINX_SHIFT)
        for name, found in words.items()
    }


def _aligned_phones(name: str, rows: Iterable[Row], file: Path) -> dict[str, list[Phone]]:
    """Phones of the texts, but for recordings without a text or too short for it.

    What cannot be aligned is counted and printed. Raises `DataError` without espeak-ng.
    """
    espeak, found = Espeak(), {}
    left_out: Counter[str] = Counter()
    with np.load(file, allow_pickle=False) as posteriors:
        for row in rows:
            try:
                words = _espeak_words(espeak, str(row["text"] or ""), str(row["lang"]))
                found[str(row["id"])] = confirmed_phones(words, posteriors[str(row["id"])])
            except KeyError:
                left_out["without posteriors"] += 1
            except AlignmentError:
                left_out["too short for their texts, or without one"] += 1
            except UnknownSymbolError as error:
                left_out[f"with the unknown symbol {error.symbol!r} ({row['lang']})"] += 1
            except DataError:
                left_out[f"in {row['lang']}, which espeak-ng does not speak"] += 1
    for reason, count in left_out.most_common():
        print(f"{name}: {count} recordings {reason}", flush=True)
    return found


def _espeak_words(espeak: Espeak, text: str, lang: str) -> list[Sequence[str]]:
    words = espeak.transcribe(text, _VOICES.get(lang, lang))
    if not words:
        raise AlignmentError("There is no text to align.")
    return [german_sounds(word) for word in words] if lang.startswith("de") else list(words)


_EMODB_PLACES = ("pb", "td", "kg")
_EMODB_STOPS = frozenset("".join(_EMODB_PLACES))
_EMODB_NAKED_REMARKS = frozenset({"hoe", "!"})


def merge_emodb_labels(
    labels: Iterable[Label], is_silent: Callable[[float, float], bool]
) -> list[Label]:
    """Merge Emo-DB's closures, releases and remarks into the phones they belong to.

    The narrow labels of Emo-DB mark where something begins; an entry lasts until the next one.
    Beside phones there are

    - `_d` a closure before its release, which is the beginning of the stop d;
    - `!d` the release of a stop, and `dasp` its aspiration: both belong to the preceding stop. An
      aspiration or release that follows no stop is a stop whose closure cannot be heard;
    - `+lar`, `-sth`, `[+eng` … remarks that something begins or ends within a sound (voicing,
      creak, breathiness, audibility): they continue the preceding sound;
    - `(` a pause and `(gef` a stretch that may be a pause or a hesitation: silence where the audio
      is silent, otherwise a continuation of the preceding sound.

    `is_silent(start, end)` tells whether the audio is silent there. Returns labels in the alphabet
    "emodb".
    """
    merged: list[Label] = []

    def continue_last(end: float) -> None:
        # A remark before any sound describes nothing audible: the time stays uncovered.
        if merged:
            merged[-1] = (*merged[-1][:2], end)

    for entry, start, end in labels:
        stop = _emodb_stop(entry)
        if stop and merged and _same_place(merged[-1][0], stop) and not entry.startswith("_"):
            continue_last(end)
        elif stop:
            merged.append((stop, start, end))
        elif entry.startswith("(") and is_silent(start, end):
            merged.append(("sil", start, end))
        elif entry[0] in "(+-[" or entry in _EMODB_NAKED_REMARKS:
            continue_last(end)
        else:
            merged.append((entry.split("+")[0], start, end))
    return merged


def _same_place(sound: str, stop: str) -> bool:
    return any(sound in place and stop in place for place in _EMODB_PLACES)


def _emodb_stop(entry: str) -> str | None:
    """The stop whose closure, release or aspiration an entry is, or None."""
    if entry[0] in "_!" and entry[1:2] in _EMODB_STOPS:
        return entry[1]
    if entry.endswith("asp") and entry[0] in _EMODB_STOPS:
        return entry[0]
    return None


def _silence_test(samples: np.ndarray) -> Callable[[float, float], bool]:
    level = level_curve(samples, SAMPLE_RATE)
    threshold = silence_threshold(level)

    def is_silent(start: float, end: float) -> bool:
        first = int(start / LEVEL_HOP)
        span = level[first : max(int(end / LEVEL_HOP), first + 1)]
        return bool(len(span)) and float(np.median(span)) < threshold

    return is_silent
