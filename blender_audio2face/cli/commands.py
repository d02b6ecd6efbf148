"""From arguments to the command that they name."""

import argparse
from collections.abc import Sequence

from ...model.command.console import Console, Outcome
from ...model.command.options import console_of
from ...model.command.running import run_command
from .arguments import command_parser


def run_arguments(arguments: Sequence[str]) -> int:
    """Runs a command; returns the exit code (``model.command.exit_codes``)."""
    try:
        options = command_parser().parse_args(list(arguments))
    except SystemExit as ended:  # argparse has printed the usage; Blender needs the number
        return int(ended.code or 0)
    console = console_of(options)
    return run_command(console, lambda: _run(options, console))


def _run(options: argparse.Namespace, console: Console) -> Outcome:
    """Each command's module is imported only when it is called."""
    if options.command == "bake":
        from .bake import bake as command
    elif options.command == "apply":
        from .apply import apply as command
    elif options.command == "inspect":
        from .inspection import inspect as command
    elif options.command == "predict":
        from .predict import predict_here as command
    else:
        from .presets import list_presets as command
    return command(options, console)
