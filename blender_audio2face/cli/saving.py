"""The .blend that a command writes: a Blender that is killed leaves the old file or the new one."""

import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import bpy

from ...model.command.atomic_write import OutputError, atomic_write
from ...model.command.job_record import digest_of, digest_of_file, is_up_to_date, recorded_write
from ...model.input_files import real_path
from .selection import CommandError, open_blend

_UNCOMPRESSED = b"BLENDER"


def output_path(asked: Path | None) -> Path:
    """The .blend that a command is to write. Raises CommandError for a name Blender cannot open."""
    if asked is None:
        return open_blend()
    if asked.suffix.lower() != ".blend":
        raise CommandError(f'"{asked}" has to end in .blend: Blender opens no other name.')
    if not asked.parent.is_dir():
        raise OutputError(f'The folder of "{asked}" does not exist: make it first.')
    return real_path(asked)


def is_open_file(output: Path) -> bool:
    """Whether an output is the file that is open."""
    return output.exists() and output.samefile(open_blend())


def is_written(output: Path, jobs: Sequence[str], *, force: bool) -> bool:
    """Whether another file than the open one holds jobs, given by their digests, already.

    Raises:
        ChangedOutputError: it was changed since a job made it.
    """
    return not is_open_file(output) and is_up_to_date(output, _digest(jobs), force=force)


def save(output: Path, jobs: Sequence[str]) -> None:
    """Saves the file that holds jobs, given by their digests.

    The open file is replaced, and the one before kept as .blend1 if Blender is set to keep any.
    Another file gets a record of the jobs beside it.

    Raises:
        OutputError: it could not be written.
    """
    if is_open_file(output):
        blend = open_blend()
        with atomic_write(blend, lambda _: _keep_backup(blend)) as path:
            _save(path)
    else:
        with recorded_write(output, _digest(jobs)) as path:
            _save(path)


def _digest(jobs: Sequence[str]) -> str:
    """Of all that another file is made from: these jobs, and whatever else the open file has."""
    return digest_of({"jobs": list(jobs), "blend": digest_of_file(open_blend())})


def _save(path: Path) -> None:
    with open_blend().open("rb") as file:
        compressed = not file.read(len(_UNCOMPRESSED)).startswith(_UNCOMPRESSED)
    try:
        ended = bpy.ops.wm.save_as_mainfile(
            filepath=str(path), copy=True, compress=compressed, relative_remap=True
        )
    except RuntimeError as error:
        reason = str(error).strip().removeprefix("Error: ")
        raise OutputError(f"The .blend could not be written: {reason}") from error
    if ended != {"FINISHED"}:
        raise OutputError(f'Blender did not write "{path}": see its log.')


def _keep_backup(blend: Path) -> None:
    if bpy.context.preferences.filepaths.save_version < 1:
        return
    copy: AbstractContextManager[Path] = atomic_write(blend.with_name(blend.name + "1"))
    with copy as path:
        shutil.copy2(blend, path)
