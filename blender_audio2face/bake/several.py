"""Bakes of one speaker or of several at once: who fails stops nobody else.

``plan_all`` runs on the main thread, ``listen_all`` and ``compose_all`` anywhere, ``write_steps``
on the main thread again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...model.errors import A2FError, memory_told
from ...model.runtime_choice import RuntimeChoice
from ..core.background_job import MainThreadTask
from ..core.compose import ComposedTake, OnProgress, compose, part_of
from ..core.report import BakeReport, Inference
from . import pipeline
from .pipeline import BakePlan, BakeRequest, Refusal

if TYPE_CHECKING:
    pass

_LISTENED = 0.9
"""Progress at which all sound was heard; the rest is composing."""


@dataclass(frozen=True)
class AnalyzedBake:
    """A bake whose sound was heard.

    Attributes:
        plan: of the bake.
        spoken: what was heard in each strip.
        inference: how.
        takes: what is to be written; None until it is composed.
    """

    plan: BakePlan
    spoken: tuple["Spoken", ...]
    inference: Inference
    takes: tuple[ComposedTake, ...] | None = None


@dataclass
class Outcome:
    """What has come of some bakes so far.

    Attributes:
        written: (scene's uid, speaker's name, report) of each bake that was written.
        refusals: the others, and why.
    """

    written: list[tuple[int, str, BakeReport]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def plan_all(requests: Sequence[BakeRequest], outcome: Outcome) -> tuple[BakePlan, ...]:
    """Plans of the bakes that can be; the others go into the outcome."""
    plans = []
    for request in requests:
        try:
            plans.append(pipeline.prepare(request))
        except A2FError as error:
            outcome.refusals.append(Refusal(request.speaker, error))
    return tuple(plans)


def analyze_all(
    plans: Sequence[BakePlan],
    runtime: RuntimeChoice,
    weights: Path | None,
    outcome: Outcome,
    on_progress: OnProgress,
) -> tuple[AnalyzedBake, ...]:
    """Listens and composes.

    Args:
        plans: of the bakes.
        runtime: what the network is to run on.
        weights: the network's weights file, None for the bundled one.
        outcome: gets the bakes that fail.
        on_progress: see OnProgress.
    """
    from ..core.analysis import analyze  # at the first bake, to keep Blender's start quick

    seconds = [sum(one.timing.source_duration for one in plan.strips) for plan in plans]
    listened, done = [], 0.0
    for plan, duration in zip(plans, seconds, strict=True):
        start, done = done, done + _LISTENED * duration / sum(seconds)
        try:
            with memory_told():
                spoken = analyze(plan.strips, runtime, weights, part_of(on_progress, start, done))
        except A2FError as error:
            outcome.refusals.append(Refusal(plan.request.speaker, error))
        else:
            listened.append(AnalyzedBake(plan, *spoken))
    return compose_all(listened, outcome, part_of(on_progress, _LISTENED, 1.0))


def compose_all(
    listened: Sequence[AnalyzedBake], outcome: Outcome, on_progress: OnProgress
) -> tuple[AnalyzedBake, ...]:
    """Composes what is not composed yet; bakes that fail go into the outcome."""
    composed = []
    for index, one in enumerate(listened):
        progress = part_of(on_progress, index / len(listened), (index + 1) / len(listened))
        try:
            with memory_told():
                takes = one.takes or compose(one.plan.face, one.spoken, progress)
        except A2FError as error:
            outcome.refusals.append(Refusal(one.plan.request.speaker, error))
        else:
            composed.append(replace(one, takes=takes))
    return tuple(composed)


def check_and_write_steps(
    listened: Sequence[AnalyzedBake], outcome: Outcome
) -> MainThreadTask[tuple[AnalyzedBake, ...]]:
    """Writes what still fits the scene.

    Returns:
        What is to be composed again before anything is written, as settings or names changed
        meanwhile; nothing when all is written.
    """
    now = []
    for one in listened:
        try:
            plan = pipeline.revalidate(one.plan)
        except A2FError as error:
            outcome.refusals.append(Refusal(one.plan.request.speaker, error))
        else:
            same = plan.face == one.plan.face
            now.append(replace(one, plan=plan, takes=one.takes if same else None))
        yield
    if any(one.takes is None for one in now):
        return tuple(now)
    yield from write_steps(now, outcome)
    return ()


def write_steps(listened: Sequence[AnalyzedBake], outcome: Outcome) -> MainThreadTask[None]:
    """Writes what was planned for the scene as it is; each bake whole or not at all."""
    for one in listened:
        request = one.plan.request
        try:
            with memory_told():
                steps = pipeline.write_steps(one.plan, one.takes, one.inference)
                speaker, report = yield from steps
        except A2FError as error:
            outcome.refusals.append(Refusal(request.speaker, error))
        else:
            outcome.written.append((request.scene_uid, speaker, report))
        yield
