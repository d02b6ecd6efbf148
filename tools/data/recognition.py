"""Words and phones of the English corpora that come without labels, from pocketsphinx.

`transcripts` aligns the corpora whose texts are known.

Results are kept in a file a corpus, as recognition takes a sixth to half of the recordings' length.
Phones are in pocketsphinx's own alphabet, `phones.ARPABET`; times are seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model.audio_file import read_audio
from model.errors import AudioError

from . import json_lines
from .cache import DataError
from .labels import Label

if TYPE_CHECKING:
    from pocketsphinx import Decoder

_FRAME = 0.01
_PEAK = 0.5

_PAUSES = frozenset({"<s>", "</s>", "<sil>"})
# A word is reliable by its posterior alone, or by a lower one with which bare phones agree.
_RELIABLE = 0.7
_RELIABLE_IF_AGREED = 0.3
_AGREED = 0.5
# A word of a known text is reliable from this score on (measured in `transcripts`).
FITS = -7.0

# A frame's score in pocketsphinx counts steps of log 1.0001 to the power of 1024.
_NATS = 1024 * math.log(1.0001)


@dataclass(frozen=True)
class Word:
    """One recognised word.

    `start` and `end` in seconds; `sure` is the recogniser's posterior probability of the word, 1
    in an alignment of a known text; `agreement` the share of its time where a recogniser of bare
    phones finds the same phone; `phones` its labels. Pauses and noises are words of their own.
    `score`, in an alignment of a known text, is the mean log likelihood per frame in nats relative
    to the best senone.
    """

    text: str
    start: float
    end: float
    sure: float
    agreement: float
    phones: list[Label]
    score: float | None = None

    @property
    def is_pause(self) -> bool:
        """Whether nothing is said."""
        return self.text in _PAUSES

    @property
    def is_noise(self) -> bool:
        """Whether it is a breath, a noise or speech outside the dictionary."""
        return self.text[:1] in "[+"

    @property
    def is_reliable(self) -> bool:
        """Whether its labels are worth learning from; noises' never, pauses' if both agree."""
        agreed = self.agreement >= _AGREED
        if self.is_noise:
            return False
        if self.score is not None:
            return self.score >= FITS
        if self.is_pause:
            return self.sure >= _RELIABLE and agreed
        return self.sure >= _RELIABLE or (self.sure >= _RELIABLE_IF_AGREED and agreed)


def reliable_labels(words: Iterable[Word]) -> list[Label]:
    """Labels of the reliable words; the rest of the time stays without labels."""
    return [label for word in words if word.is_reliable for label in word.phones]


def agreement(labels: Iterable[Label], others: Sequence[Label]) -> float:
    """Share of the time of `labels` where `others` hold the same symbol; 0 for no time at all."""
    total = same = 0.0
    for symbol, start, end in labels:
        total += end - start
        same += sum(
            max(0.0, min(end, e) - max(start, s)) for name, s, e in others if name == symbol
        )
    return same / total if total else 0.0


def read_words(path: Path) -> dict[str, list[Word]]:
    """The words recognised in each recording, by its id; empty when the file does not exist."""
    if not path.is_file():
        return {}
    rows = json_lines.read(path)
    return {row["id"]: [Word(**word) for word in row["words"]] for row in rows}


def complete(path: Path, name: str, rows: Iterable[Mapping[str, object]], folder: Path) -> None:
    """Add to `path` the words of a corpus's recordings that are not yet in it.

    Args:
        path: file of results.
        name: the corpus, of `TRANSCRIBERS`.
        rows: of its index, with "id" and "file".
        folder: of its recordings.
    """
    done = read_words(path)
    missing = [row for row in rows if row["id"] not in done]
    if not missing:
        return
    transcribe = TRANSCRIBERS[name]()

    def transcribed() -> Iterator[dict[str, object]]:
        for row in missing:
            try:
                samples = read_audio(folder / str(row["file"]))
            except AudioError:
                continue  # `corpora.recordings`, which reads it again, names it
            try:
                words = transcribe(samples, str(row["id"]))
            except ValueError as error:
                print(f"{name}: {row['id']} stays without phones: {error}", flush=True)
                words = []
            yield {"id": row["id"], "words": [asdict(word) for word in words]}

    json_lines.append(path, transcribed())


Transcriber = Callable[[np.ndarray, str], list[Word]]
"""The words of samples [N] float at 16 kHz of the recording with an id."""


class Aligner:
    """Finds the words and pauses of a known English text in words of its dictionary.

    A call takes samples [N] at 16 kHz and a text, and raises ValueError when the text does not fit
    the sound.
    """

    def __init__(self) -> None:
        # The search for a best path through the lattice gives words of one frame, which cannot be
        # divided into phones.
        self._words = _decoder(lm=None, bestpath=False)
        # All senones, so that scores are relative to the best of all: four times the work.
        self._phones = _decoder(lm=None, bestpath=False, compallsen=True)

    def pronunciation(self, word: str) -> str | None:
        """The phones of a word of the dictionary, separated by spaces; None for other words."""
        return self._words.lookup_word(word)

    def add(self, word: str, phones: str) -> None:
        """Add a word, or a variant of one, to the dictionary."""
        number, name = 1, word
        while self.pronunciation(name) is not None:
            number += 1
            name = f"{word}({number})"
        for decoder in (self._words, self._phones):
            decoder.add_word(name, phones)

    def __call__(self, samples: np.ndarray, text: str) -> list[Word]:
        raw = _as_bytes(samples)
        self._words.set_align_text(text)
        try:
            _process(self._words, raw)
            if self._words.hyp() is not None:
                self._words.set_alignment()
                self._phones.set_alignment(self._words.get_alignment())
                _process(self._phones, raw)
                return [_aligned_word(item) for item in self._phones.get_alignment()]
        except RuntimeError:
            # How pocketsphinx says that it does not reach the end of the text.
            pass
        raise ValueError(f"pocketsphinx cannot align {text!r} with its recording.")


def _aligned_word(item) -> Word:
    score = round(_NATS * item.score / max(item.duration, 1), 3)
    return Word(item.name, *_span(item), 1.0, 1.0, _phones(item), score)


def word_recogniser(decoder: Decoder) -> Transcriber:
    """A function that finds words, pauses and noises, none when nothing fits, without a text."""
    from pocketsphinx import get_model_path

    phone_model = get_model_path("en-us/en-us-phone.lm.bin")
    bare = _decoder(lm=None, allphone=phone_model, lw=2.0, beam=1e-20, pbeam=1e-20)

    def words(samples: np.ndarray, _recording: str) -> list[Word]:
        raw = _as_bytes(samples)
        decoder.activate_search("_default")
        _process(decoder, raw)
        if decoder.hyp() is None:
            return []
        recognised = [(seg.word, min(seg.prob, 1.0)) for seg in decoder.seg()]
        try:
            decoder.set_alignment()
            _process(decoder, raw)
        except RuntimeError:  # words too short to be divided into phones
            return []
        _process(bare, raw)
        bare_phones = [
            (seg.word, seg.start_frame * _FRAME, (seg.end_frame + 1) * _FRAME)
            for seg in (bare.seg() if bare.hyp() is not None else ())
        ]
        found = []
        for item, (text, sure) in zip(decoder.get_alignment(), recognised, strict=True):
            phones = _phones(item)
            agreed = round(agreement(phones, bare_phones), 3)
            found.append(Word(text, *_span(item), round(sure, 3), agreed, phones))
        return found

    return words


def _decoder(**options: object) -> Decoder:
    # Optional: only corpora without labels need it.
    try:
        from pocketsphinx import Decoder
    except ImportError as error:
        raise DataError("pocketsphinx cannot be loaded; install it with pip.") from error

    return Decoder(loglevel="FATAL", **options)


def _as_bytes(samples: np.ndarray) -> bytes:
    peak = max(float(np.abs(samples).max(initial=0.0)), 1e-6)
    return np.round(samples * (_PEAK / peak * 32767)).astype("<i2").tobytes()


def _process(decoder: Decoder, raw: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(raw, full_utt=True)
    decoder.end_utt()


def _phones(item) -> list[Label]:
    return [(phone.name, *_span(phone)) for phone in item]


def _span(item) -> tuple[float, float]:
    return round(item.start * _FRAME, 3), round((item.start + item.duration) * _FRAME, 3)


def _grid_sentences() -> Transcriber:
    align = Aligner()
    return lambda samples, name: align(samples, grid_sentence(name))


TRANSCRIBERS: dict[str, Callable[[], Transcriber]] = {
    # Without the second, flat pass and with a narrow beam it takes a third of the time.
    "librispeech_en": lambda: word_recogniser(_decoder(fwdflat=False, maxhmmpf=3000)),
    "grid_s26": _grid_sentences,
}

# The six words of a GRID sentence, which its file name spells (Cooke, Barker et al. 2006).
_GRID_COMMANDS = {"b": "bin", "l": "lay", "p": "place", "s": "set"}
_GRID_COLOURS = {"b": "blue", "g": "green", "r": "red", "w": "white"}
_GRID_PREPOSITIONS = {"a": "at", "b": "by", "i": "in", "w": "with"}
_GRID_DIGITS = dict(zip("z123456789", ("zero", "one", "two", "three", "four", "five", "six",
                                       "seven", "eight", "nine"), strict=True))  # fmt: skip
_GRID_ADVERBS = {"a": "again", "n": "now", "p": "please", "s": "soon"}


def grid_sentence(name: str) -> str:
    """The six words of a file of GRID such as "bgbsza": "bin green by s zero again".

    Raises ValueError for a name that is not one of GRID's.
    """
    try:
        command, colour, preposition, letter, digit, adverb = name
        return " ".join(
            (_GRID_COMMANDS[command], _GRID_COLOURS[colour], _GRID_PREPOSITIONS[preposition],
             letter, _GRID_DIGITS[digit], _GRID_ADVERBS[adverb])
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise ValueError(f"{name!r} is not the name of a GRID sentence.") from error
