"""Whose face a command means, and the settings it gives to that speaker."""

import argparse
from contextlib import ExitStack
from dataclasses import replace

from ..core.rigs.mapping import Mapping
from ..core.rigs.mapping_file import load
from ..core.rigs.preset import preset_with_id
from ..errors import PlanError
from ..scene import live_changes, speaker_settings
from ..scene.face_objects import with_parts
from ..scene.face_plan import plan_face
from ..scene.speakers import add_members, add_speaker, find_speaker, members_of, speaker_of
from .arguments import OUTPUTS, REDUCTIONS
from .errors import CommandError
from .place import Place


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
            f'Scene "{place.scene.name}" has no speaker yet: name the face with --object'
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
            plan_face([obj], None, check_effect=False)
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
        if options.into is not None:
            speaker.output = OUTPUTS[options.into]
        if options.keys is not None:
            speaker.reduction = REDUCTIONS[options.keys]
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
    return plan_face(members_of(speaker), speaker, check_effect=False)
