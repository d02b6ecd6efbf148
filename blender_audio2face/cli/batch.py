"""``predict`` and ``batch`` in Blender: curves of sound files, and the rows of a manifest."""

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from ...model.command.batch import command
from ...model.command.batch.manifest import Group, Row
from ...model.command.batch.results import RowResult
from ...model.command.batch.workers import RowObserver, blender_worker, run_row, serve
from ...model.command.console import Console, Observer, Outcome, attempt
from ...model.command.predict import predict as predict_with
from ...model.command.runtime_cache import RuntimeCache
from ...model.framing import SAMPLE_RATE
from ...model.input_files import real_path
from ..core import analysis
from ..core.rigs.preset import preset_with_id
from ..core.sound.samples import DECODERS, audible_blocks, sound_seconds
from ..core.sound.strip_plan import SoundSource
from ..core.sound.strip_timing import StripTiming
from ..scene.kept_paths import absolute
from ..scene.preferred_runtime import preferred_runtime
from . import saving
from .arguments import command_parser
from .bake import FaceJobs, bake_jobs
from .selection import CommandError

_PASSED_ON = ("-y", "--enable-autoexec", "-Y", "--disable-autoexec", "-noaudio", "--offline-mode")
_RATE = 100
"""Rows a second, to which the length of a sound is rounded up."""


def predict(options: argparse.Namespace, console: Console) -> Outcome:
    """Writes the curves of a sound file, of films and AAC too; see ``model.command.predict``."""
    return _predict(options, console, None)


def _predict(
    options: argparse.Namespace, observer: Observer, cache: RuntimeCache | None
) -> Outcome:
    folder = preferred_runtime(bpy.context).torch_folder
    return predict_with(options, observer, _decode, folder, cache, length=_seconds)


def _decode(path: Path) -> Iterator[np.ndarray]:
    """Samples of a file at 16 kHz, in pieces float32 [n]. Raises A2FError where it cannot."""
    rows = round(_seconds(path) * _RATE)
    if rows < 1:
        return
    whole = StripTiming(_RATE, 0, 0.0, 0.0, 0, rows)
    yield from audible_blocks(SoundSource(path.name, str(path)), whole, SAMPLE_RATE, DECODERS)


def _seconds(path: Path) -> float:
    """Length of a file's sound, in whole rows. Raises A2FError where it cannot be read."""
    return math.ceil(sound_seconds(SoundSource(path.name, str(path))) * _RATE - 1e-6) / _RATE


def batch(options: argparse.Namespace, console: Console) -> Outcome:
    """Does the rows of a manifest; see ``model.command.batch``."""
    program = options.blender or bpy.app.binary_path
    worker = blender_worker(program, _own_options(sys.argv)) if program else None
    return command.batch(options, console, _Rows(), worker)


def work() -> int:
    """Does what a batch gives this process; see ``model.command.batch.workers``."""
    return serve(_Rows().run_group)


def _own_options(words: Sequence[str]) -> list[str]:
    """The options of this Blender that its workers have to have too."""
    ends = [words.index(word) for word in ("-c", "--command") if word in words]
    return [word for word in words[: min(ends, default=0)] if word in _PASSED_ON]


class _Rows:
    """Does rows in this Blender."""

    def __init__(self) -> None:
        self._parser = command_parser()
        self._cache = RuntimeCache(analysis.choose_runtime)

    def check_arguments(self, arguments: Sequence[str]) -> None:
        """Raises A2FError for what cannot be done."""
        options = self._parser.parse_args(arguments)
        if options.command == "bake" and options.preset is not None:
            preset_with_id(options.preset)

    def run_group(self, group: Group, force: bool, observer: RowObserver) -> list[RowResult]:
        """Does rows of one output.

        The first row on a speaker gives it settings that stay; what later rows set is for their
        own keys, so that the same manifest means the same on the file that it made.
        """
        if group[0].blend is None:
            return [
                run_row(row, observer, lambda row=row: self._predict(row, force, observer))
                for row in group
            ]
        rows = _BlendRows(group, self._parser, self._cache, force, observer)
        ended = attempt(rows.bake)
        if not ended.code:
            return rows.results
        refused = {result.row: result for result in rows.results if result.error}
        failed = [RowResult.failed(row, ended.code, ended.error) for row in group]
        return [refused.get(result.row, result) for result in failed]

    def _predict(self, row: Row, force: bool, observer: RowObserver) -> Outcome:
        options = self._parser.parse_args(row.arguments)
        options.force = force
        return _predict(options, observer, self._cache)


class _BlendRows:
    """Rows of one output, whose .blend is opened once and saved once.

    Attributes:
        results: of the rows, as far as they are known.
    """

    def __init__(
        self,
        group: Group,
        parser: argparse.ArgumentParser,
        cache: RuntimeCache,
        force: bool,
        observer: RowObserver,
    ) -> None:
        self.results: list[RowResult] = []
        self._group = group
        self._parser = parser
        self._cache = cache
        self._force = force
        self._observer = observer
        self._digests: list[str] = []
        self._seen: set[tuple[str, str]] = set()

    def bake(self) -> Outcome:
        """Bakes what is not baked yet, and saves.

        Raises:
            A2FError: the .blend cannot be opened, or the output may not be replaced.
            OutputError: the output cannot be written.
        """
        blend, output = Path(str(self._group[0].blend)), Path(self._group[0].output)
        if output != blend and output.exists() and not self._force:
            self._run(blend, bake=False)
            if saving.is_written(output, self._digests, force=False):
                return Outcome()
        self._run(blend, bake=True)
        if any(result.status == "done" for result in self.results):
            self._observer.started(None)
            saving.save(output, self._digests)
        return Outcome()

    def _run(self, blend: Path, *, bake: bool) -> None:
        """Each row's result in a .blend that was just opened."""
        _open(blend)
        self._digests, self._seen = [], set()
        self.results = [
            run_row(row, self._observer, lambda row=row: self._row(row, bake=bake))
            for row in self._group
        ]

    def _row(self, row: Row, *, bake: bool) -> Outcome:
        options = self._parser.parse_args(row.arguments)
        options.force = self._force
        output = Path(row.output)
        with ExitStack() as undo:
            jobs = bake_jobs(options, undo, self._cache)
            if bake:
                jobs.carry_out(self._observer)
            self._digests += [job.digest for job in jobs.faces]
            self._keep_first_settings(jobs)
            undo.pop_all()
        changed = bool(jobs.reports) or (bake and not saving.is_open_file(output))
        ended = jobs.outcome(output, saved=changed)
        return replace(ended, data={**ended.data, "files": self._files(options)})

    def _keep_first_settings(self, jobs: FaceJobs) -> None:
        for job in jobs.faces:
            key = job.speaker.id_data.name, job.speaker.name
            if key in self._seen:
                job.undo.close()
            self._seen.add(key)

    def _files(self, options: argparse.Namespace) -> dict[str, str | None]:
        """Digests of the files that only the .blend names, by path."""
        named = [library.filepath for library in bpy.data.libraries]
        if not options.file:
            named += [sound.filepath for sound in bpy.data.sounds if sound.packed_file is None]
        paths = dict.fromkeys(real_path(absolute(path)) for path in named if path)
        return {str(path): self._cache.digests.of_any(path) for path in paths}


def _open(blend: Path) -> None:
    """Opens a .blend. Raises CommandError where Blender cannot."""
    try:
        bpy.ops.wm.open_mainfile(filepath=str(blend))
    except RuntimeError as error:
        reason = str(error).strip().removeprefix("Error: ")
        raise CommandError(f'"{blend}" cannot be opened: {reason}') from error
