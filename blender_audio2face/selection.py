"""The list of speakers and the selected objects follow each other."""

import bpy

from .speakers import members_of, shown_speaker


def row_of_selection(settings) -> int:
    """The row of the speaker that the panels show; -1 when the selected face has none."""
    speaker = shown_speaker(bpy.context)
    return settings.speakers.find(speaker.name) if speaker is not None else -1


def select_row(settings, row: int) -> None:
    """Makes a row the active one and selects its face, in Object Mode."""
    settings.active_speaker = row
    if bpy.context.mode != "OBJECT":
        return
    layer = bpy.context.view_layer
    face = [obj for obj in members_of(settings.speakers[row]) if obj.name in layer.objects]
    for obj in layer.objects:
        obj.select_set(obj in face)
    if face:
        layer.objects.active = face[0]
