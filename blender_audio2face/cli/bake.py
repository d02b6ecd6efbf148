"""``bake``: strips or a sound file to keys, in a saved .blend."""

import argparse
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import bpy

from ...model.command.console import Console, Outcome
from ...model.errors import A2FError
from ..bake import BakeRequest, plan_bake, write_bake
from ..inference import listen
from ..preferences import preferred_runtime
from ..speakers import members_of
from ..weights import chosen_weights
from . import finishing, jobs
from .errors import CommandError
from .faces import face_of, wanted_speakers
from .finishing import FaceJob
from .place import Place, open_place
from .saving import output_path
from .voice import check_one_voice, wanted_voice

_LISTENED = 0.9
"""Progress at which the sound was heard; the rest is keying and saving."""


def bake(options: argparse.Namespace, console: Console) -> Outcome:
    """Bakes what is not baked yet, and saves.

    Raises:
        A2FError: something cannot be baked; no file was changed.
        OutputError: the .blend could not be written; the old one is as it was.
    """
    place, output = open_place(options.scene), output_path(options.output)
    weights = weights_of(options, place)
    with ExitStack() as undo:
        speakers = wanted_speakers(options, place, undo)
        check_one_voice(options, speakers)
        faces = [_named_job(options, place, speaker, weights) for speaker in speakers]
        if finishing.is_written(output, faces, force=options.force):
            return finishing.unchanged(output, faces)
        left = finishing.to_do(faces, force=options.force)
        if not left and finishing.is_open_file(output):
            return finishing.unchanged(output, faces)
        reports, text = _bake(options, place, left, weights, console)
        finishing.save(output, faces, left)
        undo.pop_all()
    console.progress(1.0)
    data = finishing.outcome_data(output, faces, reports)
    return Outcome("\n".join([*text, f"Saved {output}"]), data)


def _named_job(options: argparse.Namespace, place: Place, speaker, weights: Path | None) -> FaceJob:
    """The job on one face. Raises CommandError, which names the speaker, if it cannot be done."""
    try:
        return face_job(options, place, speaker, weights)
    except (A2FError, OSError) as error:
        raise CommandError(f"{speaker.name}: {error}") from error


def face_job(options: argparse.Namespace, place: Place, speaker, weights: Path | None) -> FaceJob:
    """The job on one face; its work is (request, strips). Raises A2FError or OSError."""
    objects = tuple(obj.session_uid for obj in members_of(speaker))
    voice = wanted_voice(options, place, speaker)
    request = BakeRequest(place.scene.session_uid, speaker.name, objects, voice)
    strips = plan_bake(request)
    plans, _ = face_of(speaker)
    digest = jobs.bake_job(speaker, plans, strips, weights)
    return FaceJob(speaker, plans, digest, (request, strips))


def weights_of(options: argparse.Namespace, place: Place) -> Path | None:
    """The weights file that is meant; None for the bundled network."""
    if options.weights is not None:
        return chosen_weights(str(options.weights))
    return chosen_weights(place.scene.audio2face.weights)


def _bake(
    options: argparse.Namespace,
    place: Place,
    left: list[FaceJob],
    weights: Path | None,
    console: Console,
) -> tuple[dict[str, dict[str, object]], list[str]]:
    """(reports by speaker, lines for people) of baking what is left."""
    if not left:
        return {}, []
    strips = [strip for one in left for strip in one.work[1]]
    seconds = sum(strip.timing.source_duration for strip in strips)
    names = ", ".join(one.speaker.name for one in left)
    console.log("info", f"Listening to {seconds:.1f} s of sound for {names}")
    runtime = preferred_runtime(bpy.context)
    if options.runtime:
        runtime = replace(runtime, name=options.runtime)
    spoken, inference = listen(
        strips, runtime, weights, lambda part: console.progress(_LISTENED * part)
    )
    reports, lines, first = {}, [], 0
    for one in left:
        request, own = one.work
        speaker, report = write_bake(request, spoken[first : first + len(own)], inference)
        first += len(own)
        speaker.report = report.text
        for reason in report.hidden:
            console.log("warning", f"{speaker.name}: hidden: {reason}")
        lines += report.lines
        reports[speaker.name] = {
            "strips": [strip.name for strip in own],
            "summary": report.summary,
            "details": list(report.details),
            "hidden": list(report.hidden),
            "runtime": inference.runtime,
            "device": inference.device,
        }
    place.scene.audio2face.report = "\n".join(lines)
    return reports, lines
