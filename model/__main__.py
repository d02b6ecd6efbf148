"""The command line without Blender.

``python -m model predict AUDIO OUT.csv --fps 100`` writes the curves of a sound file, and
``python -m model batch MANIFEST`` those of many; with ``--blender PROGRAM`` also rows with a face,
in Blenders that it starts.
"""

import argparse
import sys
from pathlib import Path

from .command import predict as predict_command
from .command.batch import command as batch_command
from .command.batch.curves import CurvesCheck, CurvesDoer
from .command.batch.doing import Doer
from .command.batch.pool import WorkerCommand, blender_worker
from .command.batch.worker import serve
from .command.console import (
    CommandParser,
    Console,
    Outcome,
    common_options,
    console_for,
    force_option,
    parse_options,
)
from .command.run import run_command
from .command.runtime_cache import RuntimeCache
from .runtime import choose_runtime

_WORKER = WorkerCommand((sys.executable, "-m", "model", "worker"), Path(__file__).parents[1])


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code (``command.exit_codes``)."""
    options = parse_options(_parser(), arguments)
    if isinstance(options, int):
        return options
    if options.command == "worker":
        return serve(_doer())
    console = console_for(options)
    if options.command == "batch":
        work, stopped = _batch, batch_command.STOPPED
        return run_command(console, lambda: work(options, console), stopped)
    return run_command(console, lambda: predict_command.predict(options, console))


def _batch(options: argparse.Namespace, console: Console) -> Outcome:
    worker = _WORKER if options.blender is None else blender_worker(options.blender)
    check = CurvesCheck(faces=options.blender is not None).check
    trade = batch_command.Trade(check, _doer(), worker)
    return batch_command.batch(options, console, trade)


def _doer() -> Doer:
    return CurvesDoer(RuntimeCache(choose_runtime)).do


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
