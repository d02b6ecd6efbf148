"""A manifest's file: a table of CSV, or JSON, to cells.

CSV is read as spreadsheets write it: with ``,``, ``;`` or tabs between cells, in UTF-8 with or
without a byte order mark, or in UTF-16 with one ("Unicode Text" of Excel). JSON is a list of
objects, or ``{"defaults": {…}, "rows": [{…}, …]}``.
"""

import codecs
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import one_line, quoted
from .errors import ManifestError

COLUMNS = (
    "name", "blend", "scene", "speaker", "objects", "strip", "channel", "audio", "frame_start",
    "preset", "mapping", "into", "keys", "tolerance", "dials", "weights", "runtime", "device",
    "output", "format", "fps",
)  # fmt: skip
LISTS = ("speaker", "objects", "strip", "dials")
"""Columns whose cells may hold several texts, with | between them."""

_DELIMITERS = ",;\t"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Entry:
    """A row as it stands in the file.

    Attributes:
        number: counted from 1, without header and empty rows.
        texts: cells that are not empty, by their columns; not those of LISTS.
        lists: the cells of LISTS.
    """

    number: int
    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_manifest(path: Path) -> tuple[Entry, ...]:
    """The rows of a manifest.

    Raises:
        ManifestError: it cannot be read, or has a column that is not known.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except OSError as error:
        raise ManifestError(
            f'The manifest "{path}" cannot be read ({error.strerror or error}): check the path.'
        ) from error
    except UnicodeDecodeError as error:
        raise ManifestError(
            f'The manifest "{path}" is not UTF-8 (byte {error.start}): save it as "CSV UTF-8".'
        ) from error
    is_json = path.suffix.lower() == ".json"
    rows = _json_rows(path, text) if is_json else _csv_rows(path, text)
    if not rows:
        raise ManifestError(f'The manifest "{path}" has no rows.')
    return tuple(_entry(path, number, row) for number, row in enumerate(rows, 1))


def _csv_rows(path: Path, text: str) -> list[dict[str, object]]:
    lines = text.splitlines(keepends=True)
    first = lines[0].strip().lower() if lines else ""
    delimiter = max(_DELIMITERS, key=first.count)
    if first.startswith("sep=") and len(first) == 5:  # a line of Excel's
        delimiter, lines = first[4], lines[1:]
    try:
        table = [
            [cell.strip() for cell in row]
            for row in csv.reader(lines, delimiter=delimiter, strict=True)
        ]
    except (csv.Error, ValueError, TypeError) as error:  # the latter: "sep=" with a quote
        raise ManifestError(
            f'The manifest "{path}" is no CSV ({one_line(error)}): export it again.'
        ) from error
    header, *rows = table or [[]]
    names = [name.lower() for name in header]
    while names and not names[-1]:
        names.pop()
    if len(set(names)) != len(names):
        raise ManifestError(f'The manifest "{path}" has two columns of one name.')
    _check_known(path, "the header", names)
    found: list[dict[str, object]] = []
    for row in rows:
        if not any(row):
            continue
        if any(row[len(names) :]):
            raise ManifestError(
                f'Row {len(found) + 1} of "{path}" has more cells than the header: put text that '
                f'holds a "{delimiter}" in quotes.'
            )
        found.append(dict(zip(names, row, strict=False)))
    return found


def _json_rows(path: Path, text: str) -> list[dict[str, object]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f'The manifest "{path}" is no JSON ({one_line(error)}).') from error
    defaults: object = {}
    if isinstance(document, dict):
        unknown = sorted(document.keys() - {"defaults", "rows"})
        if unknown:
            raise ManifestError(
                f'{quoted(unknown[0])} in "{path}" is not known: it has to hold "rows", a list of '
                'objects, and may hold "defaults".'
            )
        defaults, document = document.get("defaults", {}), document.get("rows")
    is_list = isinstance(document, list) and all(isinstance(row, dict) for row in document)
    if not isinstance(defaults, dict) or not is_list:
        raise ManifestError(
            f'"{path}" has to be a list of objects, or an object with such a list in "rows".'
        )
    return [{**defaults, **row} for row in document]


def _entry(path: Path, number: int, cells: dict[str, object]) -> Entry:
    _check_known(path, f"row {number}", list(cells))
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in cells.items():
        if name in LISTS:
            listed = tuple(_listed(path, number, name, value))
            if listed:
                lists[name] = listed
        elif text := _text(path, number, name, value):
            texts[name] = text
    return Entry(number, texts, lists)


def _listed(path: Path, number: int, name: str, value: object) -> list[str]:
    if isinstance(value, dict) and name == "dials":
        value = [f"{dial}={_text(path, number, name, one)}" for dial, one in value.items()]
    elif not isinstance(value, list):
        value = _text(path, number, name, value).split("|")
    return [text for one in value if (text := _text(path, number, name, one))]


def _text(path: Path, number: int, name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, str | int | float):
        raise ManifestError(f'"{name}" of row {number} in "{path}" has to be a text or a number.')
    return str(value).strip()


def _check_known(path: Path, where: str, names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise ManifestError(
            f'The column {quoted(unknown[0])} in {where} of "{path}" is not known: '
            f"there are {', '.join(COLUMNS)}."
        )
