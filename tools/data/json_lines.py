"""Files of one JSON object a line: indexes, and results that an interrupted run goes on with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path


def read(path: Path) -> list[dict]:
    """The objects of a file, in its order.

    A last line that an interrupted run left unfinished is left out. Raises FileNotFoundError, and
    `json.JSONDecodeError` for any other line that is no JSON.
    """
    # Not `splitlines`: a text may hold other ends of lines, such as U+2028.
    *lines, rest = path.read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line]
    try:
        return [*rows, json.loads(rest)] if rest else rows
    except json.JSONDecodeError:
        return rows


def append(path: Path, rows: Iterator[Mapping[str, object]]) -> None:
    """Add objects to a file, each as soon as it is there; an unfinished last line goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and not path.read_bytes().endswith(b"\n"):
        path.write_text("".join(_line(row) for row in read(path)), encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        for row in rows:
            file.write(_line(row))
            file.flush()


def _line(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
