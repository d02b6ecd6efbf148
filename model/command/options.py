"""Options that every command has."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from .console import LEVELS, PROGRESS, Console
from .errors import UsageError
from .exit_codes import ExitCode


class CommandParser(argparse.ArgumentParser):
    """Raises UsageError, with what is wrong, where argparse would exit."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; --help lists what there is.")


def parsed(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None
) -> argparse.Namespace | int:
    """The options of a command line, or the exit code where there is nothing to run: it is wrong,
    which is said in one line, or asks for help."""
    try:
        return parser.parse_args(arguments)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return int(ExitCode.USAGE)
    except SystemExit as ended:  # of --help
        return int(ended.code or 0)


def common_options() -> CommandParser:
    """A parent parser with the options of the console."""
    parser = CommandParser(add_help=False)
    group = parser.add_argument_group("what is printed")
    group.add_argument("--json", action="store_true", help="the result as one line of JSON")
    group.add_argument(
        "--progress",
        choices=PROGRESS,
        default="none",
        help="lines on stderr: plain is 'progress: 42%%', openjd is 'openjd_progress: 42'",
    )
    group.add_argument("--log-level", choices=LEVELS, default="info", help="least level logged")
    return parser


def force_option() -> CommandParser:
    """A parent parser with --force."""
    parser = CommandParser(add_help=False)
    parser.add_argument(
        "--force",
        action="store_true",
        help="do it even if it is done, and replace what was changed by hand since",
    )
    return parser


def console_of(options: argparse.Namespace) -> Console:
    """The console that the options ask for."""
    return Console(
        options.command,
        as_json=options.json,
        level=options.log_level,
        progress=options.progress,
    )
