"""Recognises a bake that was finished before, by what the .blend itself remembers.

A speaker keeps two digests of each job that its keys come from, one job for each sound: of all that
the job was made from, and of the keys it made. Where both are as they were, nothing is left to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from ...model.command.job_record import FileDigests, digest_of, digest_of_file, release
from ...model.weights_file import DEFAULT_WEIGHTS
from ..animation import action_api, action_properties, key_digests, keyframe_table
from ..bake import hand_edits
from ..core import persistence
from ..core.keys.frame_ranges import lies_in
from ..core.sound import sound_segment
from ..core.sound.strip_plan import StripPlan
from ..core.target_plan import TargetPlan
from ..scene import speaker_settings
from ..scene.face_plan import datablock_of
from .selection import CommandError

_JOBS = "finished_jobs"
"""Custom property of a speaker: see ``persistence.dump_jobs``."""


def bake_digest(
    speaker,
    plans: Sequence[TargetPlan],
    strips: Sequence[StripPlan],
    weights: Path | None,
    digests: FileDigests,
) -> str:
    """Digest of all that the keys of a bake depend on; reads the sounds and the weights.

    Raises:
        OSError: a sound cannot be read.
    """
    sounds = [
        [asdict(strip.timing), sound_segment.dumps(sound_segment.segment_of_strip(strip))]
        for strip in strips
    ]
    network = digests.of_any(weights or DEFAULT_WEIGHTS)  # loading a missing one says so
    return digest_of({"job": "bake", "sounds": sounds, "network": network, **_face(speaker, plans)})


def apply_digest(
    speaker, plans: Sequence[TargetPlan], curves: Path, key: str, frame_start: int
) -> str:
    """Digest of all that the keys of applied curves depend on. Raises OSError."""
    source = {"curves": digest_of_file(curves), "key": key, "frame": frame_start}
    return digest_of({"job": "apply", **source, **_face(speaker, plans)})


def finished_jobs(speaker, plans: Sequence[TargetPlan]) -> dict[str, list[str]]:
    """The jobs that were done and whose keys are there as they made them, or as the artist changed
    them since: for each digest, the keys of the takes that the job made."""
    stored = _stored(speaker)
    jobs = {job: takes for job, (takes, _) in stored.items()}
    if not stored or hand_edits.edited_actions(plans):
        return jobs
    keys = _keys(plans, jobs)
    return {job: takes for job, takes in jobs.items() if stored[job][1] == keys[job]}


def check_not_edited(plans: Sequence[TargetPlan]) -> None:
    """Raises CommandError where another bake would replace keys that were changed by hand."""
    names = ", ".join(f'"{name}"' for name in hand_edits.edited_actions(plans))
    if names:
        raise CommandError(f"The keys in {names} were changed by hand: --force replaces them.")


def remember(
    speaker,
    plans: Sequence[TargetPlan],
    job: str,
    takes: Sequence[str],
    others: Mapping[str, Sequence[str]],
) -> None:
    """Notes a job that was just finished.

    Args:
        speaker: whose.
        plans: its face.
        job: digest of the job.
        takes: the keys of the takes that it made.
        others: what ``finished_jobs`` said before. A job whose sound was done again is forgotten;
            where only the frames of another were keyed again, that one stays finished, or two
            sounds that overlap would be baked in turn for ever.
    """
    left = {other: list(own) for other, own in others.items() if not set(own) & set(takes)}
    left[job] = list(takes)
    keys = _keys(plans, left)
    speaker[_JOBS] = persistence.dump_jobs(
        {digest: (own, keys[digest]) for digest, own in left.items()}
    )


def _stored(speaker) -> dict[str, tuple[list[str], str]]:
    return persistence.load_jobs(speaker.get(_JOBS))


def _face(speaker, plans: Sequence[TargetPlan]) -> dict[str, object]:
    scene = speaker.id_data
    preview = None
    if speaker.only_preview_range and scene.use_preview_range:
        preview = [scene.frame_preview_start, scene.frame_preview_end]
    return {
        "version": release(),
        "fps": [scene.render.fps, scene.render.fps_base],
        "preview": preview,
        "settings": asdict(speaker_settings.snapshot(speaker)),
        "plans": [
            [plan.kind, plan.preset_id, [asdict(link) for link in plan.links]] for plan in plans
        ],
    }


def _keys(plans: Sequence[TargetPlan], jobs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By job, a digest of the keys on a face that its takes made; empty where nothing is baked."""
    made: dict[str, list] = {job: [] for job in jobs}
    found = False
    for plan in plans:
        for action, slot in key_digests.baked_actions(datablock_of(plan)):
            found = True
            record = action_properties.record_of(action, slot)
            for path, curve in sorted(action_api.curves_of(action, slot).items()):
                table, owned = keyframe_table.read(curve), record.owned(path)
                for job, takes in jobs.items():
                    ranges = tuple(frames for frames in owned if frames.strip in takes)
                    if ranges and len(table):
                        made[job].append((path, table.where(lies_in(table.frames, ranges))))
    return {job: key_digests.digest(tables) if found else "" for job, tables in made.items()}
