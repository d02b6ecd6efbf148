"""All that can be said of a manifest before anything starts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import A2FError
from ...input_files import why_not_a_file
from ..console import ExitCode
from .manifest import Cells, Group, Row, RowError, row_of
from .results import RowResult


@dataclass(frozen=True)
class CheckedManifest:
    """A manifest that was looked at as a whole.

    Attributes:
        groups: all rows that make sense by themselves, in the order of their first rows; also those
            refused for their files: which rows belong together must not depend on what is on a
            disk.
        refused: rows that are not tried, by their numbers.
    """

    groups: list[Group]
    refused: dict[int, RowResult]


def check_manifest(
    manifest: Sequence[Cells],
    folder: Path,
    defaults: Mapping[str, str],
    check_arguments: Callable[[Sequence[str]], object],
    inside: Path | None = None,
) -> CheckedManifest:
    """The jobs of a manifest, and what is wrong with its rows.

    Args:
        manifest: the rows.
        folder: what relative paths begin at.
        defaults: texts for columns that a row leaves empty.
        check_arguments: raises A2FError for a row's command line that cannot be done.
        inside: the folder, without links, that outputs have to lie in; None for any.
    """
    groups: dict[tuple[str | None, str], list[Row]] = {}
    writers: dict[str, Row] = {}  # the first row that writes each file
    refused: dict[int, RowResult] = {}
    for number, cells in enumerate(manifest, 1):
        try:
            row = row_of(number, cells, folder, defaults)
        except RowError as error:
            name = "".join(cells.get("name", ()))
            refused[number] = RowResult(number, name, None, "error", ExitCode.REFUSED, str(error))
        else:
            groups.setdefault((row.blend, row.output), []).append(row)
            writers.setdefault(row.output, row)
    for row in [row for group in groups.values() for row in group]:
        try:
            _check_outputs(row, writers, inside)
            check_arguments(row.arguments)
            for path in filter(None, (row.blend, *row.files)):
                reason = why_not_a_file(path)
                if reason is not None:
                    raise RowError(f'The file "{path}" {reason}: check the path.')
        except A2FError as error:
            refused[row.number] = RowResult.failed(row, ExitCode.REFUSED, str(error))
        else:
            if not Path(row.output).parent.is_dir():
                sentence = f'The folder of "{row.output}" does not exist: make it first.'
                refused[row.number] = RowResult.failed(row, ExitCode.NOT_WRITTEN, sentence)
    return CheckedManifest([tuple(group) for group in groups.values()], refused)


def _check_outputs(row: Row, writers: Mapping[str, Row], inside: Path | None) -> None:
    first = writers[row.output]
    if first.blend != row.blend or (row.blend is None and first is not row):
        raise RowError(f'"{row.output}" is written by row {first.number}: name another output.')
    writer = writers.get(row.blend) if row.blend is not None else None
    if writer is not None and row.output != row.blend:
        raise RowError(
            f'"{row.blend}" is written by row {writer.number}: put what is made from it into '
            "another manifest."
        )
    if inside is not None and not Path(row.output).is_relative_to(inside):
        raise RowError(
            f'The output "{row.output}" does not lie in "{inside}": name another, or another '
            "folder with --inside."
        )
