"""The command line: ``blender -b shot.blend --command audio2face bake``; see docs/farm.md.

What lives here: a module for each command, and what they share: ``arguments`` (the parser),
``faces`` (whose face is meant), ``voice`` (which sound), ``jobs`` (what was finished before) and
``saving``. ``arguments`` and ``presets`` import no bpy. Console, exit codes and ``predict`` are
those of ``model.command``. Importing this package imports none of it.
"""

from collections.abc import Sequence

import bpy

COMMAND = "audio2face"

_registered: list = []
"""The handle that Blender gives for a command, and wants back to forget it."""


def run(arguments: Sequence[str]) -> int:
    """Runs a command on the open file; returns the exit code."""
    from .commands import run_arguments

    return run_arguments(arguments)


def register() -> None:
    """Makes ``blender --command audio2face`` known."""
    _registered.append(bpy.utils.register_cli_command(COMMAND, run))


def unregister() -> None:
    """Takes it back."""
    while _registered:
        bpy.utils.unregister_cli_command(_registered.pop())
