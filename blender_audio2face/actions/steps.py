"""Work cut into steps, so that a window can answer between them."""

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")

Steps = Generator[None, None, Result]
"""Work that pauses after each step and returns a result at its end."""


def finished(steps: Steps[Result]) -> Result:
    """Does all steps one after the other."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
