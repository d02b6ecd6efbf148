"""Phones of an utterance, and the translation of every corpus's symbols to the inventory."""

from __future__ import annotations

from typing import NamedTuple

from .alphabets import (
    ARPABET,
    EMODB,
    FESTIVAL_CS,
    FESTIVAL_FI,
    FESTIVAL_IT,
    FLITE,
    IPA_MARKS,
    IPA_SEQUENCES,
    PAUSES,
)
from .inventory import PHONES as PHONES
from .inventory import SILENCE as SILENCE
from .inventory import VOWELS

ALPHABETS: tuple[str, ...] = ("arpabet", "ipa", "espeak-ipa", "emodb", "flite",
                              "festival-cs", "festival-it", "festival-fi")  # fmt: skip

# First and second half of a diphthong or affricate-like pair: the first lasts a little longer.
_PAIR_SHARES = (0.55, 0.45)
_STRESS_MARKS = {"ˈ": 1, "ˌ": 2}


class Phone(NamedTuple):
    """One phone of an utterance.

    `start` and `end` are seconds from the first sample. `stress` is 1 on the vowel of a syllable
    with primary stress, 2 with secondary stress, 0 elsewhere and where the source does not mark it.
    """

    ipa: str
    start: float
    end: float
    stress: int = 0


class UnknownSymbolError(ValueError):
    """A phone symbol that the alphabet's table does not hold."""

    def __init__(self, symbol: str, alphabet: str) -> None:
        super().__init__(
            f"The symbol {symbol!r} is not in the alphabet {alphabet!r}; "
            "add it to tools/data/alphabets.py."
        )
        self.symbol = symbol
        self.alphabet = alphabet


def normalise(symbol: str, alphabet: str) -> list[tuple[str, float]]:
    """Translate one symbol into phones of `PHONES` with the share of its duration each takes.

    Length, tone, nasalisation, aspiration, palatalisation and stress marks are stripped (see
    `stress_of` for the last). Shares add up to 1. Raises `UnknownSymbolError` for a symbol that
    has no translation and ValueError for an alphabet not in `ALPHABETS`.
    """
    if alphabet == "arpabet":
        phones = _look_up(symbol.upper().rstrip("012"), ARPABET)
    elif alphabet == "flite":
        phones = _look_up(symbol.lower(), FLITE)
    elif alphabet == "festival-cs":
        phones = _look_up(symbol, FESTIVAL_CS)
    elif alphabet == "festival-it":
        phones = _look_up(symbol.rstrip("1"), FESTIVAL_IT)
    elif alphabet == "festival-fi":
        phones = _look_up(symbol.rstrip(":"), FESTIVAL_FI)
    elif alphabet == "emodb":
        phones = _split(symbol, EMODB, set())
    elif alphabet in ("ipa", "espeak-ipa"):
        phones = [SILENCE] if symbol in PAUSES else _split_ipa(symbol)
    else:
        raise ValueError(f"The alphabet {alphabet!r} is not one of {', '.join(ALPHABETS)}.")
    if not phones:
        raise UnknownSymbolError(symbol, alphabet)
    return list(zip(phones, _shares(len(phones)), strict=True))


def stress_of(symbol: str) -> int:
    """Stress that an IPA symbol announces: 1 primary, 2 secondary, 0 none."""
    return next((_STRESS_MARKS[c] for c in symbol if c in _STRESS_MARKS), 0)


def is_vowel(phone: str) -> bool:
    """Whether a phone of the inventory is a vowel."""
    return phone in VOWELS


def _look_up(symbol: str, table: dict[str, str]) -> list[str]:
    return table.get(symbol, "").split()


def _split_ipa(symbol: str) -> list[str]:
    # Composed letters are spelled out by hand: NFD would also take the cedilla off ç.
    return _split(symbol.replace("ã", "a").replace("õ", "o"), IPA_SEQUENCES, IPA_MARKS)


def _split(symbol: str, table: dict[str, str], marks: set[str]) -> list[str]:
    """Cut `symbol` into the longest pieces the table knows; [] when a piece is unknown."""
    letters = "".join(c for c in symbol if c not in marks)
    longest = max(map(len, table))
    phones: list[str] = []
    while letters:
        size = next((n for n in range(longest, 0, -1) if letters[:n] in table), 0)
        if not size:
            return []
        phones += table[letters[:size]].split()
        letters = letters[size:]
    return phones


def _shares(count: int) -> tuple[float, ...]:
    return _PAIR_SHARES if count == 2 else (1.0 / count,) * count
