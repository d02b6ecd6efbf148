"""Finds, adds and removes the speakers of a scene."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import chain, count
from typing import TYPE_CHECKING

import bpy

from ..core.background_job import unless_removed
from ..errors import PlanError
from .face_objects import belongs_to
from .kept_paths import remove_unused
from .live_changes import suspend_live_update
from .properties.shaping import NEW as NEW_DIALS
from .properties.speaker import NEW

if TYPE_CHECKING:
    from .properties.speaker import Audio2FaceSpeaker


def members_of(speaker: "Audio2FaceSpeaker") -> list[bpy.types.Object]:
    """The speaker's objects that still exist and are in use, in the artist's order."""
    members = speaker.members
    return [member.object for member in members if member.use and member.object is not None]


def all_members_of(speaker: "Audio2FaceSpeaker") -> list[bpy.types.Object]:
    """The speaker's objects that still exist, also those that the artist took out of use."""
    return [member.object for member in speaker.members if member.object is not None]


def find_speaker(scene: bpy.types.Scene, name: str) -> "Audio2FaceSpeaker":
    """The speaker with a name. Raises PlanError when there is none."""
    speakers = scene.audio2face.speakers
    if name in speakers:
        return speakers[name]
    known = ", ".join(f'"{speaker.name}"' for speaker in speakers)
    advice = f"choose one of {known}" if known else "bake a face first"
    raise PlanError(f'There is no character "{name}" in scene "{scene.name}": {advice}.')


def speaker_of(scene: bpy.types.Scene, obj: bpy.types.Object) -> "Audio2FaceSpeaker | None":
    """The speaker that an object belongs to, or shares its shape keys with; None without one."""
    for speaker in scene.audio2face.speakers:
        if any(_same_face(obj, member) for member in all_members_of(speaker)):
            return speaker
    return None


def speaker_of_selected(
    scene: bpy.types.Scene, obj: bpy.types.Object
) -> "Audio2FaceSpeaker | None":
    """``speaker_of``; of an armature that is no member, the only speaker whose face it carries."""
    speaker = speaker_of(scene, obj)
    if speaker is not None or obj.type != "ARMATURE":
        return speaker
    carried = [
        speaker
        for speaker in scene.audio2face.speakers
        if any(belongs_to(member, obj) for member in all_members_of(speaker))
    ]
    return carried[0] if len(carried) == 1 else None


def check_own_meshes(
    scene: bpy.types.Scene,
    speaker: "Audio2FaceSpeaker | None",
    objects: list[bpy.types.Object],
) -> None:
    """Raises PlanError where another speaker's object shares its shape keys with one of these, as
    linked duplicates do: what is keyed would move both."""
    for other in scene.audio2face.speakers:
        if speaker is not None and other.name == speaker.name:
            continue
        for member in all_members_of(other):
            for obj in objects:
                if obj != member and _same_face(obj, member):
                    raise PlanError(
                        f'"{obj.name}" and "{member.name}" of character "{other.name}" share one '
                        f'mesh, so whatever is keyed moves both: select "{obj.name}", press '
                        "Object > Relations > Make Single User > Object & Data, and bake again."
                    )


def shown_speaker(context: bpy.types.Context) -> "Audio2FaceSpeaker | None":
    """The speaker that the panels show: the selected active object's, else the list's."""
    settings = context.scene.audio2face
    active = context.view_layer.objects.active
    if active is not None and active.select_get():
        return speaker_of_selected(context.scene, active)
    if 0 <= settings.active_speaker < len(settings.speakers):
        return settings.speakers[settings.active_speaker]
    return None


def add_speaker(
    scene: bpy.types.Scene,
    name: str,
    objects: list[bpy.types.Object],
    undo: ExitStack | None = None,
) -> "Audio2FaceSpeaker":
    """A new speaker, the last of the scene and its active one; its name is made unique, and its
    settings are those of new speakers.

    ``undo`` gets a callback that removes it.
    """
    settings = scene.audio2face
    speaker = settings.speakers.add()
    speaker.name = _unique(name, {other.name for other in settings.speakers[:-1]})
    if undo is not None:
        way_back(speaker, undo, _take_out)
    add_members(speaker, objects)
    with suspend_live_update():
        for group, values in ((speaker, NEW), (speaker.dials, NEW_DIALS)):
            for name, value in values.items():
                setattr(group, name, value)
    settings.active_speaker = len(settings.speakers) - 1
    return speaker


def own_name(speaker: "Audio2FaceSpeaker") -> str:
    """A speaker's name, or one like it where another speaker has it or it is empty."""
    others = {other.name for other in speaker.id_data.audio2face.speakers if other != speaker}
    return _unique(speaker.name or "Character", others)


def add_members(
    speaker: "Audio2FaceSpeaker", objects: list[bpy.types.Object], undo: ExitStack | None = None
) -> None:
    """Adds objects to a face, each once, and takes those into use that it had already; ``undo``
    gets callbacks that take that back."""
    for obj in objects:
        known = next((member for member in speaker.members if member.object == obj), None)
        if known is not None:
            if not known.use:
                known.use = True
                if undo is not None:
                    way_back(speaker, undo, partial(_set_use, obj.session_uid))
            continue
        speaker.members.add().object = obj
        if undo is not None:
            way_back(speaker, undo, _remove_last_member)


def remove_speaker(scene: bpy.types.Scene, speaker: "Audio2FaceSpeaker") -> None:
    """Removes a speaker from the list; its keys stay."""
    settings = scene.audio2face
    settings.speakers.remove(settings.speakers.find(speaker.name))
    settings.active_speaker = min(settings.active_speaker, max(len(settings.speakers) - 1, 0))
    remove_unused()


def way_back(
    speaker: "Audio2FaceSpeaker", undo: ExitStack, act: "Callable[[Audio2FaceSpeaker], object]"
) -> None:
    """Adds ``act`` to ``undo``; it is not called where the speaker no longer exists by then.

    ``act`` gets the speaker, found again by name: when others are added it moves in memory.
    """
    scene, name = speaker.id_data, speaker.name

    def back() -> None:
        found = scene.audio2face.speakers.get(name)
        if found is not None:
            act(found)

    undo.callback(unless_removed, back)


def row_of_selection(settings) -> int:
    """The row of the shown speaker; -1 when the selected face has none."""
    speaker = shown_speaker(bpy.context)
    return settings.speakers.find(speaker.name) if speaker is not None else -1


def select_row(settings, row: int) -> None:
    """Makes a row the active one, and in Object Mode selects its face."""
    settings.active_speaker = row
    if bpy.context.mode != "OBJECT":
        return
    layer = bpy.context.view_layer
    face = [obj for obj in all_members_of(settings.speakers[row]) if obj.name in layer.objects]
    for obj in layer.objects:
        obj.select_set(obj in face)
    if face:
        layer.objects.active = face[0]


def _remove_last_member(speaker: "Audio2FaceSpeaker") -> None:
    speaker.members.remove(len(speaker.members) - 1)


def _set_use(uid: int, speaker: "Audio2FaceSpeaker") -> None:
    """Takes the object with a session_uid out of use again."""
    for member in speaker.members:
        if member.object is not None and member.object.session_uid == uid:
            member.use = False


def _take_out(speaker: "Audio2FaceSpeaker") -> None:
    settings = speaker.id_data.audio2face
    settings.speakers.remove(settings.speakers.find(speaker.name))
    settings.property_unset("active_speaker")
    remove_unused()


def _same_face(obj: bpy.types.Object, member: bpy.types.Object) -> bool:
    if obj == member:
        return True
    keys = [getattr(each.data, "shape_keys", None) for each in (obj, member)]
    return keys[0] is not None and keys[0] == keys[1]


def _unique(name: str, taken: set[str]) -> str:
    numbered = (f"{name} {number}" for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)
