"""``inspect``: what a bake would read and key, with the mapping and its gaps."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from ...model.command.console import Console, ExitCode, Outcome
from ...model.command.job_record import FileDigests
from ...model.errors import A2FError
from ..bake import hand_edits
from ..core.sound.strip_plan import StripPlan
from ..core.target_plan import TargetPlan
from ..scene.face_plan import fitting_presets
from ..scene.speakers import members_of
from . import jobs
from .bake import face_job, weights_of
from .faces import face_of, set_options, wanted_speakers
from .place import Place, open_blend, open_place
from .voice import check_one_voice


def inspect(options: argparse.Namespace, _console: Console) -> Outcome:
    """Looks at what ``bake`` would do with the same options; changes nothing.

    A face that cannot be baked does not hide the others; the exit code then says that there is one.

    Raises:
        A2FError: there is no such face, or none.
    """
    place = open_place(options.scene)
    weights = weights_of(options, place)
    with ExitStack() as undo:
        speakers = wanted_speakers(options, place, undo)
        check_one_voice(options, speakers)
        for speaker in speakers:
            set_options(speaker, options, undo)
        found = [_inspected(options, place, speaker, weights) for speaker in speakers]
    code = ExitCode.REFUSED if any(one["problems"] for one in found) else ExitCode.DONE
    text = "\n".join(line for one in found for line in _lines(one))
    return Outcome(text, {"blend": str(open_blend()), "speakers": found}, code=code)


def _inspected(
    options: argparse.Namespace, place: Place, speaker, weights: Path | None
) -> dict[str, object]:
    problems: list[str] = []
    plans, skipped, strips, bake = (), (), (), None
    try:
        plans, skipped = face_of(speaker)
    except A2FError as error:
        problems.append(str(error))
    try:
        one = face_job(options, place, speaker, weights, FileDigests())
        strips = one.work.strips
        bake = "nothing to do" if jobs.is_finished(speaker, plans, one.digest) else "to do"
    except (A2FError, OSError) as error:
        if str(error) not in problems:
            problems.append(str(error))
    matches = fitting_presets(members_of(speaker))
    return {
        "speaker": speaker.name,
        "objects": [obj.name for obj in members_of(speaker)],
        "problems": problems,
        "bake": bake,
        "strips": [_strip(strip) for strip in strips],
        "preset": plans[0].preset_id if plans else None,
        "fitting_presets": {one.preset.id: round(one.score, 3) for one in matches[:3]},
        "faces": [_plan(plan) for plan in plans],
        "skipped": [{"object": one.object_name, "reason": one.reason} for one in skipped],
        "changed_by_hand": hand_edits.edited_actions(plans),
    }


def _strip(strip: StripPlan) -> dict[str, object]:
    timing = strip.timing
    return {
        "strip": strip.name,
        "sound": strip.source.label,
        "first_frame": int(timing.left_handle),
        "last_frame": int(timing.right_handle) - 1,
        "seconds": round(float(timing.source_duration), 3),
    }


def _plan(plan: TargetPlan) -> dict[str, object]:
    return {
        "object": plan.object_name,
        "shared_by": list(plan.shared_by),
        "links": [
            {"output": one.link.output, "target": one.link.target.name, "path": one.path}
            for one in plan.links
        ],
        "missing": list(plan.missing),
        "passed_over": list(plan.passed_over),
        "driven": list(plan.driven),
    }


def _lines(one: dict) -> list[str]:
    lines = [f"{one['speaker']}: {', '.join(one['objects']) or 'no objects'}"]
    lines += [f"  cannot be baked: {problem}" for problem in one["problems"]]
    if one["bake"]:
        lines.append(f"  bake: {one['bake']}")
    for strip in one["strips"]:
        lines.append(
            f"  sound: {strip['strip']}, frames {strip['first_frame']} to {strip['last_frame']}, "
            f"{strip['seconds']:.2f} s"
        )
    if one["faces"]:
        lines.append(f"  preset: {one['preset'] or 'a mapping of its own'}")
    for face in one["faces"]:
        lines.append(f"  {face['object']}: {len(face['links'])} links")
        lines += [f"    {link['output']} -> {link['target']}" for link in face["links"]]
        for gap in ("missing", "passed_over", "driven"):
            if face[gap]:
                lines.append(f"    {gap.replace('_', ' ')}: {', '.join(face[gap])}")
    lines += [f"  skipped {skip['object']}: it {skip['reason']}" for skip in one["skipped"]]
    if one["changed_by_hand"]:
        lines.append(f"  changed by hand: {', '.join(one['changed_by_hand'])}")
    return lines
