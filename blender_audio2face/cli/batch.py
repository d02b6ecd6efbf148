"""``batch``: the rows of a manifest, with faces or without."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import bpy

from ...model.command.batch.command import Trade, batch
from ...model.command.batch.curves import CurvesDoer
from ...model.command.batch.doing import Listener, do_row, failed
from ...model.command.batch.groups import Group
from ...model.command.batch.pool import blender_worker
from ...model.command.batch.results import RowResult
from ...model.command.batch.rows import Row
from ...model.command.batch.worker import serve
from ...model.command.console import Console, Outcome
from ...model.command.run import Failure, attempt
from ...model.command.runtime_cache import RuntimeCache
from ...model.input_files import real_path
from ..core import analysis
from ..core.rigs.preset import preset_with_id
from ..scene.preferred_runtime import preferred_runtime
from . import finishing
from .arguments import command_parser
from .bake import Bakes, carry_out, outcome, prepare
from .errors import CommandError
from .finishing import FaceJob
from .predict import decode

_PASSED_ON = ("-y", "--enable-autoexec", "-Y", "--disable-autoexec", "-noaudio", "--offline-mode")


def batch_here(options: argparse.Namespace, console: Console) -> Outcome:
    """Does the rows of a manifest; see ``model.command.batch``."""
    program = options.blender or bpy.app.binary_path
    worker = blender_worker(program, _own_options(sys.argv)) if program else None
    return batch(options, console, Trade(RowArguments().check, FaceDoer().do, worker))


def work() -> int:
    """Does what a batch gives this process; see ``model.command.batch.worker``."""
    return serve(FaceDoer().do)


def _own_options(words: Sequence[str]) -> list[str]:
    """The options of this Blender that its workers have to have too."""
    ends = [words.index(word) for word in ("-c", "--command") if word in words]
    return [word for word in words[: min(ends, default=0)] if word in _PASSED_ON]


class RowArguments:
    """The command lines of rows."""

    def __init__(self) -> None:
        self._parser = command_parser()

    def options(self, arguments: Sequence[str], *, force: bool = False) -> argparse.Namespace:
        """Their options. Raises UsageError."""
        options = self._parser.parse_args(arguments)
        options.force = force
        return options

    def check(self, arguments: Sequence[str]) -> None:
        """Raises A2FError for what cannot be done."""
        options = self.options(arguments)
        if options.command == "bake" and options.preset is not None:
            preset_with_id(options.preset)


class FaceDoer:
    """Does rows in this Blender."""

    def __init__(self) -> None:
        self._arguments = RowArguments()
        self._shared = RuntimeCache(analysis.choose_runtime)
        folder = preferred_runtime(bpy.context).torch_folder
        self._curves = CurvesDoer(self._shared, decode, folder)

    def do(self, group: Group, force: bool, listener: Listener) -> list[RowResult]:
        """Does a group: its .blend is opened once and saved once.

        The first row on a speaker gives him settings that stay; what later rows set is for their
        own keys, so that the same manifest means the same on the file that it made.
        """
        if group.blend is None:
            return self._curves.do(group, force, listener)
        opened = attempt(lambda: _open(group.blend))
        if isinstance(opened, Failure):
            return [failed(row, opened) for row in group.rows]
        if group.output != group.blend and group.output.exists() and not force:
            looked_at = _Turn(group, force, listener, self._arguments, self._shared)
            results = looked_at.rows(bake=False)
            written = attempt(looked_at.is_written)
            if isinstance(written, Failure):
                return [failed(row, written) for row in group.rows]
            if written.unchanged:
                return results
            _open(group.blend)
        turn = _Turn(group, force, listener, self._arguments, self._shared)
        return turn.saved(turn.rows(bake=True))


class _Turn:
    """A group's way through an open .blend."""

    def __init__(
        self,
        group: Group,
        force: bool,
        listener: Listener,
        arguments: RowArguments,
        shared: RuntimeCache,
    ) -> None:
        self._group = group
        self._force = force
        self._listener = listener
        self._arguments = arguments
        self._shared = shared
        self._faces: list[FaceJob] = []
        self._met: set[tuple[str, str]] = set()

    def rows(self, *, bake: bool) -> list[RowResult]:
        """Each row's result, as far as it is known before saving."""
        return [
            do_row(row, self._listener, lambda row=row: self._row(row, bake=bake))
            for row in self._group.rows
        ]

    def is_written(self) -> Outcome:
        """Whether the output holds all of this already. Raises ChangedOutputError."""
        done = finishing.is_written(self._group.output, self._faces, force=self._force)
        return Outcome("", {}, unchanged=done)

    def saved(self, results: list[RowResult]) -> list[RowResult]:
        """The results once the output is written, if there is anything to write."""
        if all(result.status != "done" for result in results):
            return results
        self._listener.started(None)
        ended = attempt(self._save)
        if isinstance(ended, Outcome):
            return results
        return [
            result if result.status == "error" else failed(row, ended)
            for row, result in zip(self._group.rows, results, strict=True)
        ]

    def _row(self, row: Row, *, bake: bool) -> Outcome:
        options = self._arguments.options(row.arguments, force=self._force)
        with ExitStack() as undo:
            bakes = prepare(options, undo, self._shared)
            if bake:
                carry_out(bakes, self._listener)
            self._faces += bakes.faces
            self._keep_first_settings(bakes)
            undo.pop_all()
        changed = bool(bakes.reports) or (bake and not finishing.is_open_file(row.output))
        ended = outcome(row.output, bakes, saved=changed)
        return replace(ended, data={**ended.data, "files": self._files(options)})

    def _keep_first_settings(self, bakes: Bakes) -> None:
        for face in bakes.faces:
            key = face.speaker.id_data.name, face.speaker.name
            if key in self._met:
                face.undo.close()
            self._met.add(key)

    def _files(self, options: argparse.Namespace) -> dict[str, str | None]:
        """Digests of the files that only the .blend names, by path."""
        named = [library.filepath for library in bpy.data.libraries]
        if not options.file:
            named += [sound.filepath for sound in bpy.data.sounds if sound.packed_file is None]
        paths = dict.fromkeys(real_path(bpy.path.abspath(one)) for one in named if one)
        return {str(path): self._shared.digests.of_any(path) for path in paths}

    def _save(self) -> Outcome:
        finishing.save(self._group.output, self._faces)
        return Outcome("", {})


def _open(blend: Path) -> Outcome:
    """Opens a .blend. Raises CommandError where Blender cannot."""
    try:
        bpy.ops.wm.open_mainfile(filepath=str(blend))
    except RuntimeError as error:
        reason = str(error).strip().removeprefix("Error: ")
        raise CommandError(f'"{blend}" cannot be opened: {reason}') from error
    return Outcome("", {})
