"""All that can be said of a manifest before anything starts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import A2FError
from ...input_files import why_not_a_file
from ..console import ExitCode
from .errors import RowError
from .groups import Group, groups_of
from .manifest import Entry
from .rows import Row, row_of

CheckArguments = Callable[[Sequence[str]], None]
"""Raises A2FError for a command line that cannot be done."""


@dataclass(frozen=True)
class Refusal:
    """A row that is not tried.

    Attributes:
        number: of the row.
        name: what people call it, or an empty text.
        output: the file that it was to write; None where that is not known.
        code: the exit code.
        sentence: why.
    """

    number: int
    name: str
    output: Path | None
    code: ExitCode
    sentence: str


@dataclass(frozen=True)
class Checked:
    """A manifest that was looked at as a whole.

    Attributes:
        groups: all rows that make sense by themselves, those refused for their files too: which
            rows belong together must not depend on what is on a disk.
        refused: rows that are not tried, by their numbers.
    """

    groups: tuple[Group, ...]
    refused: dict[int, Refusal]


def check_manifest(
    entries: Sequence[Entry],
    folder: Path,
    defaults: Mapping[str, str],
    check_arguments: CheckArguments,
    inside: Path | None = None,
) -> Checked:
    """The jobs of a manifest, and what is wrong with its rows.

    Args:
        entries: the rows.
        folder: what relative paths begin at.
        defaults: texts for columns that a row leaves empty.
        check_arguments: says what is wrong with a row's command line.
        inside: the folder, without links, that outputs have to lie in; None for any.
    """
    rows: list[Row] = []
    refused: dict[int, Refusal] = {}
    for entry in entries:
        try:
            rows.append(row_of(entry, folder, defaults))
        except RowError as error:
            name = entry.texts.get("name", "")
            refused[entry.number] = Refusal(entry.number, name, None, ExitCode.REFUSED, str(error))
    writers = _writers(rows)
    for row in rows:
        try:
            _check_outputs(row, writers)
            _check_inside(row, inside)
            check_arguments(row.arguments)
            _check_files(row)
        except A2FError as error:
            refused[row.number] = _refusal(row, ExitCode.REFUSED, str(error))
        else:
            if not row.output.parent.is_dir():
                sentence = f'The folder of "{row.output}" does not exist: make it first.'
                refused[row.number] = _refusal(row, ExitCode.NOT_WRITTEN, sentence)
    return Checked(groups_of(rows), refused)


def _refusal(row: Row, code: ExitCode, sentence: str) -> Refusal:
    return Refusal(row.number, row.name, row.output, code, sentence)


def _writers(rows: Sequence[Row]) -> dict[Path, Row]:
    """The first row that writes each file."""
    found: dict[Path, Row] = {}
    for row in rows:
        found.setdefault(row.output, row)
    return found


def _check_outputs(row: Row, writers: Mapping[Path, Row]) -> None:
    first = writers[row.output]
    if first.blend != row.blend or (row.blend is None and first is not row):
        raise RowError(f'"{row.output}" is written by row {first.number}: name another output.')
    writer = writers.get(row.blend) if row.blend is not None else None
    if writer is not None and row.output != row.blend:
        raise RowError(
            f'"{row.blend}" is written by row {writer.number}: put what is made from it into '
            "another manifest."
        )


def _check_inside(row: Row, folder: Path | None) -> None:
    if folder is not None and not row.output.is_relative_to(folder):
        raise RowError(
            f'The output "{row.output}" does not lie in "{folder}": name another, or another '
            "folder with --inside."
        )


def _check_files(row: Row) -> None:
    for path in (row.blend, *row.files):
        reason = why_not_a_file(path) if path is not None else None
        if reason is not None:
            raise RowError(f'The file "{path}" {reason}: check the path.')
