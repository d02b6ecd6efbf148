"""The phone inventory in IPA, and the translation of each corpus's symbols to it.

A value of a translation table holds one phone, or several separated by spaces that share the
symbol's duration. Sounds outside the inventory go to the phone that looks most like them on the
face: the place of the lips counts first, then the jaw, then the tongue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

SILENCE = "sil"
VOWELS: tuple[str, ...] = (
    "i", "y", "ɪ", "ʏ", "e", "ø", "ɛ", "œ", "ə", "ɜ", "ɐ", "a", "æ", "ɑ", "ɒ", "ɔ", "o", "ʊ", "u",
    "ʌ", "ɯ", "ɨ",
)  # fmt: skip
CONSONANTS: tuple[str, ...] = (
    "p", "b", "m", "f", "v", "w", "ʋ", "θ", "ð", "t", "d", "n", "s", "z", "l", "r", "ɹ", "ɾ", "ʃ",
    "ʒ", "tʃ", "dʒ", "ts", "dz", "ç", "j", "ɲ", "k", "ɡ", "ŋ", "x", "ɣ", "q", "ʁ", "h", "ʔ", "β",
    "ɸ",
)  # fmt: skip
PHONES: tuple[str, ...] = (SILENCE, *VOWELS, *CONSONANTS)

PAUSES: frozenset[str] = frozenset({"", "SIL", "sil", "pau", "_", "_:", "_|", "SPN", "<eps>"})

# CMUdict's alphabet as pocketsphinx writes it. Noises and breath count as silence.
ARPABET: dict[str, str] = {
    "SIL": "sil", "SPN": "sil", "NSN": "sil", "+BREATH+": "sil", "+NOISE+": "sil",
    "+SPN+": "sil", "+NSN+": "sil",
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "a ʊ", "AY": "a ɪ", "EH": "ɛ",
    "ER": "ɜ ɹ", "EY": "e ɪ", "IH": "ɪ", "IY": "i", "OW": "o ʊ", "OY": "ɔ ɪ", "UH": "ʊ",
    "UW": "u",
    "B": "b", "CH": "tʃ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "dʒ",
    "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s",
    "SH": "ʃ", "T": "t", "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip

# Festival's US radio phone set: ARPAbet with schwas and flaps of its own.
FLITE: dict[str, str] = {
    **{name.lower(): value for name, value in ARPABET.items()},
    "pau": "sil", "brth": "sil", "h#": "sil", "ax": "ə", "ix": "ɨ", "axr": "ə ɹ", "dx": "ɾ",
    "el": "ə l", "em": "ə m", "en": "ə n", "nx": "n", "hv": "h",
}  # fmt: skip

# Festival's voices for Czech (Brailcom), Italian (ISTC; 1 marks stress) and Finnish (Suopuhe).
FESTIVAL_CS: dict[str, str] = {
    "#": "sil", "_": "ʔ", "a": "a", "a:": "a", "e": "ɛ", "e:": "ɛ", "i": "ɪ", "i:": "i", "o": "o",
    "o:": "o", "u": "u", "u:": "u", "b": "b", "c": "ts", "c~": "tʃ", "ch": "x", "d": "d",
    "d~": "ɡ", "dz": "dz", "dz~": "dʒ", "f": "f", "g": "ɡ", "h": "h", "j": "j", "k": "k", "l": "l",
    "m": "m", "n": "n", "n*": "ŋ", "n~": "ɲ", "p": "p", "r": "r", "r~": "r", "r~*": "r", "s": "s",
    "s~": "ʃ", "t": "t", "t~": "k", "v": "v", "z": "z", "z~": "ʒ",
}  # fmt: skip
FESTIVAL_IT: dict[str, str] = {
    "#": "sil", "i": "i", "e": "e", "E": "ɛ", "a": "a", "o": "o", "O": "ɔ", "u": "u", "j": "j",
    "w": "w", "p": "p", "t": "t", "k": "k", "b": "b", "d": "d", "g": "ɡ", "f": "f", "s": "s",
    "S": "ʃ", "v": "v", "z": "z", "Z": "ʒ", "ts": "ts", "tS": "tʃ", "dz": "dz", "dZ": "dʒ",
    "m": "m", "n": "n", "J": "ɲ", "ng": "ŋ", "nf": "m", "l": "l", "L": "l", "r": "r",
}  # fmt: skip
FESTIVAL_FI: dict[str, str] = {
    "#": "sil", "a": "ɑ", "e": "e", "i": "i", "o": "o", "u": "u", "y": "y", "@": "æ", "7": "ø",
    "p": "p", "t": "t", "k": "k", "b": "b", "d": "d", "g": "ɡ", "f": "f", "T": "θ", "D": "ð",
    "s": "s", "z": "z", "S": "ʃ", "Z": "ʒ", "h": "h", "v": "ʋ", "m": "m", "n": "n", "N": "ŋ",
    "l": "l", "L": "l", "r": "r", "j": "j", "w": "w",
}  # fmt: skip

# The narrow labels of Emo-DB: German SAMPA with letters of its own.
EMODB: dict[str, str] = {
    "sil": "sil",
    "a": "a", "A": "ɑ", "e": "e", "E": "ɛ", "i": "i", "I": "ɪ", "o": "o", "O": "ɔ", "u": "u",
    "U": "ʊ", "y": "y", "Y": "ʏ", "2": "ø", "9": "œ", "@": "ə", "6": "ɐ",
    "p": "p", "b": "b", "t": "t", "d": "d", "k": "k", "g": "ɡ", "?": "ʔ", "m": "m", "n": "n",
    "N": "ŋ", "NN": "ŋ", "f": "f", "v": "v", "V": "ʋ", "s": "s", "ss": "s", "z": "z", "S": "ʃ",
    "Z": "ʒ", "C": "ç", "x": "x", "X": "x", "h": "h", "H": "h", "j": "j", "l": "l", "L": "l",
    "r": "r", "R": "ʁ", "4": "ʁ", "B": "β", "D": "ð", "G": "ɣ",
}  # fmt: skip

# Stress, length, tone, ties, secondary articulations and diacritics that the face does not show.
IPA_MARKS: set[str] = set("ˈˌːˑʰʱʲʷˠˤⁿˀʼ˞͜͡‿.˥˦˧˨˩'\"-^:") | {chr(c) for c in range(0x300, 0x370)}

IPA_SEQUENCES: dict[str, str] = {
    **{phone: phone for phone in (*VOWELS, *CONSONANTS)},
    # vowels
    "ɚ": "ɜ ɹ", "ɝ": "ɜ ɹ", "ᵻ": "ɪ", "ᵿ": "ʊ", "ɩ": "ɪ", "ʉ": "u", "ɵ": "ø", "ɘ": "ə",
    "ɤ": "ʌ", "ɞ": "ɜ", "ɶ": "œ",
    "ε": "ɛ",  # the Greek letter, in espeak-ng's Danish
    # labials
    "ɱ": "m", "ʍ": "w", "ɥ": "y", "ʙ": "β", "pf": "p f",
    # coronals
    "ʈ": "t", "ɖ": "d", "ɳ": "n", "ɭ": "l", "ɫ": "l", "ɬ": "l", "ɮ": "l", "ɺ": "ɾ", "ɽ": "ɾ",
    "ɻ": "ɹ", "ʂ": "ʃ", "ʐ": "ʒ", "ɕ": "ʃ", "ʑ": "ʒ", "ɧ": "ʃ", "tʂ": "tʃ", "dʐ": "dʒ",
    "tɕ": "tʃ", "dʑ": "dʒ", "ʈʂ": "tʃ", "ɖʐ": "dʒ",
    # palatals, velars, uvulars, laryngeals
    "ʎ": "l", "ʝ": "j", "c": "k", "ɟ": "ɡ", "g": "ɡ", "ɰ": "ɣ", "ʀ": "ʁ", "χ": "x", "ɢ": "ɡ",
    "ɴ": "ŋ", "ħ": "h", "ɦ": "h", "ʕ": "ʔ", "?": "ʔ",
    "??": "ʊ ɐ",  # how espeak-ng writes its German phoneme UR, as in durch
}  # fmt: skip

# Alphabets whose symbols are looked up whole, with the function that strips marks off a symbol.
_WHOLE_SYMBOLS: dict[str, tuple[dict[str, str], Callable[[str], str]]] = {
    "arpabet": (ARPABET, lambda symbol: symbol.upper().rstrip("012")),
    "flite": (FLITE, str.lower),
    "festival-cs": (FESTIVAL_CS, str),
    "festival-it": (FESTIVAL_IT, lambda symbol: symbol.rstrip("1")),
    "festival-fi": (FESTIVAL_FI, lambda symbol: symbol.rstrip(":")),
}
ALPHABETS: tuple[str, ...] = (*_WHOLE_SYMBOLS, "emodb", "ipa", "espeak-ipa")

# First and second half of a diphthong or affricate-like pair: the first lasts a little longer.
_PAIR_SHARES = (0.55, 0.45)


class Phone(NamedTuple):
    """One phone of an utterance; `start` and `end` are seconds from the first sample."""

    ipa: str
    start: float
    end: float


class UnknownSymbolError(ValueError):
    """A phone symbol that the alphabet's table does not hold."""

    def __init__(self, symbol: str, alphabet: str) -> None:
        super().__init__(
            f"The symbol {symbol!r} is not in the alphabet {alphabet!r}; "
            "add it to tools/data/phones.py."
        )
        self.symbol = symbol


def normalise(symbol: str, alphabet: str) -> list[tuple[str, float]]:
    """Translate one symbol into phones of `PHONES` with the share of its duration each takes.

    Marks of length, tone, nasalisation, aspiration, palatalisation and stress are stripped. Shares
    add up to 1. Raises `UnknownSymbolError` for a symbol that has no translation and ValueError for
    an alphabet not in `ALPHABETS`.
    """
    if alphabet in _WHOLE_SYMBOLS:
        table, plain = _WHOLE_SYMBOLS[alphabet]
        phones = table.get(plain(symbol), "").split()
    elif alphabet == "emodb":
        phones = _split(symbol, EMODB)
    elif alphabet in ("ipa", "espeak-ipa"):
        phones = [SILENCE] if symbol in PAUSES else _split_ipa(symbol)
    else:
        raise ValueError(f"The alphabet {alphabet!r} is not one of {', '.join(ALPHABETS)}.")
    if not phones:
        raise UnknownSymbolError(symbol, alphabet)
    count = len(phones)
    shares = _PAIR_SHARES if count == 2 else (1.0 / count,) * count
    return list(zip(phones, shares, strict=True))


def is_vowel(phone: str) -> bool:
    """Whether a phone of the inventory is a vowel."""
    return phone in VOWELS


def _split_ipa(symbol: str) -> list[str]:
    # Composed letters are spelled out by hand: NFD would also take the cedilla off ç.
    plain = symbol.replace("ã", "a").replace("õ", "o")
    return _split("".join(c for c in plain if c not in IPA_MARKS), IPA_SEQUENCES)


def _split(letters: str, table: dict[str, str]) -> list[str]:
    """Cut `letters` into the longest pieces the table knows; [] when a piece is unknown."""
    longest = max(map(len, table))
    phones: list[str] = []
    while letters:
        size = next((n for n in range(longest, 0, -1) if letters[:n] in table), 0)
        if not size:
            return []
        phones += table[letters[:size]].split()
        letters = letters[size:]
    return phones
