"""The figures of a run, as JSON, as a table in docs/performance.md and as a plot."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

BEGIN, END = "<!-- made by make bench -->", "<!-- end -->"
"""Between these lines of performance.md is the table; all else is written by hand."""

MAIN_THREAD = "longest call on the main thread: "
REAL_TIME = "real time on the main thread, each frame: "

_AT_MOST = {
    "import and register": 0.05,
    "first bake, 1 min": 2.5,
    "first bake, memory added, 1 h": 400 * 2.0**20,
    "52 × 20000 keys written": 0.5,
    f"{REAL_TIME}99.9th percentile": 0.008,
}
"""What a figure is meant to be at most, in its unit."""

_LONGEST_CALL = 0.05  # s on the main thread
_WORSE = 1.1
"""How many times as much as the old zip a new one may cost."""


@dataclass
class Row:
    """One figure.

    Attributes:
        name: what was measured.
        unit: "s", "B" (bytes) or "×".
        values: of all repeats.
        old: those of the zip that it is compared with, measured in turns.
        at_most, at_least: what it is meant to be, in the unit.
    """

    name: str
    unit: str
    values: list[float] = field(default_factory=list)
    old: list[float] = field(default_factory=list)
    at_most: float | None = None
    at_least: float | None = None

    @property
    def ratio(self) -> float | None:
        """New over old, by the medians."""
        return median(self.values) / median(self.old) if self.old else None

    @property
    def met(self) -> bool:
        """Whether the figure, and its ratio to the old one, are as they are meant to be."""
        figure = median(self.values)
        return (
            (self.at_most is None or figure <= self.at_most)
            and (self.at_least is None or figure >= self.at_least)
            and (self.ratio is None or self.ratio <= _WORSE)
        )

    @property
    def target(self) -> str:
        """What it is meant to be, marked where it is not."""
        if self.at_most is not None:
            limit = f"at most {_spelled(self.at_most, self.unit)}"
        elif self.at_least is not None:
            limit = f"at least {_spelled(self.at_least, self.unit)}"
        else:
            limit = f"at most {_WORSE} × the old" if self.old else ""
        return limit if self.met else f"**missed**: {limit}"


@dataclass
class Figures:
    """All figures of a run.

    Attributes:
        machine: what they were measured on.
        rows: the figures by name, in the order of the report.
        remarks: what could not be measured, and why.
    """

    machine: dict[str, str]
    rows: dict[str, Row] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def add(self, found: Mapping[str, float], old: bool = False) -> None:
        """Adds a repeat of each figure, of the new zip or the old one."""
        for name, value in found.items():
            row = self.rows.setdefault(name, Row(name, _unit(name), at_most=_limit(name)))
            (row.old if old else row.values).append(value)

    def add_ratio(self, above: str, below: str, at_least: float | None) -> None:
        """Adds the ratio of the medians of two rows."""
        name = f"{above} / {below}"
        ratio = median(self.rows[above].values) / median(self.rows[below].values)
        self.rows[name] = Row(name, "×", [ratio], at_least=at_least)


def _unit(name: str) -> str:
    if "memory added" in name:
        return "B"
    return "×" if name.endswith("times real time") else "s"


def _limit(name: str) -> float | None:
    return _LONGEST_CALL if name.startswith(MAIN_THREAD) else _AT_MOST.get(name)


def write(folder: Path, figures: Figures) -> None:
    """Writes performance.json and performance.png, and the table into performance.md."""
    folder.mkdir(parents=True, exist_ok=True)
    content = asdict(figures) | {"rows": [asdict(row) for row in figures.rows.values()]}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / "performance.json").write_text(text + "\n", "utf-8")
    page = folder / "performance.md"
    before = page.read_text("utf-8") if page.is_file() else f"{BEGIN}\n{END}\n"
    page.write_text(with_table(before, figures), "utf-8")
    draw(folder / "performance.png", figures)


def with_table(page: str, figures: Figures) -> str:
    """The page with the table of these figures in place of the one before.

    Raises:
        ValueError: the page lacks the lines between which the table belongs.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The page has no place for the table: add {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{table(figures)}\n{END}{after}"


def table(figures: Figures) -> str:
    """Markdown: the table, what is missing from it, and the machine."""
    rows = figures.rows.values()
    compared = any(row.old for row in rows)
    columns = ["", "median", "min", "max", *(["old zip", "ratio"] if compared else []), "target"]
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)]]
    for row in rows:
        cells = [row.name, *(_spelled(v, row.unit) for v in _spread(row.values))]
        if compared and row.old:
            cells += [_spelled(median(row.old), row.unit), f"{row.ratio:.2f}"]
        elif compared:
            cells += ["", ""]
        lines.append([*cells, row.target])
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    remarks = "".join(f"\n\nNot measured: {remark}." for remark in figures.remarks)
    machine = ", ".join(f"{name} {value}" for name, value in figures.machine.items())
    return f"{text}{remarks}\n\nMeasured on: {machine}."


def _spread(values: list[float]) -> tuple[float, float, float]:
    return median(values), min(values), max(values)


def _spelled(value: float, unit: str) -> str:
    """A figure in three digits: 12.3 s, 1.23 ms, 120 MiB, 3.4 ×."""
    if unit == "B":
        return f"{value / 2**20:.0f} MiB"
    if unit == "s" and value < 1.0:
        value, unit = 1e3 * value, "ms"
    places = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{places}f} {unit}"


def length(seconds: float) -> str:
    """Length of a sound: 5 s, 1 min, 1 h."""
    for size, name in ((3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:g} {name}"
    return f"{seconds:g} s"


def draw(path: Path, figures: Figures) -> None:
    """Draws the longest calls on the main thread, with their range, against the target."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rows = [row for row in figures.rows.values() if row.name.startswith(MAIN_THREAD)]
    names = [row.name.removeprefix(MAIN_THREAD) for row in rows]
    spreads = [[1e3 * value for value in _spread(row.values)] for row in rows]
    middles, lows, highs = zip(*spreads, strict=True)
    errors = [
        [middle - low for middle, low in zip(middles, lows, strict=True)],
        [high - middle for middle, high in zip(middles, highs, strict=True)],
    ]
    figure, axis = plt.subplots(figsize=(9, 0.3 * len(rows) + 1.2))
    axis.barh(names, middles, xerr=errors, color="#1f4e9c", ecolor="#888888")
    axis.invert_yaxis()
    axis.axvline(1e3 * _LONGEST_CALL, color="#cd5c5c", linestyle=":")
    axis.set(xlabel="longest call on the main thread, ms", xlim=(0, None))
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    plt.close(figure)
