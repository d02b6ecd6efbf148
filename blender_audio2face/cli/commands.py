"""Each command, and what runs it."""

import argparse
from collections.abc import Callable, Sequence

from ...model.command.batch.command import STOPPED
from ...model.command.console import Console, Outcome, parse_options, run_command
from . import batch, inspection
from .arguments import command_parser
from .bake import apply, bake
from .selection import path_of

_COMMANDS: dict[str, Callable[[argparse.Namespace, Console], Outcome]] = {
    "apply": apply,
    "bake": bake,
    "batch": batch.batch,
    "inspect": inspection.inspect,
    "predict": batch.predict,
    "presets": inspection.list_presets,
}


def run(arguments: Sequence[str]) -> int:
    """Runs a command on the open file; returns the exit code (``model.command.console``)."""
    options = parse_options(command_parser(path_of), list(arguments))
    if isinstance(options, int):
        return options
    if options.command == "worker":
        return batch.work()
    console = Console(options)
    stopped = {"stopped": STOPPED} if options.command == "batch" else {}
    return run_command(console, lambda: _COMMANDS[options.command](options, console), **stopped)
