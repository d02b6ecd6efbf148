"""``apply``: a file of curves to keys, in a saved .blend."""

import argparse
from contextlib import ExitStack

from ...model.command.console import Console, Outcome
from ...model.curve_files import read
from .. import api
from ..scene.speakers import members_of
from . import finishing, jobs
from .errors import CommandError
from .faces import face_of, set_options, wanted_speakers
from .finishing import FaceJob
from .place import open_place
from .saving import output_path


def apply(options: argparse.Namespace, console: Console) -> Outcome:
    """Keys curves on one face and saves, unless it is done already.

    Raises:
        A2FError: the curves cannot be keyed; no file was changed.
        OutputError: the .blend could not be written; the old one is as it was.
    """
    place, output = open_place(options.scene), output_path(options.output)
    curves = read(options.curves)
    name = options.name or options.curves.stem
    with ExitStack() as undo:
        speakers = wanted_speakers(options, place, undo)
        if len(speakers) > 1:
            raise CommandError("Curves are for one face: name it with --speaker or --object.")
        speaker = speakers[0]
        set_options(speaker, options, undo)
        plans, _ = face_of(speaker)
        digest = jobs.apply_job(speaker, plans, options.curves, name, options.frame_start)
        faces = [FaceJob(speaker, plans, digest, None)]
        if finishing.is_written(output, faces, force=options.force):
            return finishing.outcome(output, faces, {}, saved=False)
        others = jobs.finished_jobs(speaker, plans)
        done = digest in others and not options.force
        if done and finishing.is_open_file(output):
            return finishing.outcome(output, faces, {}, saved=False)
        reports, lines = {}, []
        if not done:
            if not options.force:
                jobs.check_not_edited(speaker, plans)
            report = api.bake(
                curves,
                members_of(speaker),
                name=name,
                frame_start=options.frame_start,
                scene=place.scene,
            )
            for reason in report.hidden:
                console.log("warning", f"{speaker.name}: hidden: {reason}")
            lines += report.lines
            jobs.remember(speaker, plans, digest, (f"curves {name}",), others)
            reports[speaker.name] = {
                "rows": len(curves.values),
                "rate": curves.rate,
                "summary": report.summary,
                "details": list(report.details),
                "hidden": list(report.hidden),
            }
        finishing.save(output, faces)
        undo.pop_all()
    console.progress(1.0)
    return finishing.outcome(output, faces, reports, lines, saved=True)
