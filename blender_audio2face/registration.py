"""Registers what the modules list in CLASSES; the one place that does."""

import bpy

from . import job, operators, panel, preferences, properties

_MODULES = (properties, preferences, operators, panel)
_STOP_SECONDS = 2.0


@bpy.app.handlers.persistent
def _stop_before_load(*_) -> None:
    """A bake must not write into the file that is loaded next."""
    job.stop_all(timeout=0.0)


def register() -> None:
    for module in _MODULES:
        for cls in module.CLASSES:
            bpy.utils.register_class(cls)
    properties.register()
    bpy.app.handlers.load_pre.append(_stop_before_load)


def unregister() -> None:
    job.stop_all(_STOP_SECONDS)
    bpy.app.handlers.load_pre.remove(_stop_before_load)
    properties.unregister()
    for module in reversed(_MODULES):
        for cls in reversed(module.CLASSES):
            bpy.utils.unregister_class(cls)
