"""A bake from end to end, without any interface: plan, speak, write.

``plan_bake`` and ``write_bake`` run on the main thread; between them ``inference.speech_curves``
may run anywhere. A request names things by what survives undo, renaming and deletion, so the plan
can be made again just before writing.
"""

from contextlib import ExitStack
from dataclasses import dataclass

import bpy
import numpy as np

from ..model.channels import ARKIT_52
from ..model.curves import Curves
from ..model.sampling import sample_at
from . import actions, segments, sequencer_api, strip, targets
from .errors import StripError
from .plan import BakePlan, MeshPlan, StripPlan, check_meshes
from .report import BakeReport, Inference, Written, describe


@dataclass(frozen=True)
class BakeRequest:
    """What the artist asked for.

    Attributes:
        scene_uid: session_uid of the scene whose sequencer holds the strip.
        strip_name: the strip's name there.
        object_uids: session_uids of the meshes, the most important first.
    """

    scene_uid: int
    strip_name: str
    object_uids: tuple[int, ...]


def request_from(context, strip_name: str) -> BakeRequest:
    """Reads strip and selection; refuses, without touching files, what cannot be baked.

    Raises:
        StripError, PlanError: with the sentence that says why.
    """
    scene, sound_strip = strip.find_strip(context, strip_name)
    strip.check_strip(scene, sound_strip)
    strip.check_same_rate(scene, context.scene)
    objects = check_selection(context)
    uids = tuple(obj.session_uid for obj in objects)
    return BakeRequest(scene.session_uid, sound_strip.name, uids)


def check_selection(context) -> list:
    """The chosen mesh objects. Raises PlanError when none of them can be keyed."""
    objects = targets.chosen_meshes(context)
    check_meshes(*targets.plan_meshes(objects, ARKIT_52))
    return objects


def plan_bake(request: BakeRequest) -> BakePlan:
    """The checked plan of a request, from the scene as it is now.

    Raises:
        StripError: the strip is gone or cannot be read.
        PlanError: nothing would move.
    """
    strip_plan = strip.plan_strip(*_strip_of(request))
    objects = targets.objects_with_uids(request.object_uids)
    meshes, skipped = targets.plan_meshes(objects, ARKIT_52)
    check_meshes(meshes, skipped)
    return BakePlan(strip_plan, meshes, skipped)


def write_bake(
    request: BakeRequest, planned: BakePlan, curves: Curves, inference: Inference
) -> BakeReport:
    """Keys the curves; on any failure the scene is as it was before.

    Args:
        request: what was asked for; planned again, as the artist may have gone on working.
        planned: the plan the curves were made for.
        curves: from the strip's first audible frame to the end of its release.
        inference: how they were made, for the report.

    Raises:
        StripError: the strip changed since it was planned.
        PlanError: nothing would move any more.
    """
    plan = plan_bake(request)
    if plan.strip != planned.strip:
        raise StripError(
            f'Strip "{request.strip_name}" was changed while its sound was analysed: bake again.'
        )
    timing = plan.strip.timing
    sampled = sample_at(curves, timing.times) * timing.weights[:, None]
    channels = dict(zip(curves.names, sampled.T, strict=True))
    written = []
    with ExitStack() as undo:
        for mesh in plan.meshes:
            written.append((mesh, *_write_mesh(plan.strip, mesh, channels, undo)))
        undo.pop_all()
    outcomes = []
    for mesh, baked, paths in written:
        actions.commit(baked)
        outcomes.append(_outcome(mesh, baked, paths))
    return describe(plan, inference, tuple(outcomes))


def _write_mesh(
    strip_plan: StripPlan, mesh: MeshPlan, channels: dict[str, np.ndarray], undo: ExitStack
) -> tuple[actions.BakedAction, dict[str, str]]:
    """Keys one mesh from the channels' values at each of ``timing.frames``; returns the Action,
    and the shape key's name for each data path in it."""
    key = targets.key_with_uid(mesh.key_uid)
    values, names = {}, {}
    for shape in mesh.shapes:
        if shape.channel in channels:
            path = key.key_blocks[shape.name].path_from_id("value")
            values[path] = np.clip(channels[shape.channel], shape.low, shape.high)
            names[path] = shape.name
    wanted = segments.wanted(strip_plan.name, strip_plan.timing)
    baked = actions.write_action(key, f"A2F {mesh.object_name}", wanted, values, undo)
    return baked, names


def _outcome(mesh: MeshPlan, baked: actions.BakedAction, names: dict[str, str]) -> Written:
    set_aside = None if baked.previous_was_ours else baked.previous
    return Written(
        mesh=mesh,
        action=baked.action.name,
        shapes=len(names),
        first_frame=int(baked.frames[0]),
        last_frame=int(baked.frames[-1]),
        set_aside=set_aside.name if set_aside is not None else None,
        set_aside_curves=baked.previous_curves,
        muted=tuple(names[path] for path in baked.muted_paths),
    )


def _strip_of(request: BakeRequest):
    """(scene, strip) of a request. Raises StripError when one is gone."""
    for scene in bpy.data.scenes:
        if scene.session_uid == request.scene_uid:
            for sound_strip in sequencer_api.sound_strips(scene):
                if sound_strip.name == request.strip_name:
                    return scene, sound_strip
    raise StripError(f'Strip "{request.strip_name}" is gone: choose another sound strip.')
