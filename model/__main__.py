"""``python -m model predict AUDIO OUT.csv --fps 100``: curves of a sound file, without Blender."""

import sys

from .command.options import CommandParser, common_options, console_of, force_option
from .command.predict import add_arguments, predict
from .command.running import run_command


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code (``command.exit_codes``)."""
    parser = CommandParser(prog="python -m model", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add_arguments(
        commands.add_parser(
            "predict",
            parents=[common_options(), force_option()],
            help="write the curves of a sound file as CSV, JSON or NPZ",
        )
    )
    options = parser.parse_args(arguments)
    console = console_of(options)
    return run_command(console, lambda: predict(options, console))


if __name__ == "__main__":
    sys.exit(main())
