"""What is tried on which tests, and which faults change nothing that a test could see."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from .faults import Fault

ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Equivalent:
    """A fault that makes no difference: where it is, as ``Fault`` has it, and why."""

    text: str
    change: str
    why: str

    def is_it(self, fault: Fault) -> bool:
        """Whether this is the fault."""
        return (self.text, self.change) == (fault.text, fault.change)


def targets() -> dict[str, tuple[str, ...]]:
    """File → files of tests, from the repository's root."""
    read = tomllib.loads((_HERE / "targets.toml").read_text("utf-8"))
    return {
        file: tuple(f"tests/core/test_{name}.py" for name in names.split())
        for file, names in read.items()
    }


def equivalents(file: str) -> list[Equivalent]:
    """The known ones of a file."""
    read = tomllib.loads((_HERE / "equivalent.toml").read_text("utf-8"))
    return [Equivalent(**one) for one in read.get(file, ())]
