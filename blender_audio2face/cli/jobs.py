"""Knows a bake that was finished before, by what the .blend itself remembers.

A speaker keeps two digests of his last job: one of all that it was made from, one of the keys it
made. Where both are as they were, there is nothing to do.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ...model.command.finished import digest_of, digest_of_file
from ...model.weights_file import DEFAULT_WEIGHTS
from .. import edits, heard, settings
from ..faces import datablock_of
from ..hiding.baked import look
from ..plan import StripPlan
from ..target_plan import TargetPlan
from .errors import CommandError

_JOB = "finished_job"
_KEYS = "finished_keys"


def bake_job(
    speaker, plans: Sequence[TargetPlan], strips: Sequence[StripPlan], weights: Path | None
) -> str:
    """Digest of all that the keys of a bake depend on; reads the sounds and the weights.

    Raises:
        OSError: one of them cannot be read.
    """
    sounds = [[asdict(one.timing), heard.dumps(heard.heard(one))] for one in strips]
    network = digest_of_file(weights or DEFAULT_WEIGHTS)
    return digest_of({"job": "bake", "sounds": sounds, "network": network, **_face(speaker, plans)})


def apply_job(
    speaker, plans: Sequence[TargetPlan], curves: Path, name: str, frame_start: int
) -> str:
    """Digest of all that the keys of applied curves depend on. Raises OSError."""
    source = {"curves": digest_of_file(curves), "name": name, "frame": frame_start}
    return digest_of({"job": "apply", **source, **_face(speaker, plans)})


def is_finished(speaker, plans: Sequence[TargetPlan], job: str) -> bool:
    """Whether the speaker's last job was this one, and its keys are there as it made them, or as
    the artist changed them since."""
    if speaker.get(_JOB) != job:
        return False
    return speaker.get(_KEYS) == _keys(plans) or bool(edits.edited_actions(plans))


def check_not_edited(speaker, plans: Sequence[TargetPlan]) -> None:
    """Raises CommandError where another bake would replace keys that were changed by hand."""
    names = ", ".join(f'"{name}"' for name in edits.edited_actions(plans))
    if names:
        raise CommandError(
            f"{speaker.name}: the keys in {names} were changed by hand: --force replaces them."
        )


def remember(speaker, plans: Sequence[TargetPlan], job: str) -> None:
    """Notes a job that was just finished."""
    speaker[_JOB], speaker[_KEYS] = job, _keys(plans)


def _face(speaker, plans: Sequence[TargetPlan]) -> dict[str, object]:
    scene = speaker.id_data
    preview = None
    if speaker.only_preview_range and scene.use_preview_range:
        preview = [scene.frame_preview_start, scene.frame_preview_end]
    return {
        "version": _version(),
        "speaker": speaker.name,
        "fps": [scene.render.fps, scene.render.fps_base],
        "preview": preview,
        "settings": asdict(settings.snapshot(speaker)),
        "plans": [
            [plan.object_name, plan.kind, plan.preset_id, [asdict(one) for one in plan.links]]
            for plan in plans
        ],
    }


def _version() -> str:
    """The extension's version: another one may key in another way."""
    manifest = Path(__file__).parents[2] / "blender_manifest.toml"
    return tomllib.loads(manifest.read_text("utf-8"))["version"]


def _keys(plans: Sequence[TargetPlan]) -> str:
    """Digest of every baked F-curve on a face."""
    digest = hashlib.blake2b(digest_size=16)
    for plan in plans:
        curves = look(datablock_of(plan), None, frozenset()).curves()
        for channel, curve in sorted(curves, key=lambda pair: tuple(pair[0])):
            points = np.zeros(2 * len(curve.keyframe_points), np.float32)
            curve.keyframe_points.foreach_get("co", points)
            digest.update(repr(tuple(channel)).encode() + points.tobytes())
    return digest.hexdigest()
