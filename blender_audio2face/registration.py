"""Registers what the modules list in CLASSES; the one place that does."""

from collections.abc import Callable

import bpy

from . import face_override
from . import streaming as streaming_rooms
from .bake import live_update
from .core import background_job
from .demo_head import add as demo_head
from .scene import live_changes
from .scene.properties import links, realtime, scene, shaping, speaker, streaming
from .ui import menus, panel_state, preferences
from .ui.operators import bake, keys, mapping, playback, preview, sound, speakers
from .ui.operators import realtime as realtime_operators
from .ui.operators import streaming as streaming_operators
from .ui.panels import bake as bake_panel
from .ui.panels import face as face_panel
from .ui.panels import look as look_panel
from .ui.panels import realtime as realtime_panel
from .ui.panels import sound as sound_panel
from .ui.panels import streaming as streaming_panel

_MODULES = (
    shaping, links, speaker, streaming, scene, realtime, preferences,
    bake, keys, playback, mapping, preview, sound, speakers, demo_head, realtime_operators,
    streaming_operators,
    sound_panel, face_panel, look_panel, bake_panel, realtime_panel, streaming_panel,
    menus,
)  # fmt: skip
"""Properties first, those that hold others after them."""

_STOP_SECONDS = 2.0


@bpy.app.handlers.persistent
def _stop_before_load(*_) -> None:
    """Neither a bake nor real time may write into the file that is loaded next."""

    live_update.cancel()
    background_job.stop_all(timeout=0.0)
    streaming_rooms.stop_all()
    face_override.release_all()


@bpy.app.handlers.persistent
def _stop_before_undo(*_) -> None:
    """Undo frees what a half-written bake holds; one that is still analysed may go on."""
    live_update.pause()
    background_job.stop_stepping()


@bpy.app.handlers.persistent
def _catch_up(*_) -> None:
    """An undo may bring back dials without their keys."""
    live_update.catch_up()


@bpy.app.handlers.persistent
def _finish_before_save(*_) -> None:
    """A file holds the keys of the dials that it holds."""
    live_update.flush()


@bpy.app.handlers.persistent
def _restore_leftovers(*_) -> None:
    """Restores properties left overridden by a live session that crashed or was undone."""
    face_override.restore_leftovers()


def _handlers() -> tuple[tuple[list, Callable], ...]:
    handlers = bpy.app.handlers
    return (
        (handlers.load_pre, _stop_before_load),
        (handlers.undo_pre, _stop_before_undo),
        (handlers.redo_pre, _stop_before_undo),
        (handlers.undo_post, _restore_leftovers),
        (handlers.redo_post, _restore_leftovers),
        (handlers.load_post, _restore_leftovers),
        (handlers.undo_post, _catch_up),
        (handlers.redo_post, _catch_up),
        (handlers.save_pre, _finish_before_save),
    )


def register() -> None:
    from .cli import blender_command

    for module in _MODULES:
        for cls in module.CLASSES:
            bpy.utils.register_class(cls)
    scene.register()
    realtime.register()
    blender_command.register()
    panel_state.register()
    menus.register()
    live_changes.set_listener(live_update.on_speaker_change)
    for handlers, handler in _handlers():
        handlers.append(handler)


def unregister() -> None:
    from .cli import blender_command

    live_update.unregister()
    background_job.stop_all(_STOP_SECONDS)
    streaming_rooms.stop_all()
    face_override.release_all()
    playback.restore_settings()
    for handlers, handler in _handlers():
        if handler in handlers:  # another add-on may have emptied the list
            handlers.remove(handler)
    live_changes.set_listener(None)
    menus.unregister()
    panel_state.unregister()
    blender_command.unregister()
    realtime.unregister()
    scene.unregister()
    for module in reversed(_MODULES):
        for cls in reversed(module.CLASSES):
            bpy.utils.unregister_class(cls)
