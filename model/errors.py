"""Errors whose text is what the artist reads: one sentence that says what, where and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

_LONGEST = 1000


class A2FError(Exception):
    """Base of every error this project raises on purpose.

    Its sentence is on one line and of limited length, whatever the names in it are.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(shorten_middle(sentence, _LONGEST))


class OutOfMemoryError(A2FError):
    """Work for which there was not enough memory."""


class AudioError(A2FError):
    """Sound that cannot be opened, decoded or used.

    Attributes:
        reason: a few words on why, for a caller that reports the sound in a sentence of its own.
    """

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class ChannelMissingError(AudioError):
    """A sound without the channel that was chosen."""


class WeightsError(A2FError):
    """A weights file that is missing, damaged or of another shape than the network."""


class CurvesFileError(A2FError):
    """A file without usable curves."""


@contextmanager
def memory_errors_reported() -> Iterator[None]:
    """Turns a MemoryError into an OutOfMemoryError."""
    try:
        yield
    except MemoryError as error:
        raise OutOfMemoryError(
            "There is not enough memory for this: close other programs, or take shorter sounds."
        ) from error


def quoted(text: object) -> str:
    """Text of unknown origin in quotes, for a sentence: on one line, at most 80 characters."""
    return f'"{one_line(text, 80)}"'


def one_line(text: object, most: int = 200) -> str:
    """Text on one line, at most ``most`` characters; what cannot be printed is escaped."""
    line = _printable(str(text)[: most + 1])
    return line if len(line) <= most else f"{line[:most]}…"


def shorten_middle(sentence: str, most: int) -> str:
    """A sentence on one line; a long one loses its middle, as its end says what to do."""
    half = most // 2
    if len(sentence) > most:
        sentence = f"{sentence[:half]}…{sentence[-half:]}"
    line = _printable(sentence)
    return line if len(line) <= most else f"{line[:half]}…{line[-half:]}"


def first_sentence(error: BaseException) -> str:
    """The first sentence of an error's text, or its type's name where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0].split(". ")[0].rstrip(".") if lines else type(error).__name__


def _printable(text: str) -> str:
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in text
    )
