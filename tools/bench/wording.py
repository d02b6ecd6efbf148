"""Figures as people read them."""

from collections.abc import Sequence

MIB = 2**20
DASH = "–"


def duration(seconds: float | None) -> str:
    """Three digits: 12.3 s, 1.23 s, 12.3 ms."""
    if seconds is None:
        return DASH
    return f"{_digits(seconds)} s" if seconds >= 1.0 else f"{_digits(1e3 * seconds)} ms"


def length(seconds: float) -> str:
    """Length of a clip: 5 s, 1 min, 1 h."""
    for unit, name in ((3600.0, "h"), (60.0, "min")):
        if seconds >= unit:
            return f"{seconds / unit:g} {name}"
    return f"{seconds:g} s"


def megabytes(count: float | None) -> str:
    """Whole MiB."""
    return DASH if count is None else f"{count / MIB:.0f} MiB"


def times(ratio: float | None) -> str:
    """A ratio: 2.3 ×, 120 ×."""
    return DASH if ratio is None else f"{_digits(ratio)} ×"


def share(part: float | None) -> str:
    """A share in hundredths."""
    return DASH if part is None else f"{_digits(100 * part)} %"


def number(value: float | None) -> str:
    """Two places after the point."""
    return DASH if value is None else f"{value:.2f}"


def count(value: float | None) -> str:
    """A whole number."""
    return DASH if value is None else f"{value:,.0f}".replace(",", " ")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; the first column holds names, the others figures."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _digits(value: float) -> str:
    """Three digits, or all those before the point."""
    places = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:,.{places}f}".replace(",", " ")
