"""Errors whose text is what the artist reads: one sentence saying what, where and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager


class A2FError(Exception):
    """Base of every error this project raises on purpose."""


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
