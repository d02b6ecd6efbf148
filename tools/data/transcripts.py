"""English transcripts aligned with their recordings by pocketsphinx, with a score for each word.

The score is the word's mean log likelihood per frame relative to the model's best senone in that
frame, in nats: 0 would be a perfect fit. On eight corpora, of each text of which one word was
replaced by another, `recognition.FITS` keeps 97 to 99 % of the right words of clear speech (85 to
93 % of learners' and of laptop microphones') and 0 to 21 % of the wrong ones, such as "a" for "an".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from model.audio_file import read_audio
from model.errors import AudioError

from . import json_lines
from .recognition import Aligner, Word

# A recording with a smaller share of words that fit says something else than its text.
_FITTING_WORDS = 0.5

_WORDS = Path(__file__).parent / "texts" / "en.dict"
_SPOKEN = re.compile(r"[\w']+")


@dataclass
class Tally:
    """What an alignment kept and dropped.

    `recordings` have a text; `unaligned` of them do not fit theirs: no alignment, or too few words
    that fit. `unknown` counts the words that no dictionary holds, which leave their recordings
    unaligned too. Of `words` aligned, `kept` give labels.
    """

    recordings: int = 0
    unaligned: int = 0
    words: int = 0
    kept: int = 0
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, words: Iterable[Word]) -> bool:
        """Count a recording's words. Whether enough of them fit to believe its text."""
        speech = [word for word in words if not word.is_pause and not word.is_noise]
        fitting = sum(word.is_reliable for word in speech)
        fits = bool(speech) and fitting >= _FITTING_WORDS * len(speech)
        self.recordings += 1
        self.unaligned += not fits
        self.words += len(speech)
        self.kept += fitting if fits else 0
        return fits

    def __str__(self) -> str:
        share = 100 * self.kept / max(self.words, 1)
        text = (
            f"{self.kept} of {self.words} words kept ({share:.0f} %), "
            f"{self.unaligned} of {self.recordings} recordings do not align"
        )
        if self.unknown:
            named = ", ".join(f"{word} ({n})" for word, n in self.unknown.most_common(10))
            text += f"; words without pronunciation: {named}"
        return text


def spoken_words(text: str) -> list[str]:
    """The words of an English text as CMUdict writes them: lower case, without punctuation."""
    plain = text.lower().replace("’", "'")
    return [word.strip("'") or word for word in _SPOKEN.findall(plain) if word.strip("'")]


def read_pronunciations(path: Path = _WORDS) -> dict[str, list[str]]:
    """Words missing from CMUdict with their pronunciations in ARPAbet, several lines for variants.

    A line is a word and its phones, separated by spaces; `#` begins a comment.
    """
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition("#")[0].strip().partition(" ")
        if phones:
            found.setdefault(word, []).append(phones.strip())
    return found


def derived_pronunciation(word: str, lookup: Callable[[str], str | None]) -> str | None:
    """The phones of a possessive or plural in -s whose base `lookup` knows; None for others."""
    for ending in ("'s", "s'", "s"):
        base = word.removesuffix(ending)
        phones = lookup(base) if base != word and base else None
        if phones:
            last = phones.split()[-1]
            if last in ("S", "Z", "SH", "ZH", "CH", "JH"):
                return f"{phones} IH Z" if ending == "'s" else None
            return f"{phones} {'S' if last in ('P', 'T', 'K', 'F', 'TH') else 'Z'}"
    return None


def align_corpus(
    path: Path,
    rows: Sequence[Mapping],
    folder: Path,
    align: Callable[[np.ndarray, str], list[Word]] | None = None,
) -> tuple[dict[str, list[Word]], Tally]:
    """The words of each recording that its text fits, and what was dropped.

    Results are kept in `path`, so that an interrupted run goes on; a recording whose text changed
    is aligned anew.

    Args:
        path: file of results.
        rows: of the corpus's index, with "id", "file", "text"; those without a text are left out.
        folder: of the recordings.
        align: the words of samples [N] at 16 kHz with a text; ValueError where it does not fit,
            KeyError for a word without pronunciation. pocketsphinx's unless given.
    """
    texts = {str(row["id"]): " ".join(spoken_words(str(row["text"] or ""))) for row in rows}
    done = _read(path)
    missing = [
        row for row in rows
        if texts[row["id"]] and done.get(row["id"], {}).get("text") != texts[row["id"]]
    ]  # fmt: skip

    def aligned() -> Iterator[dict[str, object]]:
        aligner = align or TextAligner()
        for row in missing:
            try:
                samples = read_audio(folder / str(row["file"]))
            except AudioError:
                continue  # `corpora.recordings`, which reads it again, names it
            text = texts[row["id"]]
            yield {"id": row["id"], "text": text} | _aligned(samples, text, aligner)

    if missing:
        json_lines.append(path, aligned())
        done = _read(path)
    tally, found = Tally(), {}
    for name, text in texts.items():
        if text and name in done:
            words = [Word(**word) for word in done[name]["words"]]
            tally.unknown.update(done[name].get("unknown", ()))
            if tally.add(words):
                found[name] = words
    return found, tally


class TextAligner:
    """Finds the words and pauses of a known English text, with words that CMUdict lacks.

    A call takes samples [N] at 16 kHz and a text of `spoken_words`. It raises ValueError when the
    text does not fit the sound and KeyError, with the words, when some have no pronunciation.
    """

    def __init__(self) -> None:
        self._align = Aligner()
        self._own = read_pronunciations()
        self._known: set[str] = set()

    def __call__(self, samples: np.ndarray, text: str) -> list[Word]:
        unknown = [word for word in text.split() if not self._knows(word)]
        if unknown:
            raise KeyError(*unknown)
        return self._align(samples, text)

    def _knows(self, word: str) -> bool:
        if word not in self._known:
            variants = self._own.get(word, [])
            if not variants and self._align.pronunciation(word) is None:
                derived = derived_pronunciation(word, self._lookup)
                variants = [derived] if derived else []
            for phones in variants:
                self._align.add(word, phones)
            if self._align.pronunciation(word) is None:
                return False
            self._known.add(word)
        return True

    def _lookup(self, word: str) -> str | None:
        own = self._own.get(word)
        return own[0] if own else self._align.pronunciation(word)


def masked(words: Sequence[Word], marks: Sequence[bool]) -> list[Word]:
    """`words` without the spoken words that are marked False, pauses and noises not counted.

    Without any spoken word where there are not as many as marks.
    """
    spoken = [i for i, word in enumerate(words) if not word.is_pause and not word.is_noise]
    marked = marks if len(marks) == len(spoken) else [False] * len(spoken)
    hidden = {i for i, mark in zip(spoken, marked, strict=True) if not mark}
    return [word for i, word in enumerate(words) if i not in hidden]


def _aligned(samples: np.ndarray, text: str, align) -> dict[str, object]:
    try:
        return {"words": [asdict(word) for word in align(samples, text)]}
    except KeyError as error:
        return {"words": [], "unknown": list(error.args)}
    except ValueError:
        return {"words": []}


def _read(path: Path) -> dict[str, dict]:
    return {row["id"]: row for row in json_lines.read(path)} if path.is_file() else {}
