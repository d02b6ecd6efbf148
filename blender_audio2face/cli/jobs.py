"""Knows a bake that was finished before, by what the .blend itself remembers.

A speaker keeps two digests of each job that his keys come from, one for each sound: of all that it
was made from, and of the keys it made. Where both are as they were, there is nothing to do.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ...model.command.job_record import FileDigests, digest_of, digest_of_file, release
from ...model.weights_file import DEFAULT_WEIGHTS
from ..animation import action_api, action_properties, key_digests
from ..bake import hand_edits
from ..core.keys.frame_ranges import lies_in
from ..core.sound import sound_segment
from ..core.sound.strip_plan import StripPlan
from ..core.target_plan import TargetPlan
from ..scene import speaker_settings
from ..scene.face_plan import datablock_of
from . import job_record
from .errors import CommandError

_JOBS = "finished_jobs"
"""Custom property of a speaker: a ``job_record``."""


def bake_job(
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
        [asdict(one.timing), sound_segment.dumps(sound_segment.segment_of_strip(one))]
        for one in strips
    ]
    network = digests.of_any(weights or DEFAULT_WEIGHTS)  # of a missing one, loading it tells
    return digest_of({"job": "bake", "sounds": sounds, "network": network, **_face(speaker, plans)})


def apply_job(
    speaker, plans: Sequence[TargetPlan], curves: Path, name: str, frame_start: int
) -> str:
    """Digest of all that the keys of applied curves depend on. Raises OSError."""
    source = {"curves": digest_of_file(curves), "name": name, "frame": frame_start}
    return digest_of({"job": "apply", **source, **_face(speaker, plans)})


def is_finished(speaker, plans: Sequence[TargetPlan], job: str) -> bool:
    """Whether a job was done, and its keys are there as it made them, or as the artist changed
    them since."""
    return job in finished_jobs(speaker, plans)


def finished_jobs(speaker, plans: Sequence[TargetPlan]) -> dict[str, list[str]]:
    """The jobs that are finished: the keys of the takes that each made."""
    stored = _stored(speaker)
    jobs = {job: takes for job, (takes, _) in stored.items()}
    if not stored or hand_edits.edited_actions(plans):
        return jobs
    keys = _keys(plans, jobs)
    return {job: takes for job, takes in jobs.items() if stored[job][1] == keys[job]}


def check_not_edited(speaker, plans: Sequence[TargetPlan]) -> None:
    """Raises CommandError where another bake would replace keys that were changed by hand."""
    names = ", ".join(f'"{name}"' for name in hand_edits.edited_actions(plans))
    if names:
        raise CommandError(
            f"{speaker.name}: the keys in {names} were changed by hand: --force replaces them."
        )


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
        plans: his face.
        job: digest of the job.
        takes: the keys of the takes that it made.
        others: what ``finished_jobs`` said before. A job whose sound was done again is forgotten;
            where only the frames of another were keyed anew, that one stays finished, or two
            sounds that overlap would be baked in turn for ever.
    """
    left = {one: list(own) for one, own in others.items() if not set(own) & set(takes)}
    left[job] = list(takes)
    keys = _keys(plans, left)
    speaker[_JOBS] = job_record.dumps({one: (own, keys[one]) for one, own in left.items()})


def _stored(speaker) -> dict[str, tuple[list[str], str]]:
    return job_record.loads(speaker.get(_JOBS))


def _face(speaker, plans: Sequence[TargetPlan]) -> dict[str, object]:
    scene = speaker.id_data
    preview = None
    if speaker.only_preview_range and scene.use_preview_range:
        preview = [scene.frame_preview_start, scene.frame_preview_end]
    return {
        "version": release(),
        "speaker": speaker.name,
        "fps": [scene.render.fps, scene.render.fps_base],
        "preview": preview,
        "settings": asdict(speaker_settings.snapshot(speaker)),
        "plans": [
            [plan.object_name, plan.kind, plan.preset_id, [asdict(one) for one in plan.links]]
            for plan in plans
        ],
    }


def _keys(plans: Sequence[TargetPlan], jobs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By job, a digest of the keys on a face that its takes made; empty where nothing is baked."""
    digests = {job: hashlib.blake2b(digest_size=16) for job in jobs}
    found = False
    for plan in plans:
        for action, slot in key_digests.baked_actions(datablock_of(plan)):
            found = True
            record = action_properties.record_of(action, slot)
            for channel, curve in sorted(action_api.curves_of(action, slot).items()):
                points = np.zeros(2 * len(curve.keyframe_points), np.float32)
                curve.keyframe_points.foreach_get("co", points)
                points = points.reshape(-1, 2)
                owned = record.owned(channel)
                for job, takes in jobs.items():
                    segments = tuple(one for one in owned if one.strip in takes)
                    if segments:
                        own = points[lies_in(points[:, 0], segments)]
                        digests[job].update(repr(tuple(channel)).encode() + own.tobytes())
    return {job: digest.hexdigest() if found else "" for job, digest in digests.items()}
