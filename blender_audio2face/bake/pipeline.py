"""The one way from a request to keys.

A plan is made on the main thread (``plan``). ``analyze_all`` and ``compose_all`` then run in any
thread, and ``check_and_write`` on the main thread again, in steps that leave a window alive. Before
anything is written the plan is held against the scene as it is by then; on any failure the scene is
as it was.
A speaker that fails stops no other.
"""

from collections.abc import Callable, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from ...model.errors import A2FError, memory_errors_reported
from ...model.runtime import RuntimeChoice
from ..animation.layer import StripKeyframes
from ..animation.write import PendingAction, check, commit, write_task
from ..core import analysis
from ..core.background_job import (
    NON_CANCELLABLE,
    MainThreadTask,
    guarded,
    run_to_completion,
)
from ..core.cached_curves import StripCurves
from ..core.compose import FaceKeys, OnProgress, compose, no_progress, part_of
from ..core.report import BakeReport, Inference, describe
from ..core.target_plan import TargetPlan
from ..diagnostics.hidden_results import hidden_steps
from ..errors import StripError
from ..face_override import release
from ..scene import live_changes, speaker_settings
from ..scene.analysis_cache import remove_curves, store_curves
from ..scene.face_plan import datablock_of, with_effect
from ..scene.resolve_sound import mark_strip
from ..scene.speakers import (
    add_members,
    add_speaker,
    all_members_of,
    find_speaker,
    way_back,
)
from . import earlier_bakes, hand_edits
from .plan import BakePlan, check_same, plan_bake, resolved, revalidate, scene_of
from .request import BakeRequest, Refusal

_ANALYZED = 0.9
"""Progress at which all sound was analysed; the rest is composing."""


@dataclass(frozen=True)
class Bake:
    """A bake whose curves are there.

    Attributes:
        plan: of the bake.
        strips: the curves of each strip.
        inference: how they were made; None for curves from before.
        keys: of each strip; None until they are composed.
    """

    plan: BakePlan
    strips: tuple[StripCurves, ...]
    inference: Inference | None = None
    keys: tuple[FaceKeys | None, ...] | None = None


@dataclass
class Outcome:
    """What has come of some bakes so far.

    Attributes:
        written: (scene's uid, speaker's name, report) of each bake that was written.
        refusals: the others, and why.
    """

    written: list[tuple[int, str, BakeReport]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Written:
    """A bake that was written.

    Attributes:
        speaker: its name.
        report: of the bake.
        keys: of the takes that it keyed.
    """

    speaker: str
    report: BakeReport
    keys: tuple[str, ...]


def plan_all(requests: Sequence[BakeRequest], outcome: Outcome) -> tuple[BakePlan, ...]:
    """Plans of the bakes that can be; the others go into the outcome."""
    plans = []
    for request in requests:
        try:
            plans.append(plan_bake(request))
        except A2FError as error:
            outcome.refusals.append(Refusal(request.speaker, error))
    return tuple(plans)


def analyze(
    plan: BakePlan,
    runtime: RuntimeChoice,
    weights: Path | None,
    on_progress: OnProgress = no_progress,
    choose: Callable | None = None,
) -> Bake:
    """The curves of a plan.

    Args:
        plan: of the bake.
        runtime: what the network is to run on.
        weights: the network's weights file, None for the bundled one.
        on_progress: see OnProgress.
        choose: takes the place of ``choose_runtime``, for many bakes one after another.

    Raises:
        BakeError: a sound cannot be read, or no strip plays what was analysed.
        model.errors.A2FError: the network cannot run, or its weights cannot be used.
    """
    found: list[StripCurves] = []
    inference, remarks = None, list(plan.remarks)
    if plan.strips:
        strips, inference = analysis.analyze(plan.strips, runtime, weights, on_progress, choose)
        found += strips
    for kept in plan.kept:
        curves, strip = kept.curves, kept.strip
        if strip is None:
            found.append(curves)
            continue
        moved = curves.moved_to(strip, is_same_sound=kept.is_same_sound)
        if moved is not None:
            found.append(moved)
        else:
            remarks.append(
                f'Strip "{strip.name}" plays sound that was not analysed: bake it again.'
            )
    if not found:
        raise StripError(" ".join(remarks))
    return Bake(replace(plan, remarks=tuple(remarks)), tuple(found), inference)


def analyze_all(
    plans: Sequence[BakePlan],
    runtime: RuntimeChoice,
    weights: Path | None,
    outcome: Outcome,
    on_progress: OnProgress,
) -> tuple[Bake, ...]:
    """Analyses and composes; bakes that fail go into the outcome. See ``analyze``."""
    total, done, bakes = sum(plan.seconds for plan in plans) or 1.0, 0.0, []
    for plan in plans:
        start, done = done, done + _ANALYZED * plan.seconds / total
        try:
            with memory_errors_reported():
                bakes.append(analyze(plan, runtime, weights, part_of(on_progress, start, done)))
        except A2FError as error:
            outcome.refusals.append(Refusal(plan.request.speaker, error))
    return compose_all(bakes, outcome, part_of(on_progress, _ANALYZED, 1.0))


def compose_all(
    bakes: Sequence[Bake], outcome: Outcome, on_progress: OnProgress
) -> tuple[Bake, ...]:
    """Composes the keys of bakes that have none; bakes that fail go into the outcome."""
    composed = []
    for index, bake in enumerate(bakes):
        progress = part_of(on_progress, index / len(bakes), (index + 1) / len(bakes))
        try:
            with memory_errors_reported():
                keys = bake.keys or compose(bake.plan.face, bake.strips, progress)
        except A2FError as error:
            outcome.refusals.append(Refusal(bake.plan.request.speaker, error))
        else:
            composed.append(replace(bake, keys=keys))
    return tuple(composed)


def check_and_write(bakes: Sequence[Bake], outcome: Outcome) -> MainThreadTask[tuple[Bake, ...]]:
    """Writes what still fits the scene, each bake whole or not at all.

    Returns:
        What is to be composed again before anything is written, as settings or names changed
        meanwhile; nothing when all is written.
    """
    current = []
    for bake in bakes:
        try:
            plan = revalidate(bake.plan)
        except A2FError as error:
            outcome.refusals.append(Refusal(bake.plan.request.speaker, error))
        else:
            keys = bake.keys if plan.face == bake.plan.face else None
            current.append(replace(bake, plan=plan, keys=keys))
        yield
    if any(bake.keys is None for bake in current):
        return tuple(current)
    yield from write_all(current, outcome)
    return ()


def write_all(bakes: Sequence[Bake], outcome: Outcome) -> MainThreadTask[None]:
    """Writes what was planned for the scene as it is; each bake whole or not at all."""
    for bake in bakes:
        request = bake.plan.request
        try:
            with memory_errors_reported():
                written = yield from write(bake)
        except A2FError as error:
            outcome.refusals.append(Refusal(request.speaker, error))
        else:
            outcome.written.append((request.scene_uid, written.speaker, written.report))
        yield


def run(plan: BakePlan) -> BakeReport:
    """Keys curves that are there already, straight through.

    Raises:
        A2FError: nothing was keyed; the sentence says why.
    """
    with memory_errors_reported():
        bake = analyze(plan, RuntimeChoice(), None)
        bake = replace(bake, keys=compose(plan.face, bake.strips))
        return run_to_completion(write(bake)).report


def write(bake: Bake) -> MainThreadTask[Written]:
    """Keeps the curves with the speaker and keys them; on any failure the scene is as it was.

    Args:
        bake: composed for the scene as it is now.

    Raises:
        EditedError: baked keys were changed by hand.
        StripError, PlanError: keys cannot be written as they were planned, as the scene was
            changed since.
    """
    plan, request = bake.plan, bake.plan.request
    plans = []
    for face in plan.face.plans:
        plans.append(face if plan.is_rekey else with_effect(face))
        yield
    if plan.keeps_hand_edits:
        yield from hand_edits.check_task(plans)
    with ExitStack() as undo:
        check_same(plan)
        speaker = _speaker(request, undo)
        name, output = speaker.name, speaker.output
        strips, all_strips, parts = [], [], []
        for strip, keys in zip(bake.strips, bake.keys, strict=True):
            strip = _identified(find_speaker(scene_of(request), name), strip, undo)
            choice = None if plan.is_rekey else earlier_bakes.choice_of(request)
            store_curves(find_speaker(scene_of(request), name), strip, undo, choice)
            all_strips.append(strip)
            if keys is not None:
                requested = plan.face.settings.requested_ranges(strip.key, strip.timing)
                strips.append(strip)
                parts.append((requested, keys, strip.name))
            yield
        release(frozenset(face.uid for face in plans))
        left = yield from _left_over(plan, name, all_strips, plans)
        for key in left.gone:
            remove_curves(find_speaker(scene_of(request), name), key, undo)
        pending = yield from _write_faces(plans, parts, output, set(left.gone), undo)
        check_same(plan)
        undo.pop_all()
    written = [commit(action, face) for action, face in zip(pending, plans, strict=True)]
    stale = {strip.key for strip in all_strips} | set(left.gone)
    earlier_bakes.clear_elsewhere(find_speaker(scene_of(request), name), plans, stale)
    speaker_settings.note_keyed(find_speaker(scene_of(request), name))
    yield NON_CANCELLABLE
    yield from hand_edits.remember_task(plans)
    hidden = () if plan.is_rekey else (yield from hidden_steps(request.object_uids, plans))
    sentences = [found.sentence for found in hidden]
    remarks = (*plan.remarks, *left.sentences)
    report = describe(strips, written, plan.skipped, bake.inference, remarks, hidden=sentences)
    return Written(name, report, tuple(strip.key for strip in all_strips))


def _left_over(
    plan: BakePlan, name: str, strips: Sequence[StripCurves], plans: Sequence[TargetPlan]
) -> MainThreadTask[earlier_bakes.LeftOver]:
    """What was baked before and is no longer the speaker's sound; dials leave it alone."""
    if plan.keeps_hand_edits:
        return earlier_bakes.LeftOver()
    request = plan.request
    speaker = find_speaker(scene_of(request), name)
    left = earlier_bakes.left_over(request, speaker, all_members_of(speaker), strips)
    if not plan.is_rekey:
        left.kept += earlier_bakes.replaced_elsewhere(all_members_of(speaker), strips)
    yield
    if left.gone and (yield from hand_edits.names_of_edited(plans)):
        left = left.without_taking_out("some keys were changed by hand")
    return left


def _write_faces(
    plans: Sequence[TargetPlan],
    parts: Sequence[tuple],
    output: str,
    gone: Set[str],
    undo: ExitStack,
) -> MainThreadTask[tuple[PendingAction, ...]]:
    """Keys strips, (ranges, keys for each plan, name), on every datablock of a face, and takes out
    the keys of those that are gone.

    Raises SceneChangedError where something of the face was removed between two steps.
    """
    pending: list[PendingAction] = []

    def check_all() -> None:
        for action in pending:
            check(action)

    for index, plan in enumerate(plans):
        strips = [StripKeyframes(requested, keys[index], name) for requested, keys, name in parts]
        task = write_task(datablock_of(plan), f"A2F {plan.object_name}", strips, output, undo, gone)
        pending.append((yield from guarded(task, check_all)))
        yield
        check_all()
    return tuple(pending)


def _speaker(request: BakeRequest, undo: ExitStack):
    """The speaker of a request, made if there is none, with its choices set."""
    scene, speaker, objects = resolved(request)
    if speaker is None:
        speaker = add_speaker(scene, objects[0].name, objects, undo)
    else:
        before = speaker_settings.snapshot(speaker)
        way_back(speaker, undo, lambda found: speaker_settings.restore(found, before))
        add_members(speaker, objects, undo)
    with live_changes.suspend_live_update():
        for name, value in request.choices:
            setattr(speaker, name, value)
    return speaker


def _identified(speaker, strip: StripCurves, undo: ExitStack) -> StripCurves:
    """The curves with the key by which their keys are known."""
    if strip.key:
        return strip
    if strip.file:
        key = earlier_bakes.key_of_file(speaker, strip) or f"file {uuid4().hex[:12]}"
        return replace(strip, key=key)
    if not strip.scene_uid:
        key = earlier_bakes.key_of_curves(speaker, strip) or f"curves {uuid4().hex[:12]}"
        return replace(strip, key=key)
    return replace(strip, key=mark_strip(strip.scene_uid, strip.name, undo))
