"""``bake``: strips or a sound file to keys, in a saved .blend."""

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import bpy

from ...model.command.console import Console, Observer, Outcome
from ...model.command.job_record import FileDigests
from ...model.command.runtime_cache import RuntimeCache
from ...model.errors import A2FError
from ...model.runtime import RuntimeChoice
from ..bake.pipeline import Bake, BakePlan, analyze, plan_bake, revalidate, write
from ..bake.request import BakeRequest
from ..core import analysis
from ..core.background_job import run_to_completion
from ..core.compose import compose
from ..core.sound.sound_selection import SoundFile
from ..scene import sequencer_api, strip_id
from ..scene.preferred_runtime import preferred_runtime
from ..scene.resolve_sound import scene_of
from ..scene.speakers import members_of
from ..scene.weights_path import chosen_weights
from . import finishing, jobs
from .errors import CommandError
from .faces import set_options, wanted_speakers
from .finishing import FaceJob
from .place import Place, open_place
from .saving import output_path
from .voice import check_one_voice, wanted_voice

_LISTENED = 0.9
"""Progress at which the sound was heard; the rest is keying and saving."""


@dataclass
class Bakes:
    """The bakes of a command.

    Attributes:
        options: of the command.
        weights: the network's file; None for the bundled one.
        shared: what they share with others of this process.
        faces: the jobs that can be done.
        refused: why another cannot be done, by speaker.
        reports: what programs are told of each job that was done, by speaker.
        lines: the same for people.
    """

    options: argparse.Namespace
    weights: Path | None
    shared: RuntimeCache
    faces: list[FaceJob] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    reports: dict[str, dict[str, object]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def refuse(self, speaker, error: Exception, undo: ExitStack) -> None:
        """Leaves a speaker as he was, and goes on without him."""
        undo.close()
        self.faces = [one for one in self.faces if one.speaker.name != speaker.name]
        self.refused[speaker.name] = str(error)

    def check_some(self) -> None:
        """Raises CommandError where no job can be done."""
        if not self.faces:
            raise CommandError(finishing.sentence_on(self.refused))


def bake(options: argparse.Namespace, console: Console) -> Outcome:
    """Bakes what is not baked yet, and saves. A speaker that cannot be baked stops no other.

    Raises:
        A2FError: nobody can be baked; no file was changed.
        OutputError: the .blend could not be written; the old one is as it was.
    """
    output = output_path(options.output)
    with ExitStack() as undo:
        bakes = prepare(options, undo, RuntimeCache(analysis.choose_runtime))
        saved = not finishing.is_written(output, bakes.faces, force=options.force)
        if saved:
            carry_out(bakes, console)
            saved = bool(bakes.reports) or not finishing.is_open_file(output)
        if saved:
            finishing.save(output, bakes.faces)
            undo.pop_all()
    for name, sentence in bakes.refused.items():
        console.log("error", f"{name}: {sentence}")
    console.progress(1.0)
    return outcome(output, bakes, saved=saved)


def prepare(options: argparse.Namespace, undo: ExitStack, shared: RuntimeCache) -> Bakes:
    """The bakes that a command means; ``undo`` gets the way back from what it sets.

    Raises:
        A2FError: there is no such face or sound.
    """
    place = open_place(options.scene)
    bakes = Bakes(options, weights_of(options, place), shared)
    speakers = wanted_speakers(options, place, undo)
    check_one_voice(options, speakers)
    for speaker in speakers:
        own = undo.enter_context(ExitStack())
        try:
            set_options(speaker, options, own)
            job = face_job(options, place, speaker, bakes.weights, shared.digests)
            bakes.faces.append(replace(job, undo=own))
        except (A2FError, OSError) as error:
            bakes.refuse(speaker, error, own)
    bakes.check_some()
    return bakes


def face_job(
    options: argparse.Namespace,
    place: Place,
    speaker,
    weights: Path | None,
    digests: FileDigests,
) -> FaceJob:
    """The job on one face; its work is the plan. Raises A2FError or OSError."""
    objects = tuple(obj.session_uid for obj in members_of(speaker))
    voice = wanted_voice(options, place, speaker)
    request = BakeRequest(place.scene.session_uid, speaker.name, objects, voice)
    plan = plan_bake(request)
    digest = jobs.bake_job(speaker, plan.face.plans, plan.strips, weights, digests)
    return FaceJob(speaker, plan.face.plans, digest, plan)


def weights_of(options: argparse.Namespace, place: Place) -> Path | None:
    """The weights file that is meant; None for the bundled network."""
    if options.weights is not None:
        return chosen_weights(str(options.weights))
    return chosen_weights(place.scene.audio2face.weights)


def carry_out(bakes: Bakes, console: Observer) -> None:
    """Bakes what is not baked yet, in the open file.

    Raises:
        CommandError: nobody can be baked.
    """
    done, all_seconds = 0.0, sum(_seconds(one) for one in bakes.faces) or 1.0
    for one in tuple(bakes.faces):
        share = _seconds(one) / all_seconds
        try:
            _bake(bakes, one, console, done, share)
        except (A2FError, OSError) as error:
            bakes.refuse(one.speaker, error, one.undo)
        done += share
    bakes.check_some()
    if bakes.lines:
        bakes.faces[0].speaker.id_data.audio2face.report = "\n".join(bakes.lines)


def outcome(output: Path, bakes: Bakes, *, saved: bool) -> Outcome:
    """What became of the bakes."""
    return finishing.outcome(
        output, bakes.faces, bakes.reports, bakes.lines, bakes.refused, saved=saved
    )


def _bake(bakes: Bakes, one: FaceJob, console: Observer, done: float, share: float) -> None:
    """Bakes one face, unless it is baked. Raises A2FError or OSError, and nothing was changed."""
    speaker, plan = one.speaker, one.work
    others = jobs.finished_jobs(speaker, one.plans)
    if one.digest in others and not bakes.options.force:
        return
    if not bakes.options.force:
        jobs.check_not_edited(speaker, one.plans)
    console.log("info", f"Listening to {_seconds(one):.1f} s of sound for {speaker.name}")
    runtime = _runtime(bakes.options)
    made = analyze(
        plan,
        runtime,
        bakes.weights,
        lambda part: console.progress(_LISTENED * (done + share * part)),
        bakes.shared.runtime,
    )
    how = made.inference
    plan = revalidate(plan)
    keys = compose(plan.face, made.strips)
    _, report = run_to_completion(write(Bake(plan, made.strips, how, keys)))
    jobs.remember(speaker, one.plans, one.digest, _takes(plan), others)
    speaker.report = report.text
    if how.remark is not None:
        console.log("warning", f"{speaker.name}: {how.remark}")
    for reason in report.hidden:
        console.log("warning", f"{speaker.name}: hidden: {reason}")
    bakes.lines += report.lines
    bakes.reports[speaker.name] = {
        "strips": [strip.name for strip in plan.strips],
        "summary": report.summary,
        "details": list(report.details),
        "hidden": list(report.hidden),
        "runtime": how.runtime,
        "device": how.device,
        "remark": how.remark,
    }


def _runtime(options: argparse.Namespace) -> RuntimeChoice:
    """What the network runs on: as the options say, else as the preferences do."""
    asked = {"name": options.runtime, "device": options.device}
    return replace(preferred_runtime(bpy.context), **{k: v for k, v in asked.items() if v})


def _seconds(one: FaceJob) -> float:
    return sum(strip.timing.source_duration for strip in one.work.strips)


def _takes(plan: BakePlan) -> list[str]:
    """The keys of the takes that a bake made."""
    names, selection = [strip.name for strip in plan.strips], plan.request.selection
    if isinstance(selection.selector, SoundFile):
        return [f"file {name}" for name in names]
    sounds = sequencer_api.sound_strips(scene_of(selection))
    return [strip_id.uid_of(one) for one in sounds if one.name in names]
