"""What was measured, and the medians, ratios and exponents made of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        stage: what ran.
        seconds: length of its sound; 0 where there is none.
        values: wall and cpu in seconds, memory in bytes, and what else the stage said.
    """

    stage: str
    seconds: float
    values: dict[str, object]

    def plain(self) -> dict[str, object]:
        """For JSON."""
        return {"stage": self.stage, "seconds": self.seconds, **self.values}

    @classmethod
    def from_plain(cls, data: dict[str, object]) -> "Row":
        """Inverse of ``plain``."""
        values = {name: value for name, value in data.items() if name not in ("stage", "seconds")}
        return cls(str(data["stage"]), float(data["seconds"]), values)


@dataclass
class Figures:
    """All measurements of a run and the machine they were made on."""

    machine: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def plain(self) -> dict[str, object]:
        """For JSON."""
        return {"machine": self.machine, "rows": [row.plain() for row in self.rows]}

    @classmethod
    def from_plain(cls, data: dict) -> "Figures":
        """Inverse of ``plain``."""
        return cls(data["machine"], [Row.from_plain(row) for row in data["rows"]])

    def values(self, stage: str, seconds: float, what: str) -> list:
        """Every repeat's value; empty where the stage did not run."""
        rows = [row for row in self.rows if row.stage == stage and row.seconds == seconds]
        return [row.values[what] for row in rows if what in row.values]

    def median(self, stage: str, seconds: float, what: str) -> float | None:
        """Median of the repeats; None where the stage did not run."""
        found = self.values(stage, seconds, what)
        return float(median(found)) if found else None

    def lengths(self, stage: str) -> list[float]:
        """Seconds of the clips that a stage ran on, ascending."""
        return sorted({row.seconds for row in self.rows if row.stage == stage})

    def ratio(self, first: str, second: str, seconds: float, what: str) -> float | None:
        """How many times as much the first stage costs as the second, by their medians."""
        above, below = (self.median(stage, seconds, what) for stage in (first, second))
        return above / below if above is not None and below else None

    def growth(self, stage: str, what: str, shortest: float) -> float | None:
        """Exponent of the cost against the length over the clips from ``shortest`` on; None
        where fewer than two were measured."""
        lengths = [one for one in self.lengths(stage) if one >= shortest]
        if len(lengths) < 2:
            return None
        return exponent(lengths, [self.median(stage, one, what) for one in lengths])

    def per_second(self, stage: str, what: str) -> float | None:
        """Cost of a second of sound: of the longest clip, less what the shortest costs."""
        lengths = self.lengths(stage)
        if len(lengths) < 2:
            return None
        short, long = lengths[0], lengths[-1]
        more = self.median(stage, long, what) - self.median(stage, short, what)
        return more / (long - short)


def read_figures(path: Path) -> list[Figures]:
    """The figures of one or more machines that a file holds."""
    return [Figures.from_plain(one) for one in json.loads(path.read_text("utf-8"))]


def write_figures(path: Path, found: Sequence[Figures]) -> None:
    """Inverse of ``read_figures``; a line for each measurement."""
    machines = [
        f' {{"machine": {json.dumps(one.machine)},\n  "rows": [\n   '
        + ",\n   ".join(json.dumps(row.plain()) for row in one.rows)
        + "\n  ]}"
        for one in found
    ]
    path.write_text("[\n" + ",\n".join(machines) + "\n]\n", "utf-8")


def exponent(lengths: Sequence[float], costs: Sequence[float]) -> float:
    """Slope of a straight line through log(cost) against log(length), least squares."""
    return float(np.polyfit(np.log(lengths), np.log(costs), 1)[0])


def span(values: Iterable[float]) -> tuple[float, float]:
    """Least and most."""
    found = list(values)
    return min(found), max(found)
