"""What a command line names: the open file and its scene, the face, its settings and its sound."""

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ...model.input_files import real_path
from ..core.rigs.mapping import Mapping
from ..core.rigs.mapping_file import load
from ..core.rigs.preset import preset_with_id
from ..core.sound.sound_selection import SoundSelection, Strips
from ..errors import BakeError, PlanError
from ..scene import live_changes, speaker_settings
from ..scene.face_objects import with_parts
from ..scene.face_plan import plan_face
from ..scene.kept_paths import absolute
from ..scene.resolve_sound import selection_of_takes, sound_selection_of
from ..scene.speakers import add_members, add_speaker, find_speaker, members_of, speaker_of
from .arguments import OUTPUTS, REDUCTIONS


class CommandError(BakeError):
    """A command that cannot be done with the arguments it was given."""


@dataclass(frozen=True)
class Place:
    """Takes the part of a context, which without a window has no more than a scene for certain.

    Attributes:
        scene: the face's scene.
        workspace: the open file's, or None.
    """

    scene: bpy.types.Scene
    workspace: bpy.types.WorkSpace | None


def open_place(scene_name: str | None) -> Place:
    """The place of a command. Raises CommandError for a scene that is not there."""
    open_blend()
    if scene_name is None:
        return Place(bpy.context.scene, bpy.context.workspace)
    scene = bpy.data.scenes.get(scene_name)
    if scene is None:
        names = ", ".join(f'"{scene.name}"' for scene in bpy.data.scenes)
        raise CommandError(f'There is no scene "{scene_name}": choose one of {names}.')
    return Place(scene, bpy.context.workspace)


def open_blend() -> Path:
    """The open .blend. Raises CommandError where none is, as when it could not be read."""
    path = Path(bpy.data.filepath)
    if not bpy.data.filepath or not path.is_file():
        raise CommandError(
            "No .blend is open: name one that can be read before --command, "
            "as in blender -b shot.blend --command audio2face."
        )
    return path


def path_of(text: str) -> Path:
    """The path in an argument; ``//`` is the folder of the .blend, as everywhere in Blender.

    Raises:
        ArgumentTypeError: that folder is meant and no .blend is open.
    """
    if text.startswith("//") and not bpy.data.filepath:
        raise argparse.ArgumentTypeError(
            f'"{text}" begins at the folder of the .blend, and none is open'
        )
    return Path(absolute(text))


def wanted_speakers(options: argparse.Namespace, place: Place, undo: ExitStack) -> list:
    """The speakers that a command means; a new face becomes a speaker.

    Args:
        options: of the command.
        place: where they are.
        undo: gets the way back.

    Raises:
        A2FError: there is no such speaker or object.
    """
    if options.object:
        speakers = [_speaker_of_objects(options.object, place, undo)]
    elif options.speaker:
        names = dict.fromkeys(options.speaker)
        speakers = [find_speaker(place.scene, name) for name in names]
    else:
        speakers = list(place.scene.audio2face.speakers)
    if not speakers:
        raise CommandError(
            f'Scene "{place.scene.name}" has no character yet: name the face with --object'
            f"{_candidates(place)}."
        )
    return speakers


def _speaker_of_objects(names: list[str], place: Place, undo: ExitStack):
    scene = place.scene
    missing = [name for name in names if scene.objects.get(name) is None]
    if missing:
        raise CommandError(
            f'There is no object "{missing[0]}" in scene "{scene.name}": check its name.'
        )
    objects = with_parts([scene.objects[name] for name in names], scene.objects)
    speaker = speaker_of(scene, objects[0])
    if speaker is None:
        return add_speaker(scene, objects[0].name, objects, undo)
    add_members(speaker, objects, undo)
    return speaker


def _candidates(place: Place, most: int = 5) -> str:
    """Objects that have a face, for the sentence that asks for one."""
    found = []
    for obj in place.scene.objects:
        try:
            plan_face([obj], None)
        except PlanError:
            continue
        found.append(f'"{obj.name}"')
    return f" ({', '.join(found[:most])})" if found else ""


def set_options(speaker, options: argparse.Namespace, undo: ExitStack) -> None:
    """Gives a speaker the settings of a command; ``undo`` gets the way back.

    Raises:
        A2FError: there is no such preset or mapping.
    """
    undo.callback(speaker_settings.restore, speaker, speaker_settings.snapshot(speaker))
    with live_changes.suspend_live_update():
        if getattr(options, "sound_channel", None) is not None:
            undo.callback(setattr, speaker, "sound_channel", speaker.sound_channel)
            speaker.sound_channel = options.sound_channel
        if options.into is not None:
            speaker.output = OUTPUTS[options.into]
        if options.keys is not None:
            speaker.reduction = REDUCTIONS[options.keys]
        if options.hold is not None:
            speaker.hold = options.hold
        if options.tolerance is not None:
            speaker.tolerance = options.tolerance
        if options.dial:
            dials = replace(speaker_settings.dials_of(speaker), **dict(options.dial))
            speaker_settings.set_dials(speaker, dials)
        if options.mapping is not None:
            speaker_settings.set_mapping(speaker, load(options.mapping))
        elif options.preset is not None:
            speaker_settings.set_mapping(speaker, Mapping(preset_with_id(options.preset).id, ()))


def face_of(speaker) -> tuple[tuple, tuple]:
    """(plans, skipped) of a speaker's face, without reading every shape. See ``plan_face``."""
    return plan_face(members_of(speaker), speaker)


def check_one_sound(options: argparse.Namespace, speakers: list) -> None:
    """Raises CommandError where one sound is given for several faces."""
    given = options.strip or options.channel is not None or options.file
    if given and len(speakers) > 1:
        raise CommandError("One sound cannot be for several faces: add --speaker or --object.")


def wanted_sound(options: argparse.Namespace, place: Place, speaker) -> SoundSelection | None:
    """The sound of a speaker: what the command names, else what the speaker's settings name, else
    what it was baked from; None where that is curves without a sound.

    Raises:
        StripError: there is no such strip, or it is silent.
    """
    if options.strip:
        sounds = [
            sound_selection_of(place, speaker, {"source": "STRIP", "strip": name})
            for name in options.strip
        ]
        if len({sound.scene_uid for sound in sounds}) > 1:
            raise CommandError("The strips are in several scenes: bake each scene by itself.")
        names = tuple(name for sound in sounds for name in sound.selector.names)
        return replace(sounds[0], selector=Strips(names))
    if options.channel is not None:
        return sound_selection_of(place, speaker, {"source": "CHANNEL", "channel": options.channel})
    if options.file:
        path = options.file if options.file.startswith("//") else str(real_path(options.file))
        values = {"source": "FILE", "file": path, "file_frame": options.frame_start}
        return sound_selection_of(place, speaker, values)
    if speaker.source == "STRIP" and not speaker.strip:
        baked_from = selection_of_takes(place, speaker)
        if baked_from is not None:
            return baked_from
        if len(speaker.takes) and not any(take.heard for take in speaker.takes):
            return None  # curves were applied
    return sound_selection_of(place, speaker, {})
