"""Registers what the modules list in CLASSES; the one place that does."""

from collections.abc import Callable

import bpy

from . import job, preferences, translations, warm_up
from .cli import blender_command
from .demo_head import operator as demo_head
from .operators import bake, keys, mapping, preview, sound, speakers
from .operators import realtime as realtime_operators
from .operators import wire as wire_operators
from .panels import bake as bake_panel
from .panels import face as face_panel
from .panels import look as look_panel
from .panels import realtime as realtime_panel
from .panels import sound as sound_panel
from .panels import wire as wire_panel
from .properties import dials, links, realtime, scene, speaker, wire
from .realtime.wire import threads as wire_threads

_MODULES = (
    dials, links, speaker, wire, scene, realtime, preferences,
    bake, keys, mapping, preview, sound, speakers, demo_head, realtime_operators,
    wire_operators,
    sound_panel, face_panel, look_panel, bake_panel, realtime_panel, wire_panel,
)  # fmt: skip
"""Properties first, those that hold others after them."""

_STOP_SECONDS = 2.0


@bpy.app.handlers.persistent
def _stop_before_load(*_) -> None:
    """A bake must not write into the file that is loaded next, nor real time."""
    job.stop_all(timeout=0.0)
    wire_threads.stop_all()
    _give_faces_back()


@bpy.app.handlers.persistent
def _stop_before_undo(*_) -> None:
    """Undo frees what a half-written bake holds; one that still listens may go on."""
    job.stop_stepping()


@bpy.app.handlers.persistent
def _heal_live(*_) -> None:
    """What shows a value of real time that nobody holds any more gets its own back."""
    from .realtime.rest import heal

    heal()


def _give_faces_back() -> None:
    from .realtime.rest import holds

    for hold in holds():
        hold.end()


def _handlers() -> tuple[tuple[list, Callable], ...]:
    handlers = bpy.app.handlers
    return (
        (handlers.load_pre, _stop_before_load),
        (handlers.undo_pre, _stop_before_undo),
        (handlers.redo_pre, _stop_before_undo),
        (handlers.undo_post, _heal_live),
        (handlers.redo_post, _heal_live),
        (handlers.load_post, _heal_live),
    )


def register() -> None:
    for module in _MODULES:
        for cls in module.CLASSES:
            bpy.utils.register_class(cls)
    scene.register()
    realtime.register()
    translations.register()
    blender_command.register()
    warm_up.register()
    for handlers, handler in _handlers():
        handlers.append(handler)


def unregister() -> None:
    job.stop_all(_STOP_SECONDS)
    wire_threads.stop_all()
    _give_faces_back()
    for handlers, handler in _handlers():
        handlers.remove(handler)
    warm_up.unregister()
    blender_command.unregister()
    translations.unregister()
    realtime.unregister()
    scene.unregister()
    for module in reversed(_MODULES):
        for cls in reversed(module.CLASSES):
            bpy.utils.unregister_class(cls)
