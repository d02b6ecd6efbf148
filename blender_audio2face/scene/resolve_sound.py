"""Which sound a speaker speaks from: from its settings to strips, and from kept curves back."""

from contextlib import ExitStack

import bpy

from ..core.background_job import unless_gone
from ..core.sound.sound_selection import Channel, SoundFile, SoundSelection, Strips
from ..core.sound.strip_plan import StripPlan
from ..errors import StripError
from . import sequencer_api, strip_id, strips


def sound_selection_of(context, speaker, values: dict[str, object]) -> SoundSelection:
    """Where the voice is, without looking at files.

    Args:
        context: gives the scenes to look in.
        speaker: gives his settings; None for a new one, who speaks from the scene's strip.
        values: stand in for the settings, by their names.

    Raises:
        StripError: there is no such strip, or it is silent, or its scene has another frame rate.
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
        return SoundSelection(context.scene.session_uid, selector)
    if source == "CHANNEL":
        scene = _scene_with_sound(context)
        selector = Channel(values["channel"])
    else:
        scene, name = _named(context, values["strip"])
        if not values["strip"] and _is_anothers(context.scene, speaker, scene, name):
            own = selection_of_takes(context, speaker)
            if own is not None:
                return own
        selector = Strips((name,))
    strips.check_same_rate(scene, context.scene)
    return SoundSelection(scene.session_uid, selector)


def selection_of_takes(context, speaker) -> SoundSelection | None:
    """The strips that a speaker was baked from; None when none of them is there any more."""
    for scene in _scenes(context.scene):
        found = [strip_id.marked(scene, take.name) for take in speaker.takes]
        names = tuple(one.name for one in found if one is not None)
        if names:
            return SoundSelection(scene.session_uid, Strips(names))
    return None


def plan_selection(selection: SoundSelection) -> tuple[StripPlan, ...]:
    """The strips of a voice as they are now. Raises StripError when one cannot be read."""
    return strips.plan_sources(scene_of(selection), selection.selector)


def scene_of(selection: SoundSelection):
    """The scene of a voice. Raises StripError when it is gone."""
    for scene in bpy.data.scenes:
        if scene.session_uid == selection.scene_uid:
            return scene
    raise StripError("The scene with the sound is gone: choose another strip.")


def mark_strip(selection: SoundSelection, name: str, undo: ExitStack) -> str:
    """Marks a strip of a voice, so that it is known again when it is renamed; returns the mark.

    Raises StripError when it is gone.
    """
    scene = scene_of(selection)
    found = next((one for one in sequencer_api.sound_strips(scene) if one.name == name), None)
    if found is None:
        raise StripError(f'Strip "{name}" was removed while it was baked: choose another one.')
    before = found.get(strip_id.PROPERTY)
    uid = strip_id.mark(scene, found)
    undo.callback(unless_gone, _put_back, scene, uid, before)
    return uid


def _put_back(scene, uid: str, text: str | None) -> None:
    found = strip_id.marked(scene, uid)
    if found is None:
        return
    if text is not None:
        found[strip_id.PROPERTY] = text
    else:
        del found[strip_id.PROPERTY]


def strip_of_take(scene, take) -> StripPlan:
    """The strip of a take as it plays now. Raises StripError when it is gone or cannot be read."""
    if take.file:
        return strips.plan_sources(scene, SoundFile(take.file, take.first_frame))[0]
    for place in _scenes(scene):
        found = strip_id.marked(place, take.name)
        if found is not None:
            return strips.plan_strip(place, found)
    raise StripError(f'Strip "{take.label}" is gone: its keys stay as they are.')


def _is_anothers(animated, speaker, scene, name: str) -> bool:
    """Whether an active strip was baked for another speaker alone: in a dialogue the strip that
    happens to be active is not everybody's."""
    if speaker is None or not len(speaker.takes):
        return False
    found = next((one for one in sequencer_api.sound_strips(scene) if one.name == name), None)
    uid = strip_id.uid_of(found) if found is not None else ""
    others = [one for one in animated.audio2face.speakers if one != speaker]
    return uid not in speaker.takes and any(uid in other.takes for other in others)


def _named(context, name: str) -> tuple[object, str]:
    """(scene, name) of the strip that is meant. Raises StripError when it cannot be heard."""
    for scene in sequencer_api.sequencer_scenes(context):
        metas = [one for one in sequencer_api.all_strips(scene) if one.type == "META"]
        if name and any(one.name == name for one in metas):
            return scene, name
    scene, found = strips.find_strip(context, name)
    strips.check_strip(scene, found)
    return scene, found.name


def _scene_with_sound(context):
    scenes = sequencer_api.sequencer_scenes(context)
    return next((one for one in scenes if sequencer_api.sound_strips(one)), scenes[0])


def _scenes(first) -> list:
    return [first, *(scene for scene in bpy.data.scenes if scene != first)]
