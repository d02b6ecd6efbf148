"""Rows that need no face: curves of a sound."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ...audio_file import read_audio
from ..options import CommandParser, force_option
from ..predict import add_arguments, predict
from .doing import Listener, do_row
from .errors import RowError
from .groups import Group
from .results import RowResult


def do_curves(
    group: Group, force: bool, listener: Listener, decode: Callable[[Path], np.ndarray] = read_audio
) -> list[RowResult]:
    """Writes the curves of a group's rows.

    Args:
        group: without a blend.
        force: whether to do it even if it is done.
        listener: hears how it comes along.
        decode: samples [N] at 16 kHz of a file.
    """
    parser = curves_parser()
    results = []
    for row in group.rows:
        options = parser.parse_args(row.arguments)
        options.force = force
        work = lambda options=options: predict(options, listener, decode)  # noqa: E731
        results.append(do_row(row, listener, work))
    return results


def curves_parser() -> argparse.ArgumentParser:
    """The parser of such a row's command line."""
    parser = CommandParser(prog="batch")
    commands = parser.add_subparsers(dest="command", required=True)
    add_arguments(commands.add_parser("predict", parents=[force_option()]))
    return parser


def check_curves(arguments: Sequence[str]) -> None:
    """Raises A2FError for a row that cannot be done without Blender."""
    if arguments[0] != "predict":
        raise RowError("A row with a blend needs Blender: name its program with --blender.")
    check_row(arguments)


def check_row(arguments: Sequence[str]) -> None:
    """Raises A2FError for a command line of curves that cannot be done; others are not known."""
    if arguments[0] == "predict":
        curves_parser().parse_args(arguments)
