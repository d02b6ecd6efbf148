"""Imports ahead of time what the first bake would otherwise import under the artist's click."""

import importlib
import threading

import bpy

_DELAY = 1.0
"""Seconds after registering, so that Blender's start is over."""

_ROOMS = ("baking", "inference", "actions", "edits")


def register() -> None:
    """Starts it in a window; without one nothing would be gained."""
    if not bpy.app.background:
        bpy.app.timers.register(_start, first_interval=_DELAY)


def unregister() -> None:
    if bpy.app.timers.is_registered(_start):
        bpy.app.timers.unregister(_start)


def _start() -> None:
    threading.Thread(target=_import, name="audio2face imports", daemon=True).start()


def _import() -> None:
    for room in _ROOMS:
        importlib.import_module(f".{room}", __package__)
