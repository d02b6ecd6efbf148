"""Rows that need no face: curves of a sound."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ...audio_file import audio_blocks
from ..console import CommandParser, Outcome, force_option
from ..predict import add_arguments, predict
from ..runtime_cache import RuntimeCache
from .doing import Listener, do_row
from .errors import RowError
from .groups import Group
from .results import RowResult
from .rows import Row


class CurvesDoer:
    """Writes the curves of rows.

    Args:
        shared: what the rows share.
        decode: samples of a file at 16 kHz, in pieces float32 [n].
        torch_folder: see ``model.runtime.choose_runtime``.
    """

    def __init__(
        self,
        shared: RuntimeCache,
        decode: Callable[[Path], Iterable[np.ndarray]] = audio_blocks,
        torch_folder: Path | None = None,
    ) -> None:
        self._shared = shared
        self._decode = decode
        self._torch_folder = torch_folder
        self._parser = curves_parser()

    def do(self, group: Group, force: bool, listener: Listener) -> list[RowResult]:
        """Does a group without a blend."""
        return [
            do_row(row, listener, partial(self._predict, row, force, listener))
            for row in group.rows
        ]

    def _predict(self, row: Row, force: bool, listener: Listener) -> Outcome:
        options = self._parser.parse_args(row.arguments)
        options.force = force
        return predict(options, listener, self._decode, self._torch_folder, self._shared)


def curves_parser() -> argparse.ArgumentParser:
    """The parser of such a row's command line."""
    parser = CommandParser(prog="batch")
    commands = parser.add_subparsers(dest="command", required=True)
    add_arguments(commands.add_parser("predict", parents=[force_option()]))
    return parser


class CurvesCheck:
    """Checks the command lines of rows.

    Args:
        faces: whether rows with a face can be done; they are not looked at here.
    """

    def __init__(self, *, faces: bool) -> None:
        self._faces = faces
        self._parser = curves_parser()

    def check(self, arguments: Sequence[str]) -> None:
        """Raises A2FError for a row that cannot be done."""
        if arguments[0] == "predict":
            self._parser.parse_args(arguments)
        elif not self._faces:
            raise RowError("A row with a blend needs Blender: name its program with --blender.")
