"""Finds a speaker's sound: from its settings, or from the curves that it caches."""

from contextlib import ExitStack

import bpy

from ..core.background_job import unless_removed
from ..core.sound.sound_selection import Channel, SoundChoice, SoundFile, SoundSelection, Strips
from ..core.sound.strip_plan import StripPlan
from ..errors import StripError
from . import sequencer_api, strip_id, strips


def sound_selection_of(context, speaker, values: dict[str, object]) -> SoundSelection:
    """The sounds that a speaker's settings select; does not look at files.

    Args:
        context: gives the scenes to look in.
        speaker: None for a new speaker, which uses the scene's strip.
        values: used instead of the speaker's settings, by property name.

    Raises:
        StripError: the strip does not exist or is silent, or its scene has another frame rate.
    """
    settings = speaker if speaker is not None else context.scene.audio2face
    if not values:
        names = ("source", "strip", "channel", "file", "file_frame")
        values = {name: getattr(settings, name) for name in names if hasattr(settings, name)}
    source = values.get("source", "STRIP")
    if source == "FILE":
        if not values["file"]:
            raise StripError("No sound file is chosen: choose one in the panel.")
        selector = SoundFile(values["file"], values["file_frame"])
        return _selection(context, speaker, context.scene, selector)
    if source == "CHANNEL":
        scene = _scene_with_sound(context)
        selector = Channel(values["channel"])
    else:
        scene, name = _named(context, values["strip"])
        if not values["strip"] and _belongs_to_another(context.scene, speaker, scene, name):
            own = selection_of_takes(context, speaker)
            if own is not None:
                return own
        selector = Strips((name,))
    strips.check_same_rate(scene, context.scene)
    return _selection(context, speaker, scene, selector)


def selection_of_takes(context, speaker) -> SoundSelection | None:
    """The strips that a speaker was baked from; None if none of them exists any more."""
    for scene in _scenes(context.scene):
        found = [strip_id.marked(scene, take.name) for take in speaker.takes]
        names = tuple(strip.name for strip in found if strip is not None)
        if names:
            return _selection(context, speaker, scene, Strips(names))
    return None


def _selection(context, speaker, scene, selector: SoundChoice) -> SoundSelection:
    channel = speaker.sound_channel if speaker is not None else 0
    return SoundSelection(scene.session_uid, selector, context.scene.session_uid, channel)


def plan_selection(selection: SoundSelection) -> tuple[StripPlan, ...]:
    """Plans of the selected strips. Raises StripError if a strip cannot be read."""
    animated = face_scene_of(selection)
    channel = selection.sound_channel
    return strips.plan_sources(scene_of(selection), selection.selector, animated, channel)


def scene_of(selection: SoundSelection):
    """The scene with the sound. Raises StripError if it was removed."""
    return _scene_with_uid(selection.scene_uid)


def face_scene_of(selection: SoundSelection):
    """The scene with the face. Raises StripError if it was removed."""
    uid = selection.face_scene_uid
    return _scene_with_uid(selection.scene_uid if uid is None else uid)


def _scene_with_uid(uid: int):
    for scene in bpy.data.scenes:
        if scene.session_uid == uid:
            return scene
    raise StripError("The scene with the sound was removed: choose another strip.")


def mark_strip(selection: SoundSelection, name: str, undo: ExitStack) -> str:
    """Marks a strip, to identify it even when it is renamed; returns the mark.

    Raises StripError if it was removed.
    """
    scene = scene_of(selection)
    found = _strip_named(scene, name)
    if found is None:
        raise StripError(f'Strip "{name}" was removed while it was baked: choose another one.')
    before = found.get(strip_id.PROPERTY)
    uid = strip_id.mark(scene, found)
    undo.callback(unless_removed, _restore_mark, scene, uid, before)
    return uid


def _restore_mark(scene, uid: str, text: str | None) -> None:
    found = strip_id.marked(scene, uid)
    if found is None:
        return
    if text is not None:
        found[strip_id.PROPERTY] = text
    else:
        del found[strip_id.PROPERTY]


def strip_of_take(scene, take, channel: int = 0) -> StripPlan:
    """The plan of the strip that cached curves belong to, or of one channel of its sound. Raises
    StripError if it was removed or cannot be read."""
    if take.file:
        file = SoundFile(take.file, take.first_frame)
        return strips.plan_sources(scene, file, channel=channel)[0]
    for place in _scenes(scene):
        found = strip_id.marked(place, take.name)
        if found is not None:
            return strips.plan_strip(place, found, scene, channel)
    raise StripError(f'Strip "{take.label}" was removed: its keys stay as they are.')


def _belongs_to_another(animated, speaker, scene, name: str) -> bool:
    """Whether the active strip was baked only for another speaker: in a dialogue it is not meant
    for every speaker."""
    if speaker is None or not len(speaker.takes):
        return False
    found = _strip_named(scene, name)
    uid = strip_id.uid_of(found) if found is not None else ""
    others = [other for other in animated.audio2face.speakers if other != speaker]
    return uid not in speaker.takes and any(uid in other.takes for other in others)


def _strip_named(scene, name: str):
    """The sound strip with a name, or None."""
    return next((strip for strip in sequencer_api.sound_strips(scene) if strip.name == name), None)


def _named(context, name: str) -> tuple[object, str]:
    """(scene, name) of a strip; empty for the active strip. Raises StripError if it is silent."""
    for scene in sequencer_api.sequencer_scenes(context):
        metas = [strip for strip in sequencer_api.all_strips(scene) if strip.type == "META"]
        if name and any(meta.name == name for meta in metas):
            return scene, name
    scene, found = strips.find_strip(context, name)
    strips.check_strip(scene, found)
    return scene, found.name


def _scene_with_sound(context):
    scenes = sequencer_api.sequencer_scenes(context)
    return next((scene for scene in scenes if sequencer_api.sound_strips(scene)), scenes[0])


def _scenes(first) -> list:
    return [first, *(scene for scene in bpy.data.scenes if scene != first)]
