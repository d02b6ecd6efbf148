"""What a recogniser heard in speech without labels, and how much of it is worth learning from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .labels import Label

_PAUSES = frozenset({"<s>", "</s>", "<sil>"})
# A word is sure by its posterior alone, or by a lower one that bare phones confirm.
_SURE = 0.7
_CONFIRMED_SURE = 0.3
_CONFIRMED = 0.5


@dataclass(frozen=True)
class Word:
    """One word of a result.

    `start` and `end` in seconds; `sure` is the recogniser's posterior probability of the word, 1
    in an alignment of a known text; `agreement` the share of its time where a recogniser of bare
    phones hears the same phone; `phones` its labels. Pauses and noises are words of their own.
    """

    text: str
    start: float
    end: float
    sure: float
    agreement: float
    phones: list[Label]

    @property
    def is_pause(self) -> bool:
        """Whether nothing is said."""
        return self.text in _PAUSES

    @property
    def is_noise(self) -> bool:
        """Whether it is breath, a noise or speech outside the dictionary."""
        return self.text[:1] in "[+"


def sure_labels(words: Iterable[Word]) -> list[Label]:
    """Labels of the words that are sure; the rest of the time stays without labels.

    Noises are never sure. A pause has to be heard by both recognisers.
    """
    return [label for word in words if _is_sure(word) for label in word.phones]


def agreement(labels: Iterable[Label], others: Sequence[Label]) -> float:
    """Share of the time of `labels` where `others` hold the same symbol; 0 for no time at all."""
    total = same = 0.0
    for symbol, start, end in labels:
        total += end - start
        same += sum(
            max(0.0, min(end, e) - max(start, s)) for name, s, e in others if name == symbol
        )
    return same / total if total else 0.0


def to_line(recording: str, words: Iterable[Word]) -> str:
    """A line of the file that `read_heard` reads."""
    return json.dumps({"id": recording, "words": [asdict(word) for word in words]}) + "\n"


def read_heard(path: Path) -> dict[str, list[Word]]:
    """The words heard in each recording, by its id; empty when the file does not exist."""
    if not path.is_file():
        return {}
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: [Word(**word) for word in row["words"]] for row in rows}


def _is_sure(word: Word) -> bool:
    if word.is_noise:
        return False
    if word.is_pause:
        return word.sure >= _SURE and word.agreement >= _CONFIRMED
    return word.sure >= _SURE or (word.sure >= _CONFIRMED_SURE and word.agreement >= _CONFIRMED)
