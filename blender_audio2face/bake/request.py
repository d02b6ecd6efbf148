"""What an artist, a script or a farm asks for: whose face is keyed from which sounds."""

from dataclasses import dataclass, replace

from ...model.errors import A2FError
from ..core.sound.sound_selection import SoundSelection
from ..errors import PlanError
from ..scene.face_objects import chosen_objects, selected_objects
from ..scene.face_plan import plan_face
from ..scene.resolve_sound import selection_of_takes, sound_selection_of
from ..scene.speakers import (
    check_own_meshes,
    find_speaker,
    members_of,
    speaker_of,
    speaker_of_selected,
)


@dataclass(frozen=True)
class BakeRequest:
    """What is to be baked. It names things by what survives undo, renaming and deletion, so that
    a plan can be made again just before writing.

    Attributes:
        scene_uid: session_uid of the scene that the face and the speaker belong to.
        speaker: name of the speaker; empty for a new one.
        object_uids: session_uids of the face's objects, the most important first.
        selection: where the sound is; None for curves that a speaker keeps without one.
        choices: (property, value) of the speaker to set first.
        names_sound: the sound was named for this bake, and adds to what was baked; otherwise it is
            all that the speaker's settings mean.
    """

    scene_uid: int
    speaker: str
    object_uids: tuple[int, ...]
    selection: SoundSelection | None = None
    choices: tuple[tuple[str, object], ...] = ()
    names_sound: bool = False


@dataclass(frozen=True)
class Refusal:
    """A speaker that cannot be baked, and why."""

    speaker: str
    error: A2FError

    @property
    def sentence(self) -> str:
        return f"{self.speaker}: {self.error}" if self.speaker else str(self.error)


def request_for(
    context,
    speaker_name: str,
    sound: dict[str, object],
    choices: tuple[tuple[str, object], ...] = (),
) -> BakeRequest:
    """The request of one bake; refuses, without touching files, what cannot be baked.

    Args:
        context: gives scene and selection.
        speaker_name: an existing speaker; empty for the selection's, or a new one.
        sound: values of a speaker's properties that stand in for its own.
        choices: (property, value) of the speaker that the bake is to set.

    Raises:
        StripError, PlanError: with the sentence that says why.
    """
    scene = context.scene
    _check_scene(scene)
    if speaker_name:
        speaker = find_speaker(scene, speaker_name)
        objects = members_of(speaker)
    else:
        speaker, objects = _of_selection(context)
    check_own_meshes(scene, speaker, objects)
    plan_face(objects, speaker)
    uids = tuple(obj.session_uid for obj in objects)
    name = speaker.name if speaker is not None else ""
    selection = sound_selection_of(context, speaker, sound)
    channel = dict(choices).get("sound_channel", selection.sound_channel)
    selection = replace(selection, sound_channel=channel)
    return BakeRequest(scene.session_uid, name, uids, selection, choices, bool(sound))


def requests_for_all(context) -> tuple[tuple[BakeRequest, ...], tuple[Refusal, ...]]:
    """A request for each speaker of the scene: from the sound in its settings, else from
    the strips that it was baked from; and those that cannot be baked."""
    requests, refusals = [], []
    for speaker in context.scene.audio2face.speakers:
        try:
            requests.append(_request_of(context, speaker))
        except A2FError as error:
            refusals.append(Refusal(speaker.name, error))
    return tuple(requests), tuple(refusals)


def _request_of(context, speaker) -> BakeRequest:
    if speaker.source != "STRIP" or speaker.strip or not len(speaker.takes):
        return request_for(context, speaker.name, {})
    selection = selection_of_takes(context, speaker)
    if selection is None and any(take.heard for take in speaker.takes):
        return request_for(context, speaker.name, {})
    _check_scene(context.scene)
    objects = members_of(speaker)
    check_own_meshes(context.scene, speaker, objects)
    plan_face(objects, speaker)
    uids = tuple(obj.session_uid for obj in objects)
    return BakeRequest(context.scene.session_uid, speaker.name, uids, selection)


def _check_scene(scene) -> None:
    """Raises PlanError for a linked scene, which would forget its speakers when it is saved."""
    if not scene.is_editable:
        raise PlanError(
            f'Scene "{scene.name}" is linked and keeps no characters: bake in a scene of this file.'
        )


def _of_selection(context) -> tuple[object, list]:
    """(speaker or None, objects) of what is selected: the active face's speaker as a whole, with
    what is selected besides and is no other speaker's; without one the whole character, but not
    what is another speaker's."""
    scene = context.scene
    objects = selected_objects(context)
    speaker = speaker_of_selected(scene, objects[0]) if objects else None
    if speaker is None:
        companions = [obj for obj in chosen_objects(context) if obj not in objects]
        return None, [*objects, *(obj for obj in companions if speaker_of(scene, obj) is None)]
    known = members_of(speaker)
    others = [obj for obj in objects if speaker_of(scene, obj) is None]
    return speaker, [*known, *(obj for obj in others if obj not in known)]
