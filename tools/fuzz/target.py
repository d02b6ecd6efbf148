"""What a target is, and what counts as a find."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

LONGEST_SENTENCE = 2000


class FindError(Exception):
    """A reader answered as it may not."""


@dataclass(frozen=True)
class Target:
    """A reader that is fuzzed.

    Attributes:
        name: as the command line has it.
        seeds: makes inputs that the reader accepts.
        check: gives bytes to the reader; raises FindError for an answer that makes no sense.
        refusals: the errors with which it may refuse, each in one sentence.
        longest: of an input, in bytes.
    """

    name: str
    seeds: Callable[[], list[bytes]]
    check: Callable[[bytes], None]
    refusals: tuple[type[Exception], ...]
    longest: int = 4096

    def run(self, data: bytes) -> None:
        """Tries one input. Whatever this raises is a find."""
        try:
            self.check(data)
        except self.refusals as error:
            expect_sentence(str(error))


def expect(holds: bool, what: str) -> None:
    """Raises FindError where something does not hold."""
    if not holds:
        raise FindError(what)


def expect_sentence(text: str) -> None:
    """Raises FindError for what cannot stand in a status bar."""
    expect(text.endswith("."), f"no sentence: {text!r}")
    expect(text.isprintable(), f"not on one line: {text!r}")
    expect(len(text) < LONGEST_SENTENCE, f"{len(text)} letters: {text[:200]!r}")


def expect_finite(values: object) -> None:
    """Raises FindError where one of some numbers is none."""
    expect(bool(np.isfinite(np.asarray(values, np.float64)).all()), "not finite")


_FOLDER = TemporaryDirectory(prefix="audio2face-fuzz-")


def folder() -> Path:
    """A folder of this process."""
    return Path(_FOLDER.name)


@contextmanager
def file_with(name: str, data: bytes) -> Iterator[Path]:
    """A file of that name for as long as the context lasts."""
    path = folder() / name
    path.write_bytes(data)
    yield path
    path.unlink()
