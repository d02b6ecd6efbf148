"""A bake from end to end, without any interface: request, plan, write.

A bake is planned on the main thread (``prepare``), heard and composed anywhere (``inference``,
``composing``), looked at again (``look_again``) and written in steps on the main thread
(``write_steps``). A request names things by what survives undo, renaming and deletion, so the plan
can be made again just before writing. ``baking`` does this for several speakers at once.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import bpy

from ...model.errors import A2FError
from ..core.background_job import NON_CANCELLABLE, MainThreadTask
from ..core.compose import ComposedTake, FacePlan
from ..core.report import BakeReport, Inference, describe
from ..core.sound.sound_selection import SoundFile
from ..core.sound.strip_plan import SkippedMesh, StripPlan
from ..diagnostics.speaker_checks import hidden_steps
from ..errors import FACE_CHANGED, FACE_GONE, GoneError, PlanError, StripError
from ..scene import live_changes, speaker_settings
from ..scene.analysis_cache import NewTake, Placed, store_take
from ..scene.face_objects import chosen_objects
from ..scene.face_plan import objects_with_uids, plan_face, with_effect
from ..scene.resolve_sound import (
    SoundSelection,
    mark_strip,
    plan_selection,
    selection_of_takes,
    sound_selection_of,
)
from ..scene.speakers import (
    add_members,
    add_speaker,
    find_speaker,
    members_of,
    speaker_of,
    way_back,
)
from ..scene.strip_fingerprint import strip_fingerprint
from . import hand_edits
from .write_keys import TakePart, finish, key_steps


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
    voice: SoundSelection
    choices: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class BakePlan:
    """A bake, as the scene was when it was planned.

    Attributes:
        request: what was asked for.
        strips: what to listen to.
        glimpse: of the strips, to know cheaply that they are as they were.
        face: what to key, and how.
        skipped: objects of the face that are not keyed.
    """

    request: BakeRequest
    strips: tuple[StripPlan, ...]
    strip_fingerprint: tuple[object, ...]
    face: FacePlan
    skipped: tuple[SkippedMesh, ...]


@dataclass(frozen=True)
class Refusal:
    """A speaker who cannot be baked, and why."""

    speaker: str
    error: A2FError

    @property
    def sentence(self) -> str:
        return f"{self.speaker}: {self.error}" if self.speaker else str(self.error)


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
    sound = sound_selection_of(context, speaker, voice)
    return BakeRequest(scene.session_uid, name, uids, sound, choices)


def requests_for_all(context) -> tuple[tuple[BakeRequest, ...], tuple[Refusal, ...]]:
    """A request for each speaker of the scene: from the voice in his settings, else from the
    strips he was baked from; and those who cannot be baked."""
    requests, refusals = [], []
    for speaker in context.scene.audio2face.speakers:
        try:
            requests.append(_request_of(context, speaker))
        except A2FError as error:
            refusals.append(Refusal(speaker.name, error))
    return tuple(requests), tuple(refusals)


def _request_of(context, speaker) -> BakeRequest:
    voice = None
    if speaker.source == "STRIP" and not speaker.strip:
        voice = selection_of_takes(context, speaker)
    request = request_for(context, speaker.name, {})
    return request if voice is None else replace(request, voice=voice)


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


def prepare(request: BakeRequest) -> BakePlan:
    """The plan of a bake, from the scene as it is now.

    Raises:
        StripError: a strip is gone or cannot be read.
        PlanError: nothing would move.
    """
    face, skipped = _face(request)
    strips = plan_selection(request.voice)
    return BakePlan(request, strips, strip_fingerprint(request.voice), face, skipped)


def revalidate(plan: BakePlan) -> BakePlan:
    """The plan with the face as it is now.

    Raises:
        StripError: a strip changed since it was planned.
        PlanError: nothing would move any more.
    """
    face, skipped = _face(plan.request)
    if strip_fingerprint(plan.request.voice) != plan.strip_fingerprint:
        _check_unchanged(plan.request, plan.strips)
    return replace(plan, face=face, skipped=skipped)


def write_steps(
    plan: BakePlan, takes: Sequence[ComposedTake], inference: Inference
) -> MainThreadTask[tuple[str, BakeReport]]:
    """Keeps what was heard and keys it; on any failure the scene is as it was before.

    Args:
        plan: of the scene as it is now.
        takes: composed for this plan.
        inference: how they were heard, for the report.

    Returns:
        The speaker's name, a new one's if there was none, and the report.

    Raises:
        StripError, PlanError: keys cannot be written as they were planned, as the scene was
            changed since.
    """
    request = plan.request
    faces = []
    for face in plan.face.plans:
        faces.append(with_effect(face))
        yield
    with ExitStack() as undo:
        _check_same(plan)
        scene, speaker, objects = _resolved(request)
        if speaker is None:
            speaker = add_speaker(scene, objects[0].name, objects, undo)
        else:
            before = speaker_settings.snapshot(speaker)
            way_back(speaker, undo, lambda found: speaker_settings.restore(found, before))
            add_members(speaker, objects, undo)
        with live_changes.suspend_live_update():
            for name, value in request.choices:
                setattr(speaker, name, value)
        known_as, output = speaker.name, speaker.output
        placed, parts = [], []
        for one in takes:
            speaker = find_speaker(_scene(request), known_as)
            key = store_take(speaker, _new_take(request, one, undo), undo).name
            if one.keys is not None:
                placed.append(Placed(key, one.strip.name, one.strip.timing, one.curves))
                parts.append(
                    TakePart(plan.face.look.requested_ranges(key, one.strip.timing), one.keys)
                )
            yield
        written = yield from key_steps(faces, parts, output, undo)
        _check_same(plan)
        undo.pop_all()
    outcomes = finish(written)
    yield NON_CANCELLABLE
    yield from hand_edits.remember_steps(faces)
    found = yield from hidden_steps(request.object_uids, faces)
    hidden = [one.sentence for one in found]
    return known_as, describe(placed, outcomes, plan.skipped, inference, hidden=hidden)


def _face(request: BakeRequest) -> tuple[FacePlan, tuple[SkippedMesh, ...]]:
    """(the face as it is now and as it is to be keyed, objects that are not)."""
    scene, speaker, objects = _resolved(request)
    plans, skipped = plan_face(objects, speaker, check_effect=False)
    return FacePlan(
        plans, speaker_settings.keying_settings(speaker, scene, request.choices)
    ), skipped


def _new_take(request: BakeRequest, take: ComposedTake, undo: ExitStack) -> NewTake:
    strip = take.strip
    selector = request.voice.selector
    if isinstance(selector, SoundFile):
        key, path = f"file {strip.name}", selector.path
    else:
        key, path = mark_strip(request.voice, strip.name, undo), ""
    return NewTake(key, strip.name, strip.timing, take.data, take.heard, path)


def _check_unchanged(request: BakeRequest, strips: tuple[StripPlan, ...]) -> None:
    now = plan_selection(request.voice)
    if now == strips:
        return
    then = {strip.name: strip for strip in strips}
    changed = [strip.name for strip in now if then.get(strip.name) != strip]
    names = ", ".join(f'"{name}"' for name in (changed or then))
    raise StripError(f"Strip {names} was changed while its sound was analysed: bake again.")


def _check_same(plan: BakePlan) -> None:
    """Raises PlanError where the face is no more as it was planned."""
    if _face(plan.request)[0] != plan.face:
        raise GoneError(FACE_CHANGED)


def _resolved(request: BakeRequest):
    """(scene, speaker or None, objects) of a request. Raises PlanError when one is gone."""
    scene = _scene(request)
    speaker = find_speaker(scene, request.speaker) if request.speaker else None
    objects = objects_with_uids(request.object_uids)
    if not objects:
        raise GoneError(FACE_GONE)
    return scene, speaker, objects


def _scene(request: BakeRequest):
    """The scene of a request. Raises PlanError when it is gone."""
    for scene in bpy.data.scenes:
        if scene.session_uid == request.scene_uid:
            return scene
    raise PlanError("The scene of the face is gone: bake again in another one.")
