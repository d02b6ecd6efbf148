"""The command that Blender knows."""

from collections.abc import Sequence

import bpy

COMMAND = "audio2face"

_registered: list = []
"""The handle that Blender gives for a command, and wants back to forget it."""


def run(arguments: Sequence[str]) -> int:
    """Runs a command on the open file; returns its exit code."""
    from . import commands  # most Blenders run none, and start quicker without

    return commands.run(arguments)


def register() -> None:
    """Makes ``blender --command audio2face`` known."""
    _registered.append(bpy.utils.register_cli_command(COMMAND, run))


def unregister() -> None:
    """Takes it back."""
    while _registered:
        bpy.utils.unregister_cli_command(_registered.pop())
