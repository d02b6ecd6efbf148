"""From arguments to the command that they name."""

import argparse
from collections.abc import Sequence

from ...model.command.batch.command import STOPPED
from ...model.command.console import Console, Outcome, console_for, parse_options
from ...model.command.run import run_command
from .arguments import command_parser


def run_arguments(arguments: Sequence[str]) -> int:
    """Runs a command; returns the exit code (``model.command.console``)."""
    options = parse_options(command_parser(), list(arguments))
    if isinstance(options, int):
        return options
    if options.command == "worker":
        from .batch import work

        return work()
    console = console_for(options)
    stopped = {"stopped": STOPPED} if options.command == "batch" else {}
    return run_command(console, lambda: _run(options, console), **stopped)


def _run(options: argparse.Namespace, console: Console) -> Outcome:
    """Each command's module is imported only when it is called."""
    if options.command == "bake":
        from .bake import bake

        return bake(options, console)
    if options.command == "apply":
        from .apply import apply

        return apply(options, console)
    if options.command == "inspect":
        from .inspection import inspect

        return inspect(options, console)
    if options.command == "batch":
        from .batch import batch_here

        return batch_here(options, console)
    if options.command == "predict":
        from .predict import predict_here

        return predict_here(options, console)
    from .presets import list_presets

    return list_presets(options, console)
