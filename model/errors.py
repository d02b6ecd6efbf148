"""Errors whose text is what the artist reads: one sentence saying what, where and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from .shown import fitted

_LONGEST = 1000


class A2FError(Exception):
    """Base of every error this project raises on purpose.

    Its sentence is on one line and not long, whatever the names in it are.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(fitted(sentence, _LONGEST))


class OutOfMemoryError(A2FError):
    """Work for which there was not enough memory."""


@contextmanager
def memory_told() -> Iterator[None]:
    """Within it too little memory becomes an OutOfMemoryError."""
    try:
        yield
    except MemoryError as error:
        raise OutOfMemoryError(
            "There is not enough memory for this: close other programs, or take shorter sounds."
        ) from error


class AudioError(A2FError):
    """Sound that cannot be opened, decoded or used.

    Attributes:
        reason: a few words on why, for a caller that tells of the sound in a sentence of its own.
    """

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class WeightsError(A2FError):
    """A weights file that is missing, damaged or of another shape than the network."""
