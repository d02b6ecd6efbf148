"""Options that every command has."""

import argparse
import sys
from typing import NoReturn

from .console import LEVELS, PROGRESS, Console
from .exit_codes import ExitCode


class CommandParser(argparse.ArgumentParser):
    """Says what is wrong in one line, and exits with ExitCode.USAGE."""

    def error(self, message: str) -> NoReturn:
        print(f"error: {message}; --help lists what there is.", file=sys.stderr, flush=True)
        sys.exit(int(ExitCode.USAGE))


def common_options() -> argparse.ArgumentParser:
    """A parent parser with the options of the console."""
    parser = argparse.ArgumentParser(add_help=False)
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


def force_option() -> argparse.ArgumentParser:
    """A parent parser with --force."""
    parser = argparse.ArgumentParser(add_help=False)
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
