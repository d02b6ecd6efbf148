"""The sentences of the GRID corpus, which its file names spell (Cooke, Barker et al. 2006)."""

from __future__ import annotations

_COMMANDS = {"b": "bin", "l": "lay", "p": "place", "s": "set"}
_COLOURS = {"b": "blue", "g": "green", "r": "red", "w": "white"}
_PREPOSITIONS = {"a": "at", "b": "by", "i": "in", "w": "with"}
_DIGITS = dict(zip("z123456789", ("zero", "one", "two", "three", "four", "five", "six", "seven",
                                  "eight", "nine"), strict=True))  # fmt: skip
_ADVERBS = {"a": "again", "n": "now", "p": "please", "s": "soon"}


def sentence(name: str) -> str:
    """The six words of a file such as "bgbsza": "bin green by s zero again".

    Raises ValueError for a name that is not one of GRID's.
    """
    try:
        command, colour, preposition, letter, digit, adverb = name
        return " ".join(
            (_COMMANDS[command], _COLOURS[colour], _PREPOSITIONS[preposition], letter,
             _DIGITS[digit], _ADVERBS[adverb])
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise ValueError(f"{name!r} is not the name of a GRID sentence.") from error
