"""A bake from end to end, without any interface: request, plan, write.

``plan_bake`` and ``write_bake`` run on the main thread; between them ``inference.listen`` may run
anywhere. A request names things by what survives undo, renaming and deletion, so the plan can be
made again just before writing.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import bpy

from . import edits, live, settings
from .character import chosen_objects
from .errors import BakeError, PlanError, StripError
from .faces import plan_face
from .heard import heard
from .keying import finish, key_speaker
from .plan import StripPlan
from .report import BakeReport, Inference, describe
from .showing import hidden_in
from .sound_choice import SoundFile
from .speakers import add_members, add_speaker, find_speaker, members_of, speaker_of
from .take_store import NewTake, as_kept, store_take
from .targets import objects_with_uids
from .voices import Voice, mark_strip, plan_voice, voice_of, voice_of_takes

if TYPE_CHECKING:
    from .inference import Spoken


@dataclass(frozen=True)
class BakeRequest:
    """What the artist asked for.

    Attributes:
        scene_uid: session_uid of the scene that the face and the speaker belong to.
        speaker: name of the speaker; empty for a new one.
        object_uids: session_uids of the face's objects, the most important first.
        voice: where the sound is.
        choices: (property, value) of the speaker to set first.
    """

    scene_uid: int
    speaker: str
    object_uids: tuple[int, ...]
    voice: Voice
    choices: tuple[tuple[str, object], ...] = ()


def request_for(
    context,
    speaker_name: str,
    voice: dict[str, object],
    choices: tuple[tuple[str, object], ...] = (),
) -> BakeRequest:
    """The request of one bake; refuses, without touching files, what cannot be baked.

    Args:
        context: gives scene and selection.
        speaker_name: an existing speaker; empty for the selection's, or a new one.
        voice: values of a speaker's properties that stand in for his own.
        choices: (property, value) of the speaker that the bake is to set.

    Raises:
        StripError, PlanError: with the sentence that says why.
    """
    scene = context.scene
    if speaker_name:
        speaker = find_speaker(scene, speaker_name)
        objects = members_of(speaker)
    else:
        speaker, objects = _of_selection(context)
    plan_face(objects, speaker, check_effect=False)
    uids = tuple(obj.session_uid for obj in objects)
    name = speaker.name if speaker is not None else ""
    sound = voice_of(context, speaker, voice)
    return BakeRequest(scene.session_uid, name, uids, sound, choices)


def requests_for_all(context) -> tuple[BakeRequest, ...]:
    """A request for each speaker of the scene: from the voice in his settings, else from the
    strips he was baked from.

    Raises:
        BakeError: one of them cannot be baked; the sentence names him.
    """
    requests = []
    for speaker in context.scene.audio2face.speakers:
        try:
            voice = None
            if speaker.source == "STRIP" and not speaker.strip:
                voice = voice_of_takes(context, speaker)
            request = request_for(context, speaker.name, {})
        except BakeError as error:
            raise PlanError(f"{speaker.name}: {error}") from error
        requests.append(request if voice is None else replace(request, voice=voice))
    return tuple(requests)


def _of_selection(context) -> tuple[object, list]:
    """(speaker or None, objects) of what is selected: the active face's speaker as a whole, with
    what is selected besides and is no other speaker's."""
    objects = chosen_objects(context)
    speaker = speaker_of(context.scene, objects[0]) if objects else None
    if speaker is None:
        return None, objects
    known = members_of(speaker)
    others = [obj for obj in objects if speaker_of(context.scene, obj) is None]
    return speaker, [*known, *(obj for obj in others if obj not in known)]


def plan_bake(request: BakeRequest) -> tuple[StripPlan, ...]:
    """The strips to listen to, from the scene as it is now.

    Raises:
        StripError: a strip is gone or cannot be read.
        PlanError: nothing would move.
    """
    _, speaker, objects = _resolved(request)
    plan_face(objects, speaker, check_effect=False)
    return plan_voice(request.voice)


def write_bake(
    request: BakeRequest, spoken: Sequence["Spoken"], inference: Inference
) -> tuple[object, BakeReport]:
    """Keeps what was heard and keys it; on any failure the scene is as it was before.

    Args:
        request: what was asked for; looked at again, as the artist may have gone on working.
        spoken: curves of each planned strip.
        inference: how they were made, for the report.

    Returns:
        The speaker, new if there was none, and the report.

    Raises:
        StripError: a strip changed since it was planned.
        PlanError: nothing would move any more.
    """
    scene, speaker, objects = _resolved(request)
    plans, skipped = plan_face(objects, speaker)
    _check_unchanged(request, spoken)
    with ExitStack() as undo:
        if speaker is None:
            speaker = add_speaker(scene, objects[0].name, objects, undo)
        else:
            undo.callback(settings.restore, speaker, settings.snapshot(speaker))
            add_members(speaker, objects, undo)
        with live.quietly(speaker):
            for name, value in request.choices:
                setattr(speaker, name, value)
        takes = [
            as_kept(store_take(speaker, _new_take(request, one, undo), undo)) for one in spoken
        ]
        written = key_speaker(speaker, plans, takes, undo)
        undo.pop_all()
    outcomes = finish(written)
    edits.remember(plans)
    hidden = [one.sentence for one in hidden_in(speaker)]
    return speaker, describe(takes, outcomes, skipped, inference, hidden=hidden)


def _new_take(request: BakeRequest, spoken: "Spoken", undo: ExitStack) -> NewTake:
    strip = spoken.strip
    selector = request.voice.selector
    if isinstance(selector, SoundFile):
        return NewTake(
            f"file {strip.name}", strip.name, strip.timing, spoken.curves, heard(strip),
            selector.path,
        )  # fmt: skip
    key = mark_strip(request.voice, strip.name, undo)
    return NewTake(key, strip.name, strip.timing, spoken.curves, heard(strip))


def _check_unchanged(request: BakeRequest, spoken: Sequence["Spoken"]) -> None:
    now = plan_voice(request.voice)
    if now == tuple(one.strip for one in spoken):
        return
    then = {one.strip.name: one.strip for one in spoken}
    changed = [strip.name for strip in now if then.get(strip.name) != strip]
    names = ", ".join(f'"{name}"' for name in (changed or then))
    raise StripError(f"Strip {names} was changed while its sound was analysed: bake again.")


def _resolved(request: BakeRequest):
    """(scene, speaker or None, objects) of a request. Raises PlanError when one is gone."""
    for scene in bpy.data.scenes:
        if scene.session_uid == request.scene_uid:
            speaker = find_speaker(scene, request.speaker) if request.speaker else None
            return scene, speaker, objects_with_uids(request.object_uids)
    raise PlanError("The scene of the face is gone: bake again in another one.")
