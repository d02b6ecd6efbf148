"""What a bake is to do, planned on the main thread from the scene as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import bpy

from ..core.cached_curves import StripCurves
from ..core.compose import FacePlan
from ..core.sound.strip_plan import SkippedMesh, StripPlan
from ..errors import FACE_CHANGED, FACE_REMOVED, PlanError, SceneChangedError, StripError
from ..scene import speaker_settings
from ..scene.analysis_cache import cached_curves
from ..scene.face_plan import objects_with_uids, plan_face
from ..scene.resolve_sound import plan_selection, strips_of_take
from ..scene.speakers import check_own_meshes, find_speaker, members_of
from ..scene.strip_fingerprint import strip_fingerprint
from . import earlier_bakes
from .renamed_controls import follow_renames
from .request import BakeRequest


@dataclass(frozen=True)
class KeptCurves:
    """Curves that need no analysis.

    Attributes:
        curves: with their key; with an empty one those of a strip that gets its own, as it was
            split off another.
        strip: what they are to be moved to; None where they stay.
        is_same_sound: the strip's sound passes for the one that was analysed: it cannot be read.
    """

    curves: StripCurves
    strip: StripPlan | None = None
    is_same_sound: bool = False


@dataclass(frozen=True)
class BakePlan:
    """A bake, as the scene was when it was planned.

    Attributes:
        request: what was asked for.
        face: what to key, and how.
        skipped: objects of the face that are not keyed.
        strips: what to analyse.
        fingerprint: of the strips, to know cheaply that they are as they were.
        kept: curves that need no analysis.
        is_rekey: the curves are the speaker's own, from an earlier bake.
        keeps_hand_edits: refuse where baked keys were changed by hand.
        remarks: sentences for the report.
    """

    request: BakeRequest
    face: FacePlan
    skipped: tuple[SkippedMesh, ...]
    strips: tuple[StripPlan, ...] = ()
    fingerprint: tuple[object, ...] = ()
    kept: tuple[KeptCurves, ...] = ()
    is_rekey: bool = False
    keeps_hand_edits: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How much sound there is to analyse."""
        return sum(strip.timing.source_duration for strip in self.strips)


def plan_bake(request: BakeRequest) -> BakePlan:
    """The plan of a bake with its analysis.

    Raises:
        StripError: a strip was removed or cannot be read.
        PlanError: nothing would move.
    """
    scene, speaker, objects = resolved(request)
    check_own_meshes(scene, speaker, objects)
    if speaker is not None:
        follow_renames(speaker)
    face, skipped = _face(request)
    if request.selection is None:
        kept = tuple(KeptCurves(cached_curves(take)) for take in speaker.takes if not take.heard)
        return BakePlan(request, face, skipped, kept=kept)
    strips = plan_selection(request.selection)
    kept, remarks = _split_off(speaker, strips)
    fingerprint = strip_fingerprint(request.selection)
    return BakePlan(request, face, skipped, strips, fingerprint, kept, remarks=remarks)


def plan_reshape(speaker) -> BakePlan:
    """The plan to key a speaker's curves again where they are, with its settings as they are.

    Raises:
        PlanError: nothing would move.
        CachedCurvesError: what the speaker keeps is damaged.
    """
    follow_renames(speaker)
    kept = tuple(KeptCurves(cached_curves(take)) for take in speaker.takes)
    return _plan_rekey(speaker, kept, keeps_hand_edits=True)


def plan_retime(scene, speaker) -> BakePlan:
    """The plan to key a speaker's curves where their strips play now, without analysis.

    Raises:
        PlanError: nothing would move, or the speaker was not baked.
        CachedCurvesError: what the speaker keeps is damaged.
        StripError: none of the strips is there any more.
    """
    if not len(speaker.takes):
        raise PlanError(f'"{speaker.name}" was not baked yet: press Bake Speech.')
    follow_renames(speaker)
    kept: list[KeptCurves] = []
    remarks, missing = [], []
    marks = earlier_bakes.strips_by_mark(scene)
    for take in speaker.takes:
        curves = cached_curves(take)
        if not take.heard:
            kept.append(KeptCurves(curves))
            continue
        if not take.file and take.name not in marks:
            missing.append(f'Strip "{take.label}" was removed: its keys stay as they are.')
            continue
        why = earlier_bakes.why_not_its_sound(speaker, take, marks)
        if why:
            missing.append(f'"{take.label}" was not updated: {why}.')
            continue
        try:
            first = earlier_bakes.first_frame_of_file(speaker, take)
            plans, sentences = strips_of_take(
                scene, take, curves.timing, first, speaker.sound_channel
            )
        except (StripError, OSError) as error:
            remarks.append(str(error))
            continue
        remarks += sentences
        for number, (strip, is_same_sound) in enumerate(plans):
            own = curves if number == 0 else replace(curves, key="")
            kept.append(KeptCurves(own, strip, is_same_sound))
    if not kept:
        raise StripError(" ".join([*remarks, *missing]))
    return _plan_rekey(speaker, tuple(kept), remarks=tuple(remarks))


def plan_curves(speaker, strip: StripCurves) -> BakePlan:
    """The plan to key curves of a script's own. Raises PlanError where nothing would move."""
    request = replace(_request_of(speaker), names_sound=True)
    check_own_meshes(*resolved(request))
    face, skipped = _face(request)
    return BakePlan(request, face, skipped, kept=(KeptCurves(strip),))


def revalidate(plan: BakePlan) -> BakePlan:
    """The plan with the face as it is now.

    Raises:
        StripError: a strip changed since it was planned.
        PlanError: nothing would move any more, or the speaker's curves were cleared.
    """
    request = plan.request
    face, skipped = _face(request)
    if plan.strips and strip_fingerprint(request.selection) != plan.fingerprint:
        _check_unchanged(request, plan.strips)
    if plan.is_rekey:
        takes = find_speaker(scene_of(request), request.speaker).takes
        if any(kept.curves.key and kept.curves.key not in takes for kept in plan.kept):
            raise SceneChangedError(FACE_CHANGED)
    return replace(plan, face=face, skipped=skipped)


def check_same(plan: BakePlan) -> None:
    """Raises PlanError where the face is not as it was planned."""
    if _face(plan.request)[0] != plan.face:
        raise SceneChangedError(FACE_CHANGED)


def resolved(request: BakeRequest):
    """(scene, speaker or None, objects) of a request. Raises PlanError when one is gone."""
    scene = scene_of(request)
    speaker = find_speaker(scene, request.speaker) if request.speaker else None
    objects = objects_with_uids(request.object_uids)
    if not objects:
        raise SceneChangedError(FACE_REMOVED)
    return scene, speaker, objects


def scene_of(request: BakeRequest):
    """The scene of a request. Raises PlanError when it is gone."""
    for scene in bpy.data.scenes:
        if scene.session_uid == request.scene_uid:
            return scene
    raise PlanError("The scene of the face was removed: bake again in another one.")


def _plan_rekey(speaker, kept: tuple, **options) -> BakePlan:
    request = _request_of(speaker)
    face, skipped = _face(request)
    return BakePlan(request, face, skipped, kept=kept, is_rekey=True, **options)


def _request_of(speaker) -> BakeRequest:
    uids = tuple(obj.session_uid for obj in members_of(speaker))
    return BakeRequest(speaker.id_data.session_uid, speaker.name, uids)


def _face(request: BakeRequest) -> tuple[FacePlan, tuple[SkippedMesh, ...]]:
    """(the face as it is now and as it is to be keyed, objects that are not keyed)."""
    scene, speaker, objects = resolved(request)
    plans, skipped = plan_face(objects, speaker)
    settings = speaker_settings.keying_settings(speaker, scene, request.choices)
    return FacePlan(plans, settings), skipped


def _split_off(
    speaker, strips: Sequence[StripPlan]
) -> tuple[tuple[KeptCurves, ...], tuple[str, ...]]:
    """(the kept curves for what was split off strips that are baked and would lose its keys with
    them, sentences on what cannot be kept)."""
    kept: list[KeptCurves] = []
    remarks: list[str] = []
    chosen = {strip.name for strip in strips}
    for strip in strips if speaker is not None else ():
        take = speaker.takes.get(strip.uid) if strip.uid else None
        if take is None:
            continue
        curves = cached_curves(take)
        plans, sentences = strips_of_take(
            speaker.id_data, take, curves.timing, take.first_frame, speaker.sound_channel
        )
        if plans[0][0].name != strip.name:
            continue  # it gets a mark of its own, and the other keeps its keys
        remarks += sentences
        kept += [
            KeptCurves(replace(curves, key=""), part, is_same_sound)
            for part, is_same_sound in plans[1:]
            if part.name not in chosen
        ]
    return tuple(kept), tuple(remarks)


def _check_unchanged(request: BakeRequest, strips: tuple[StripPlan, ...]) -> None:
    current = plan_selection(request.selection)
    if current == strips:
        return
    before = {strip.name: strip for strip in strips}
    changed = [strip.name for strip in current if before.get(strip.name) != strip]
    names = ", ".join(f'"{name}"' for name in (changed or before))
    raise StripError(f"Strip {names} was changed while its sound was analysed: bake again.")
