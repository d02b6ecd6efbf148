"""Finds a speaker's sound: from its settings, or from the curves that it caches."""

from contextlib import ExitStack
from pathlib import Path

import bpy

from ...model.input_files import real_path, why_not_a_file
from ..core.background_job import unless_removed
from ..core.sound.sound_selection import (
    Channel,
    Several,
    SoundChoice,
    SoundFile,
    SoundSelection,
    Strips,
)
from ..core.sound.strip_plan import StripPlan
from ..core.sound.strip_timing import StripTiming
from ..errors import StripError
from . import sequencer_api, strip_id, strips
from .kept_paths import absolute, packed_content


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
        try:
            scene, name = _named(context, renamed_strip(context, speaker, values["strip"]))
        except StripError:
            own = None if values["strip"] else selection_of_takes(context, speaker)
            if own is None:
                raise
            return own
        if not values["strip"] and _belongs_to_another(context.scene, speaker, scene, name):
            own = selection_of_takes(context, speaker)
            if own is not None:
                return own
        selector = Strips((name,))
    strips.check_same_rate(scene, context.scene)
    return _selection(context, speaker, scene, selector)


def renamed_strip(context, speaker, name: str) -> str:
    """The name that a strip has now, where it was baked under ``name`` and no strip is named so."""
    scenes = sequencer_api.sequencer_scenes(context)
    names = {strip.name for scene in scenes for strip in sequencer_api.all_strips(scene)}
    if not name or name in names:
        return name
    known = context.scene.audio2face.speakers if speaker is None else (speaker,)
    for take in [take for each in known for take in each.takes if take.label == name]:
        for scene in scenes:
            found = strip_id.marked(scene, take.name)
            if found is not None:
                return found.name
    return name


def selection_of_takes(context, speaker) -> SoundSelection | None:
    """The strips and sound files that a speaker was baked from; None if none of them exists any
    more."""
    if speaker is None:
        return None
    files = tuple(SoundFile(take.file, take.first_frame) for take in speaker.takes if take.file)
    for scene in _scenes(context.scene):
        found = [strip_id.marked(scene, take.name) for take in speaker.takes if not take.file]
        names = tuple(dict.fromkeys(strip.name for strip in found if strip is not None))
        if names:
            selector = Several(Strips(names), files) if files else Strips(names)
            return _selection(context, speaker, scene, selector)
    if not files:
        return None
    selector = files[0] if len(files) == 1 else Several(Strips(()), files)
    return _selection(context, speaker, context.scene, selector)


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
    return scene_with_uid(selection.scene_uid)


def face_scene_of(selection: SoundSelection):
    """The scene with the face. Raises StripError if it was removed."""
    uid = selection.face_scene_uid
    return scene_with_uid(selection.scene_uid if uid is None else uid)


def scene_with_uid(uid: int):
    """The scene with a session_uid and the sound. Raises StripError if it was removed."""
    for scene in bpy.data.scenes:
        if scene.session_uid == uid:
            return scene
    raise StripError("The scene with the sound was removed: choose another strip.")


def mark_strip(scene_uid: int, name: str, undo: ExitStack) -> str:
    """Marks a strip of a scene, to identify it even when it is renamed; returns the mark.

    Raises StripError if it was removed.
    """
    scene = scene_with_uid(scene_uid)
    found = _strip_named(scene, name)
    if found is None:
        raise StripError(f'Strip "{name}" was removed while it was baked: choose another one.')
    before = found.get(strip_id.PROPERTY)
    uid = strip_id.mark(scene, found)
    if scene.is_editable:
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


def strips_of_take(
    scene, take, analysed: StripTiming, first_frame: int, channel: int = 0
) -> tuple[list[tuple[StripPlan, bool]], list[str]]:
    """The plans of what plays the sound of cached curves: the strip that was baked, or the sound
    file, and what was split off that strip since.

    Args:
        scene: the face's.
        take: what is cached.
        analysed: where its sound was.
        first_frame: where a sound file begins.
        channel: the only channel of the sound that is heard, counted from 1; 0 for all.

    Returns:
        ([(plan, whether its sound passes for the one that was analysed, as its file is missing)],
        sentences on parts that were split off and cannot be keyed).

    Raises:
        StripError: the strip was removed or is silent, or has to be read and cannot be.
    """
    if take.file:
        return [_plan_of_file(scene, take, analysed, first_frame, channel)], []
    for place in _scenes(scene):
        found = strip_id.all_marked(place, take.name)
        if not found:
            continue
        planned = _plan_of_strip(scene, place, found[0], take, analysed, channel)
        plans, sentences = [planned], []
        for strip in found[1:]:
            try:
                planned = _plan_of_strip(scene, place, strip, take, analysed, channel)
            except StripError as error:
                sentences.append(str(error))
            else:
                if not any(_play_the_same(planned[0], other) for other, _ in plans):
                    plans.append(planned)
        return plans, sentences
    raise StripError(f'Strip "{take.label}" was removed: its keys stay as they are.')


def _plan_of_file(
    scene, take, analysed: StripTiming, first_frame: int, channel: int
) -> tuple[StripPlan, bool]:
    choice, path = SoundFile(take.file, first_frame), absolute(take.file, scene.library)
    if packed_content(path) is None and why_not_a_file(path) is not None:
        return strips.plan_file_without_sound(scene, choice, analysed, channel), True
    return strips.plan_sources(scene, choice, channel=channel)[0], False


def _plan_of_strip(
    scene, place, strip, take, analysed: StripTiming, channel: int
) -> tuple[StripPlan, bool]:
    path = strips.path_of_sound(strip)
    known = Path(take.sound or path).name
    if path and why_not_a_file(path) is not None and Path(path).name == known:
        return strips.plan_without_sound(place, strip, analysed, scene, channel), True
    return strips.plan_strip(place, strip, scene, channel), False


def _play_the_same(plan: StripPlan, other: StripPlan) -> bool:
    """Whether two strips play the same seconds of a sound, as copies do; the halves of a strip
    that was split do not."""
    (start, end), (first, last) = plan.source_range, other.source_range
    shared = min(end, last) - max(start, first)
    return shared > 0.5 * min(end - start, last - first)


def is_same_file(path: str, other: str) -> bool:
    """Whether two paths of sound files, as they were chosen, lead to one file."""
    return path == other or real_path(absolute(path)) == real_path(absolute(other))


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
