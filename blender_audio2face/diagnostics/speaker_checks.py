"""What keeps a speaker's bake from showing."""

from collections.abc import Sequence
from contextlib import suppress

from ...model.errors import A2FError
from ..core.background_job import NON_CANCELLABLE, MainThreadTask, run_to_completion
from ..core.keys.keyframes import FCurvePath
from ..core.target_plan import TargetPlan
from ..errors import GoneError
from ..scene.face_objects import has_shape_keys
from ..scene.face_plan import datablock_of, objects_with_uids, plan_face
from ..scene.speakers import members_of
from . import Hidden, find_hidden


def find_hidden_results(speaker) -> tuple[Hidden, ...]:
    """What hides the bake on each datablock of a speaker; nothing where nothing can be keyed."""
    objects = members_of(speaker)
    try:
        plans, _ = plan_face(objects, speaker, check_effect=False)
    except A2FError:
        return ()  # the Bake button says why
    return run_to_completion(hidden_steps(tuple(obj.session_uid for obj in objects), plans))


def hidden_steps(
    object_uids: tuple[int, ...], plans: Sequence[TargetPlan]
) -> MainThreadTask[tuple[Hidden, ...]]:
    """The same, a datablock a step; those that are gone by then are left out.

    Args:
        object_uids: session_uids of the face's objects.
        plans: of the face.
    """
    found = []
    for plan in plans:
        with suppress(GoneError):
            found += _hidden(objects_with_uids(object_uids), plan)
        yield NON_CANCELLABLE
    return tuple(found)


def _hidden(objects: list, plan: TargetPlan) -> tuple[Hidden, ...]:
    datablock = datablock_of(plan)
    shown_by = next(
        (o for o in objects if has_shape_keys(o) and o.data.shape_keys == datablock), None
    )
    return find_hidden(datablock, shown_by, _left_to_drivers(plan, datablock))


def _left_to_drivers(plan, datablock) -> list[FCurvePath]:
    if plan.kind != "KEY":
        return []
    driven = [datablock.key_blocks.get(name) for name in plan.driven]
    return [FCurvePath(block.path_from_id("value")) for block in driven if block is not None]
