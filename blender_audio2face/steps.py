"""Work on the main thread in short steps, so that a window stays alive. Imports no bpy.

Steps are a generator whose return value is what the work came to. What it did so far can be taken
back by closing it, but for the steps after which it yields KEPT.
"""

import time
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")

Steps = Generator[str | None, None, Result]

KEPT = "kept"
"""What is yielded by steps that are not to be given up here, but taken on to the next that can be,
or to their end."""


def finished(steps: Steps[Result]) -> Result:
    """Takes every step at once, and returns what the work came to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def watched(steps: Steps[Result], check: Callable[[], None]) -> Steps[Result]:
    """The same steps; ``check`` is called before each but the first; what it raises ends them."""
    try:
        while True:
            state = next(steps)
            yield state
            check()
    except StopIteration as end:
        return end.value
    finally:
        steps.close()


def unless_gone(act: Callable[..., object], *arguments: object) -> None:
    """Takes something back, for an ExitStack: passes over what was removed meanwhile."""
    with suppress(ReferenceError):
        act(*arguments)


def go_on(steps: Steps, seconds: float) -> bool:
    """Takes steps until ``seconds`` have passed; whether they can be given up there.

    Raises:
        StopIteration: there are no more; its value is what the work came to.
    """
    until = time.perf_counter() + seconds
    while True:
        state = next(steps)
        if time.perf_counter() >= until:
            return state != KEPT
