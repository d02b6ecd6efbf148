"""``inspect`` and ``presets``: what a bake would read and key, and the rigs that are known."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from ...model.command.console import Console, ExitCode, Outcome
from ...model.command.runtime_cache import RuntimeCache
from ...model.errors import A2FError
from ..bake import hand_edits
from ..core import analysis
from ..core.rigs.preset import Preset, preset_with_id, presets
from ..core.sound.strip_plan import StripPlan
from ..core.target_plan import TargetPlan
from ..scene.face_plan import fitting_presets
from ..scene.speakers import members_of
from .bake import bake_job, weights_of
from .finished_jobs import finished_jobs
from .selection import (
    Place,
    check_one_sound,
    face_of,
    open_blend,
    open_place,
    set_options,
    wanted_speakers,
)


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
        check_one_sound(options, speakers)
        for speaker in speakers:
            set_options(speaker, options, undo)
        found = [_inspected(options, place, speaker, weights) for speaker in speakers]
    code = ExitCode.REFUSED if any(face["problems"] for face in found) else ExitCode.DONE
    text = "\n".join(line for face in found for line in _lines(face))
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
        job = bake_job(options, place, speaker, weights, RuntimeCache(analysis.choose_runtime))
        strips = job.strips
        is_finished = job.is_among(finished_jobs(speaker, plans))
        bake = "nothing to do" if is_finished else "to do"
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
        "fitting_presets": {match.preset.id: round(match.score, 3) for match in matches[:3]},
        "faces": [_plan(plan) for plan in plans],
        "skipped": [{"object": mesh.object_name, "reason": mesh.reason} for mesh in skipped],
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
            {
                "output": planned.link.output,
                "target": planned.link.target.name,
                "path": planned.path,
            }
            for planned in plan.links
        ],
        "missing": list(plan.missing),
        "passed_over": list(plan.passed_over),
        "driven": list(plan.driven),
    }


def _lines(found: dict) -> list[str]:
    lines = [f"{found['speaker']}: {', '.join(found['objects']) or 'no objects'}"]
    lines += [f"  cannot be baked: {problem}" for problem in found["problems"]]
    if found["bake"]:
        lines.append(f"  bake: {found['bake']}")
    for strip in found["strips"]:
        lines.append(
            f"  sound: {strip['strip']}, frames {strip['first_frame']} to {strip['last_frame']}, "
            f"{strip['seconds']:.2f} s"
        )
    if found["faces"]:
        lines.append(f"  preset: {found['preset'] or 'a mapping of its own'}")
    for face in found["faces"]:
        lines.append(f"  {face['object']}: {len(face['links'])} links")
        lines += [f"    {link['output']} -> {link['target']}" for link in face["links"]]
        for gap in ("missing", "passed_over", "driven"):
            if face[gap]:
                lines.append(f"    {gap.replace('_', ' ')}: {', '.join(face[gap])}")
    lines += [f"  skipped {skip['object']}: it {skip['reason']}" for skip in found["skipped"]]
    if found["changed_by_hand"]:
        lines.append(f"  changed by hand: {', '.join(found['changed_by_hand'])}")
    return lines


def list_presets(options: argparse.Namespace, _console: Console) -> Outcome:
    """All presets, or the controls of one. Raises PresetError for an unknown one."""
    if options.preset is None:
        listed = presets()
        text = "\n".join(f"{preset.id:16} {preset.kind:9} {preset.label}" for preset in listed)
        return Outcome(text, {"presets": [_described(preset) for preset in listed]})
    preset = preset_with_id(options.preset)
    outputs = [
        {"name": output.name, "need": output.need, "weights": dict(output.weights)}
        for output in preset.outputs
    ]
    lines = [f"{preset.label}: {preset.about}", *(f"  {output.name}" for output in preset.outputs)]
    return Outcome("\n".join(lines), {"preset": {**_described(preset), "outputs": outputs}})


def _described(preset: Preset) -> dict[str, object]:
    return {
        "id": preset.id,
        "label": preset.label,
        "kind": preset.kind,
        "about": preset.about,
        "controls": len(preset.outputs),
    }
