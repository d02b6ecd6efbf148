"""The command line without Blender.

``python -m model predict AUDIO OUT.csv --fps 100`` writes the curves of a sound file, and
``python -m model batch MANIFEST`` those of many; with ``--blender PROGRAM`` also rows with a face,
in Blenders that it starts.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from .command import predict as predict_command
from .command.batch import command as batch_command
from .command.batch.manifest import Group, RowError
from .command.batch.results import RowResult
from .command.batch.workers import RowObserver, blender_worker, run_row, serve
from .command.console import (
    CommandParser,
    Console,
    Outcome,
    common_options,
    force_option,
    parse_options,
    run_command,
)
from .command.runtime_cache import RuntimeCache
from .runtime import choose_runtime

_WORKER = (sys.executable, "-m", "model", "worker")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code (``command.console``)."""
    options = parse_options(_parser(), arguments)
    if isinstance(options, int):
        return options
    if options.command == "worker":
        return serve(_CurvesRows(faces=False).run_group)
    console = Console(options)
    if options.command == "batch":
        return run_command(console, lambda: _batch(options, console), batch_command.STOPPED)
    return run_command(console, lambda: predict_command.predict(options, console))


def _batch(options: argparse.Namespace, console: Console) -> Outcome:
    rows = _CurvesRows(faces=options.blender is not None)
    worker = _WORKER if options.blender is None else blender_worker(options.blender)
    return batch_command.batch(options, console, rows, worker)


class _CurvesRows:
    """Does rows that need no face.

    Args:
        faces: whether a worker does rows with a face; it checks their command lines.
    """

    def __init__(self, *, faces: bool) -> None:
        self._faces = faces
        self._parser = _parser()
        self._cache = RuntimeCache(choose_runtime)

    def check_arguments(self, arguments: Sequence[str]) -> None:
        """Raises A2FError for a row that cannot be done."""
        if arguments[0] == "predict":
            self._parser.parse_args(arguments)
        elif not self._faces:
            raise RowError("A row with a blend needs Blender: name its program with --blender.")

    def run_group(self, group: Group, force: bool, observer: RowObserver) -> list[RowResult]:
        """Writes the curves of rows."""
        return [
            run_row(row, observer, partial(self._predict, row.arguments, force, observer))
            for row in group
        ]

    def _predict(self, arguments: Sequence[str], force: bool, observer: RowObserver) -> Outcome:
        options = self._parser.parse_args(arguments)
        options.force = force
        return predict_command.predict(options, observer, cache=self._cache)


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(prog="python -m model", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    parents = [common_options(), force_option()]
    predict_command.add_arguments(
        commands.add_parser(
            "predict",
            parents=parents,
            help="write the curves of a sound file as CSV, JSON or NPZ",
        )
    )
    batch_command.add_arguments(
        commands.add_parser("batch", parents=parents, help="write the curves of many sound files")
    )
    commands.add_parser("worker", help="what batch starts; not for people")
    return parser


if __name__ == "__main__":
    sys.exit(main())
