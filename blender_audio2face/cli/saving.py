"""Saves the open file so that a killed Blender leaves the old .blend or the new, never half."""

import shutil
from contextlib import AbstractContextManager
from pathlib import Path

import bpy

from ...model.command.atomic_write import OutputError, atomic_write
from ...model.command.job_record import recorded_write
from ...model.input_files import real_path
from .errors import CommandError
from .place import open_blend

_PLAIN = b"BLENDER"


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


def save_in_place() -> None:
    """Replaces the open file; the one before is kept as .blend1 if Blender is set to keep any.

    Raises:
        OutputError: it could not be written.
    """
    blend = open_blend()
    with atomic_write(blend, lambda _: _keep_backup(blend)) as path:
        _save(path)


def save_as(output: Path, job: str) -> None:
    """Saves another file, with the record of a finished job beside it. Raises OutputError."""
    with recorded_write(output, job) as path:
        _save(path)


def _save(path: Path) -> None:
    with open_blend().open("rb") as file:
        compressed = not file.read(len(_PLAIN)).startswith(_PLAIN)
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
