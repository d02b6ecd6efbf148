"""Notifies a listener when a property of a speaker changes, unless that is suspended.

So properties need not import ``bake.live_update``, which is the listener.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import bpy

    from .properties.scene import Audio2FaceSettings
    from .properties.speaker import Audio2FaceSpeaker

_listener: "Callable[[Audio2FaceSpeaker], None] | None" = None
_suspended = 0


def set_listener(listener: "Callable[[Audio2FaceSpeaker], None] | None") -> None:
    """Sets what is called with a speaker after one of its properties changed; None for nothing."""
    global _listener
    _listener = listener


def on_change(group: "bpy.types.PropertyGroup", _context: object) -> None:
    """``update`` callback of every property that keys depend on without a new analysis."""
    if _listener is None or _suspended:
        return
    speaker = owner_of(group.id_data.audio2face, group)
    if speaker is not None:
        _listener(speaker)


@contextmanager
def batch_update(speaker: "Audio2FaceSpeaker") -> Iterator[None]:
    """Changes many properties of a speaker; its keys follow once, at the end."""
    with suspend_live_update():
        yield
    on_change(speaker, None)


@contextmanager
def suspend_live_update() -> Iterator[None]:
    """Changes properties without keys following."""
    global _suspended
    _suspended += 1
    try:
        yield
    finally:
        _suspended -= 1


def owner_of(
    settings: "Audio2FaceSettings", group: "bpy.types.PropertyGroup"
) -> "Audio2FaceSpeaker | None":
    """The speaker that a property group is part of."""
    path = group.path_from_id()
    for speaker in settings.speakers:
        if path.startswith(speaker.path_from_id()):
            return speaker
    return None
