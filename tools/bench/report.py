"""The figures of a run, as JSON, as a table in docs/performance.md and as a plot."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

BEGIN, END = "<!-- made by make bench -->", "<!-- end -->"
"""Between these lines of performance.md is the table; all else is written by hand."""

MAIN_THREAD = "longest call on the main thread: "
WORSE = 1.1
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
        limits = (
            self.at_most is None or figure <= self.at_most,
            self.at_least is None or figure >= self.at_least,
            self.ratio is None or self.ratio <= WORSE,
        )
        return all(limits)


@dataclass
class Figures:
    """All figures of a run.

    Attributes:
        machine: what they were measured on.
        rows: the figures, in the order of the report.
        remarks: what could not be measured, and why.
    """

    machine: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, name: str, unit: str, value: float, at_most: float | None = None) -> None:
        """Adds a repeat of a figure."""
        self._row(name, unit, at_most).values.append(value)

    def add_old(self, name: str, unit: str, value: float, at_most: float | None = None) -> None:
        """The same of the old zip."""
        self._row(name, unit, at_most).old.append(value)

    def add_ratio(self, above: str, below: str, at_least: float | None) -> None:
        """Adds the ratio of the medians of two rows."""
        first, second = (self._row(name, "s", None) for name in (above, below))
        ratio = median(first.values) / median(second.values)
        self.rows.append(Row(f"{above} / {below}", "×", [ratio], at_least=at_least))

    def _row(self, name: str, unit: str, at_most: float | None) -> Row:
        for row in self.rows:
            if row.name == name:
                return row
        self.rows.append(Row(name, unit, at_most=at_most))
        return self.rows[-1]


def write(folder: Path, figures: Figures) -> None:
    """Writes performance.json and performance.png, and the table into performance.md."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "performance.json").write_text(as_json(figures), "utf-8")
    page = folder / "performance.md"
    before = page.read_text("utf-8") if page.is_file() else f"{BEGIN}\n{END}\n"
    page.write_text(with_table(before, figures), "utf-8")
    draw(folder / "performance.png", figures)


def as_json(figures: Figures) -> str:
    """All figures, a line for each row."""
    head = json.dumps({"machine": figures.machine, "remarks": figures.remarks}, ensure_ascii=False)
    rows = ",\n  ".join(json.dumps(asdict(row), ensure_ascii=False) for row in figures.rows)
    return f'{head[:-1]},\n "rows": [\n  {rows}\n]}}\n'


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
    compared = any(row.old for row in figures.rows)
    columns = ["", "median", "min", "max", *(["old zip", "ratio"] if compared else []), "target"]
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)]]
    for row in figures.rows:
        cells = [row.name, *(_spelled(v, row.unit) for v in _spread(row.values))]
        if compared:
            cells += [_spelled(median(row.old), row.unit) if row.old else ""]
            cells += [f"{row.ratio:.2f}" if row.old else ""]
        lines.append([*cells, _target(row)])
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    remarks = "".join(f"\n\nNot measured: {remark}." for remark in figures.remarks)
    machine = ", ".join(f"{name} {value}" for name, value in figures.machine.items())
    return f"{text}{remarks}\n\nMeasured on: {machine}."


def _spread(values: list[float]) -> tuple[float, float, float]:
    return median(values), min(values), max(values)


def _target(row: Row) -> str:
    if row.at_most is not None:
        limit = f"at most {_spelled(row.at_most, row.unit)}"
    elif row.at_least is not None:
        limit = f"at least {_spelled(row.at_least, row.unit)}"
    else:
        limit = f"at most {WORSE} × the old" if row.old else ""
    return limit if row.met else f"**missed**: {limit}"


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

    rows = [row for row in figures.rows if row.name.startswith(MAIN_THREAD)]
    names = [row.name.removeprefix(MAIN_THREAD) for row in rows]
    spreads = [[1e3 * value for value in _spread(row.values)] for row in rows]
    middles = [middle for middle, _, _ in spreads]
    errors = [
        [middle - low for middle, low, _ in spreads],
        [high - middle for middle, _, high in spreads],
    ]
    figure, axis = plt.subplots(figsize=(9, 0.3 * len(rows) + 1.2))
    axis.barh(names, middles, xerr=errors, color="#1f4e9c", ecolor="#888888")
    axis.invert_yaxis()
    for limit in {row.at_most for row in rows if row.at_most is not None}:
        axis.axvline(1e3 * limit, color="#cd5c5c", linestyle=":")
    axis.set(xlabel="longest call on the main thread, ms", xlim=(0, None))
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    plt.close(figure)
