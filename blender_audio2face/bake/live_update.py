"""Dials act at once: whatever a property of a speaker changes, its keys follow."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...model.errors import A2FError, memory_told
from ..core import background_job

if TYPE_CHECKING:
    import bpy

    from ..scene.properties.scene import Audio2FaceSettings
    from ..scene.properties.speaker import Audio2FaceSpeaker


def on_change(group: "bpy.types.PropertyGroup", _context: object) -> None:
    """The ``update`` of every property that shapes keys without new inference."""
    settings = group.id_data.audio2face
    if not settings.live or any(one.stepping for one in background_job.running()):
        return  # the bake that is being written finds the change
    speaker = owner_of(settings, group)
    if speaker is not None and len(speaker.takes):
        refresh(speaker)


@contextmanager
def at_once(speaker: "Audio2FaceSpeaker") -> Iterator[None]:
    """Within it many properties of a speaker change and the keys follow once, at its end."""
    with quietly(speaker):
        yield
    on_change(speaker, None)


@contextmanager
def quietly(speaker: "Audio2FaceSpeaker") -> Iterator[None]:
    """Within it properties change and the keys do not follow."""
    settings = speaker.id_data.audio2face
    was = settings.live
    settings.live = False
    try:
        yield
    finally:
        settings.live = was


def owner_of(
    settings: "Audio2FaceSettings", group: "bpy.types.PropertyGroup"
) -> "Audio2FaceSpeaker | None":
    """The speaker that a property group is part of."""
    path = group.path_from_id()
    for speaker in settings.speakers:
        if path.startswith(speaker.path_from_id()):
            return speaker
    return None


def refresh(speaker: "Audio2FaceSpeaker") -> None:
    """Keys a speaker's takes again; what stands in the way goes into its report."""
    from .rekey import shape_anew

    try:
        with memory_told():
            speaker.report = shape_anew(speaker).text
    except A2FError as error:
        speaker.report = str(error)
