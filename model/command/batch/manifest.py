"""The rows of a manifest, as jobs.

A manifest is CSV as spreadsheets write it, with ``,``, ``;`` or tabs between cells, in UTF-8 with
or without a byte order mark, or in UTF-16 with one ("Unicode Text" of Excel); or it is JSON: a list
of objects, or ``{"defaults": {…}, "rows": [{…}, …]}``.
"""

import codecs
import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import A2FError, one_line, quoted
from ...input_files import real_path

COLUMNS: dict[str, str | None] = {
    "name": None,
    "blend": None,
    "scene": "--scene",
    "speaker": "--speaker",
    "objects": "--object",
    "strip": "--strip",
    "channel": "--channel",
    "audio": "--file",
    "frame_start": "--frame-start",
    "preset": "--preset",
    "mapping": "--mapping",
    "into": "--into",
    "keys": "--keys",
    "hold": "--hold",
    "tolerance": "--tolerance",
    "dials": "--dial",
    "weights": "--weights",
    "runtime": "--runtime",
    "device": "--device",
    "output": None,
    "format": "--format",
    "fps": "--fps",
}
"""Each column, and the option of ``bake`` or ``predict`` that its cells are given to."""

_LISTS = {"speaker", "objects", "strip", "dials"}
"""Columns whose cells may hold several texts, with | between them."""

_PATHS = ("audio", "mapping", "weights")
"""Columns that name a file which the row reads."""

_OF_CURVES = {"name", "audio", "output", "format", "fps", "weights", "runtime", "device"}
_ONLY_OF_CURVES = {"format", "fps"}
_CURVES = (".csv", ".json", ".npz")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Cells = dict[str, tuple[str, ...]]
"""The cells of a row that are not empty, by column; several texts only in some columns."""


class ManifestError(A2FError):
    """A manifest of which no row can be done, or that lacks the rows asked for."""


class RowError(A2FError):
    """A row that cannot be done; the others can."""


@dataclass(frozen=True)
class Row:
    """A job, in JSON's types, as workers get it.

    Attributes:
        number: of the row, from 1.
        name: what people call it, or an empty text.
        blend: the .blend to open; None for curves of a sound.
        output: the file to write.
        arguments: the command line of ``bake``, without its output, or of ``predict``.
        files: what it reads besides the .blend.
    """

    number: int
    name: str
    blend: str | None
    output: str
    arguments: Sequence[str]
    files: Sequence[str]


Group = tuple[Row, ...]
"""Rows with the same blend and output, which one process does in their order; at least one."""


def read_manifest(path: Path) -> list[Cells]:
    """The rows of a manifest, without header and empty rows.

    Raises:
        ManifestError: it cannot be read, or has an unknown column.
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
    return [_cells(path, number, row) for number, row in enumerate(rows, 1)]


def _csv_rows(path: Path, text: str) -> list[dict[str, object]]:
    lines = text.splitlines(keepends=True)
    first = lines[0].strip().lower() if lines else ""
    delimiter = max(",;\t", key=first.count)
    if first.startswith("sep=") and len(first) == 5:  # a line of Excel's
        delimiter, lines = first[4], lines[1:]
    try:
        table = [
            [cell.strip() for cell in row]
            for row in csv.reader(lines, delimiter=delimiter, strict=True)
        ]
    except (csv.Error, ValueError, TypeError) as error:  # the latter: "sep=" with a quote
        raise ManifestError(
            f'The manifest "{path}" is not CSV ({one_line(error)}): export it again.'
        ) from error
    header, *rows = table or [[]]
    names = [name.lower() for name in header]
    while names and not names[-1]:
        names.pop()
    if len(set(names)) != len(names):
        raise ManifestError(f'The manifest "{path}" has two columns of one name.')
    _check_columns(path, "the header", names)
    rows = list(filter(any, rows))
    for number, row in enumerate(rows, 1):
        if any(row[len(names) :]):
            raise ManifestError(
                f'Row {number} of "{path}" has more cells than the header: put text that holds a '
                f'"{delimiter}" in quotes.'
            )
    return [dict(zip(names, row, strict=False)) for row in rows]


def _json_rows(path: Path, text: str) -> list[dict[str, object]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f'The manifest "{path}" is not JSON ({one_line(error)}).') from error
    defaults: object = {}
    if isinstance(document, dict):
        unknown = sorted(document.keys() - {"defaults", "rows"})
        if unknown:
            raise ManifestError(
                f'{quoted(unknown[0])} in "{path}" is unknown: the file has to hold "rows", a list '
                'of objects, and may hold "defaults".'
            )
        defaults, document = document.get("defaults", {}), document.get("rows")
    is_list = isinstance(document, list) and all(isinstance(row, dict) for row in document)
    if not isinstance(defaults, dict) or not is_list:
        raise ManifestError(
            f'"{path}" has to be a list of objects, or an object with such a list in "rows".'
        )
    return [{**defaults, **row} for row in document]


def _cells(path: Path, number: int, row: dict[str, object]) -> Cells:
    _check_columns(path, f"row {number}", list(row))

    def text_of(name: str, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "on" if value else "off"
        if not isinstance(value, str | int | float):
            raise ManifestError(
                f'"{name}" of row {number} in "{path}" has to be a text or a number.'
            )
        return str(value).strip()

    cells: Cells = {}
    for name, value in row.items():
        if name == "dials" and isinstance(value, dict):
            value = [f"{dial}={text_of(name, one)}" for dial, one in value.items()]
        elif name not in _LISTS:
            value = [value]
        elif not isinstance(value, list):
            value = text_of(name, value).split("|")
        texts = tuple(text for item in value if (text := text_of(name, item)))
        if texts:
            cells[name] = texts
    return cells


def _check_columns(path: Path, where: str, names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise ManifestError(
            f'The column {quoted(unknown[0])} in {where} of "{path}" is unknown: '
            f"there are {', '.join(COLUMNS)}."
        )


def row_of(number: int, cells: Cells, folder: Path, defaults: Mapping[str, str]) -> Row:
    """The job of a row, without looking at files.

    Args:
        number: of the row, from 1.
        cells: of the row.
        folder: what relative paths begin at. In a row with a .blend ``//`` is that file's folder.
        defaults: texts for columns that the row leaves empty.

    Raises:
        RowError: it lacks something, or its cells contradict each other.
    """
    cells = {**{column: (text,) for column, text in defaults.items()}, **cells}
    blend = _path(folder, cells["blend"][0]) if "blend" in cells else None
    if blend is None:
        _check_curves(cells)
    paths = {}  # by column
    for column in ("output", *_PATHS):
        for text in cells.get(column, ()):
            if text.startswith("//") and blend is not None:  # as everywhere in Blender
                paths[column] = _path(blend.parent, text[2:])
            else:
                paths[column] = _path(folder, text.removeprefix("//"))
    output = paths.pop("output", blend)
    assert output is not None  # _check_curves
    if blend is not None:
        _check_face(cells, output)
    elif output.suffix.lower() not in _CURVES:
        raise RowError(f'The output "{output}" of curves has to end in {", ".join(_CURVES)}.')
    files = tuple(map(str, paths.values()))
    arguments = ["bake"]
    if blend is None:
        arguments = ["predict", str(paths.pop("audio")), str(output)]
        del cells["audio"]
    for column, option in COLUMNS.items():
        if option is not None:
            values = [paths[column]] if column in paths else cells.get(column, ())
            arguments += [f"{option}={value}" for value in values]
    name = "".join(cells.get("name", ()))
    return Row(
        number, name, None if blend is None else str(blend), str(output), tuple(arguments), files
    )


def _check_face(cells: Cells, output: Path) -> None:
    for column in sorted(_ONLY_OF_CURVES & cells.keys()):
        raise RowError(f'"{column}" is for rows without a blend, which only write curves.')
    if output.suffix.lower() != ".blend":
        raise RowError(f'The output "{output}" has to end in .blend, as the row names a blend.')
    if "frame_start" in cells and "audio" not in cells:
        raise RowError('"frame_start" is for "audio": a strip has its own place.')


def _check_curves(cells: Cells) -> None:
    for column in sorted(cells.keys() - _OF_CURVES):
        raise RowError(f'"{column}" is for a face: name its blend too.')
    for column in ("audio", "output"):
        if column not in cells:
            raise RowError(f'The row needs "blend", or "audio" and "output": "{column}" is empty.')


def _path(folder: Path, text: str) -> Path:
    try:
        return real_path(folder / text)
    except (ValueError, OSError) as error:  # a zero, a lone surrogate
        raise RowError(f"{text!a} is not a path ({error}): check the row.") from error
