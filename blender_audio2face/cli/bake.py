"""``bake`` and ``apply``: strips, a sound file or a file of curves to keys, in a saved .blend."""

import argparse
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import bpy

from ...model.command.console import Console, ExitCode, Observer, Outcome
from ...model.command.runtime_cache import RuntimeCache
from ...model.curve_files import read
from ...model.errors import A2FError
from ...model.input_files import real_path
from ...model.runtime import RuntimeChoice
from .. import api
from ..bake.pipeline import Bake, analyze, write
from ..bake.plan import plan_bake, revalidate
from ..bake.request import BakeRequest
from ..core import analysis
from ..core.background_job import run_to_completion
from ..core.compose import compose
from ..core.report import BakeReport
from ..core.sound.strip_plan import StripPlan
from ..core.target_plan import TargetPlan
from ..scene.preferred_runtime import preferred_runtime
from ..scene.speakers import members_of
from ..scene.weights_path import chosen_weights
from . import finished_jobs, saving
from .selection import (
    CommandError,
    Place,
    check_one_sound,
    face_of,
    open_blend,
    open_place,
    set_options,
    wanted_sound,
    wanted_speakers,
)

_ANALYSED = 0.9
"""Progress at which the sound was analysed; the rest is keying and saving."""


Keyed = tuple[BakeReport, Sequence[str], dict[str, object]]
"""What a job did to a face: the report, the keys of the takes that it made, and what programs are
told besides; ``remark`` in it is a warning for people too."""


@dataclass(frozen=True)
class FaceJob:
    """A job on one face.

    Attributes:
        speaker: whose.
        plans: what is keyed.
        digest: of all that the keys depend on.
        write_keys: does it; is given what takes its progress, 0..1.
        strips: the sound that is analysed for it.
        undo: the way back from the settings that the command gave the speaker.
        parts: digests of the jobs, one for each sound, that together are this one.
    """

    speaker: Any
    plans: tuple[TargetPlan, ...]
    digest: str
    write_keys: Callable[[Callable[[float], None]], Keyed]
    strips: tuple[StripPlan, ...] = ()
    undo: ExitStack = field(default_factory=ExitStack)
    parts: tuple[str, ...] = ()

    def is_among(self, finished: Collection[str]) -> bool:
        """Whether finished jobs, given by their digests, are this one."""
        is_in_parts = bool(self.parts) and set(self.parts) <= set(finished)
        return self.digest in finished or is_in_parts

    @property
    def seconds(self) -> float:
        """Of sound that is analysed."""
        return sum(strip.timing.source_duration for strip in self.strips)


@dataclass
class FaceJobs:
    """The jobs of a command, and what became of them.

    Attributes:
        faces: the jobs that can be done.
        force: whether they are done even if they are done.
        refused: why another cannot be done, by speaker.
        reports: what programs are told of each job that was done, by speaker.
        lines: the same for people.
    """

    faces: list[FaceJob]
    force: bool
    refused: dict[str, str] = field(default_factory=dict)
    reports: dict[str, dict[str, object]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def refuse(self, speaker, error: Exception, undo: ExitStack) -> None:
        """Leaves a speaker as it was, and goes on without it."""
        undo.close()
        self.faces = [job for job in self.faces if job.speaker.name != speaker.name]
        self.refused[speaker.name] = str(error)

    def check_some(self) -> None:
        """Raises CommandError where no job can be done."""
        if not self.faces:
            raise CommandError(self._refusals())

    def is_written(self, output: Path) -> bool:
        """Whether another file than the open one holds these jobs already.

        Raises:
            ChangedOutputError: it was changed since a job made it.
        """
        digests = [job.digest for job in self.faces]
        return saving.is_written(output, digests, force=self.force)

    def carry_out(self, console: Observer) -> None:
        """Does what is not done yet, in the open file.

        Raises:
            CommandError: no job can be done.
        """
        done, all_seconds = 0.0, sum(job.seconds for job in self.faces) or 1.0
        for job in tuple(self.faces):
            share = job.seconds / all_seconds

            def progress(fraction: float, done: float = done, share: float = share) -> None:
                console.progress(_ANALYSED * (done + share * fraction))

            try:
                self._do(job, console, progress)
            except (A2FError, OSError) as error:
                self.refuse(job.speaker, error, job.undo)
            done += share
        self.check_some()
        if self.lines:
            self.faces[0].speaker.id_data.audio2face.report = "\n".join(self.lines)

    def _do(self, job: FaceJob, console: Observer, progress: Callable[[float], None]) -> None:
        """Keys one face, unless that is done. Raises A2FError or OSError, with nothing changed."""
        speaker, name = job.speaker, job.speaker.name
        others = finished_jobs.finished_jobs(speaker, job.plans)
        if not self.force:
            if job.is_among(others):
                return
            finished_jobs.check_not_edited(job.plans)
        if job.strips:
            console.log("info", f"Analysing {job.seconds:.1f} s of sound for {name}")
        report, takes, facts = job.write_keys(progress)
        finished_jobs.remember(speaker, job.plans, job.digest, takes, others)
        if facts.get("remark") is not None:
            console.log("warning", f"{name}: {facts['remark']}")
        for sentence in report.warnings:
            console.log("warning", f"{name}: {sentence}")
        for reason in report.hidden:
            console.log("warning", f"{name}: hidden: {reason}")
        self.lines += report.lines
        self.reports[name] = {
            "summary": report.summary,
            "details": list(report.details),
            "hidden": list(report.hidden),
            "warnings": list(report.warnings),
            **facts,
        }

    def outcome(self, output: Path, *, saved: bool) -> Outcome:
        """What became of the jobs that a file holds.

        Args:
            output: the file.
            saved: whether it was written.
        """
        lines = [*self.lines, *(f"{name}: {why}" for name, why in self.refused.items())]
        if saved:
            lines.append(f"Saved {output}")
        else:
            lines.append(f"{output}: nothing to do, it is up to date (--force to do it anyway)")
        speakers = [
            {
                "speaker": job.speaker.name,
                "status": "done" if job.speaker.name in self.reports else "unchanged",
                "job": job.digest,
                **self.reports.get(job.speaker.name, {}),
            }
            for job in self.faces
        ]
        speakers += [
            {"speaker": name, "status": "error", "error": why} for name, why in self.refused.items()
        ]
        data = {"blend": str(open_blend()), "output": str(output), "speakers": speakers}
        if self.refused:
            data["error"] = self._refusals()
        code = ExitCode.REFUSED if self.refused else ExitCode.DONE
        return Outcome("\n".join(lines), data, unchanged=not saved, code=code)

    def _refusals(self) -> str:
        return " ".join(f"{name}: {sentence}" for name, sentence in self.refused.items())


def bake(options: argparse.Namespace, console: Console) -> Outcome:
    """Bakes what is not baked yet, and saves. A speaker that cannot be baked stops no other.

    Raises:
        A2FError: no speaker can be baked; no file was changed.
        OutputError: the .blend could not be written; the old one is as it was.
    """
    output = saving.output_path(options.output)
    with ExitStack() as undo:
        jobs = bake_jobs(options, undo, RuntimeCache(analysis.choose_runtime))
        return _finish(jobs, output, console, undo)


def apply(options: argparse.Namespace, console: Console) -> Outcome:
    """Keys curves on one face and saves, unless that is done already.

    Raises:
        A2FError: the curves cannot be keyed; no file was changed.
        OutputError: the .blend could not be written; the old one is as it was.
    """
    place, output = open_place(options.scene), saving.output_path(options.output)
    curves = read(options.curves)
    name = options.name or options.curves.stem
    key = f"curves {options.name or real_path(options.curves)}"
    with ExitStack() as undo:
        speakers = wanted_speakers(options, place, undo)
        if len(speakers) > 1:
            raise CommandError("Curves are for one face: name it with --speaker or --object.")
        (speaker,) = speakers
        set_options(speaker, options, undo)
        plans, _ = face_of(speaker)
        digest = finished_jobs.apply_digest(
            speaker, plans, options.curves, key, options.frame_start
        )

        def write_keys(_progress: Callable[[float], None]) -> Keyed:
            report = api.bake(
                curves,
                members_of(speaker),
                name=name,
                key=key,
                frame_start=options.frame_start,
                scene=place.scene,
            )
            facts = {"rows": len(curves.values), "rate": curves.rate}
            return report, [key], facts

        jobs = FaceJobs([FaceJob(speaker, plans, digest, write_keys)], options.force)
        return _finish(jobs, output, console, undo)


def _finish(jobs: FaceJobs, output: Path, console: Console, undo: ExitStack) -> Outcome:
    """Does the jobs of a command and saves, where there is something to do."""
    saved = not jobs.is_written(output)
    if saved:
        jobs.carry_out(console)
        saved = bool(jobs.reports) or not saving.is_open_file(output)
    if saved:
        saving.save(output, [job.digest for job in jobs.faces])
        undo.pop_all()
    for name, sentence in jobs.refused.items():
        console.log("error", f"{name}: {sentence}")
    console.progress(1.0)
    return jobs.outcome(output, saved=saved)


def bake_jobs(options: argparse.Namespace, undo: ExitStack, cache: RuntimeCache) -> FaceJobs:
    """The bakes that a command means; ``undo`` gets the way back from what it sets.

    Raises:
        A2FError: there is no such face or sound.
    """
    place = open_place(options.scene)
    weights = weights_of(options, place)
    jobs = FaceJobs([], options.force)
    speakers = wanted_speakers(options, place, undo)
    check_one_sound(options, speakers)
    for speaker in speakers:
        own = undo.enter_context(ExitStack())
        try:
            set_options(speaker, options, own)
            job = bake_job(options, place, speaker, weights, cache)
            jobs.faces.append(replace(job, undo=own))
        except (A2FError, OSError) as error:
            jobs.refuse(speaker, error, own)
    jobs.check_some()
    return jobs


def bake_job(
    options: argparse.Namespace, place: Place, speaker, weights: Path | None, cache: RuntimeCache
) -> FaceJob:
    """The bake of one face. Raises A2FError or OSError."""
    objects = tuple(obj.session_uid for obj in members_of(speaker))
    sound = wanted_sound(options, place, speaker)
    is_named = bool(options.strip or options.channel is not None or options.file)
    request = BakeRequest(
        place.scene.session_uid, speaker.name, objects, sound, names_sound=is_named
    )
    plan = plan_bake(request)

    def digest_of(strips: Sequence[StripPlan]) -> str:
        return finished_jobs.bake_digest(speaker, plan.face.plans, strips, weights, cache.digests)

    def write_keys(progress: Callable[[float], None]) -> Keyed:
        runtime = _runtime(options)
        curves = analyze(plan, runtime, weights, progress, cache.runtime)
        latest, how = replace(revalidate(plan), remarks=curves.plan.remarks), curves.inference
        keys = compose(latest.face, curves.strips)
        written = run_to_completion(write(Bake(latest, curves.strips, how, keys)))
        speaker.report = written.report.text
        facts: dict[str, object] = {"strips": [strip.name for strip in curves.strips]}
        if how is not None:
            facts |= {"runtime": how.runtime, "device": how.device, "remark": how.remark}
        return written.report, written.keys, facts

    parts = [digest_of([strip]) for strip in plan.strips] if len(plan.strips) > 1 else []
    digest = digest_of(plan.strips)
    return FaceJob(speaker, plan.face.plans, digest, write_keys, plan.strips, parts=tuple(parts))


def weights_of(options: argparse.Namespace, place: Place) -> Path | None:
    """The weights file that is meant; None for the bundled network."""
    return chosen_weights(str(options.weights or place.scene.audio2face.weights))


def _runtime(options: argparse.Namespace) -> RuntimeChoice:
    """What the network runs on: as the options say, else as the preferences do."""
    asked = {"name": options.runtime, "device": options.device}
    return replace(preferred_runtime(bpy.context), **{k: v for k, v in asked.items() if v})
