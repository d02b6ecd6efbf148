"""Finds what hides a bake, on a datablock or a whole speaker, and puts it right."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ...model.errors import A2FError
from ..core.background_job import NON_CANCELLABLE, MainThreadTask, run_to_completion
from ..core.keys.keyframes import FCurvePath
from ..core.target_plan import TargetPlan
from ..errors import BakeError, SceneChangedError
from ..scene.face_objects import has_shape_keys
from ..scene.face_plan import (
    datablock_of,
    key_with_uid,
    object_with_uid,
    objects_with_uids,
    plan_face,
)
from ..scene.speakers import members_of
from . import checks, nla_checks

CHECKS = (*checks.CHECKS, *nla_checks.CHECKS)
"""In the order in which they are reported."""

_NAMES_LISTED = 6


@dataclass(frozen=True)
class HiddenResult:
    """One thing that hides the result, in full or in part.

    Attributes:
        check: what found it; its label is that of a button that calls ``fix``.
        names: what is concerned: shape keys, tracks, strips, data paths.
        datablock_uid: session_uid of the datablock that was baked: an object or shape keys.
        object_uid: session_uid of the object it is seen on, or None.
        paths: as they were given to ``find_hidden``.
    """

    check: checks.Check
    names: tuple[str, ...]
    datablock_uid: int
    object_uid: int | None
    paths: frozenset[FCurvePath]

    @property
    def sentence(self) -> str:
        """What hides the result and what to do."""
        listed = ", ".join(self.names[:_NAMES_LISTED])
        more = len(self.names) - _NAMES_LISTED
        return self.check.sentence.format(f"{listed} and {more} more" if more > 0 else listed)


def find_hidden(datablock, obj=None, paths: Iterable[FCurvePath] = ()) -> tuple[HiddenResult, ...]:
    """What hides a bake.

    Args:
        datablock: the object or the shape keys that were baked.
        obj: the object that shows the shape keys.
        paths: further paths that ought to move, such as those left out for their drivers.
    """
    paths = frozenset(paths)
    baked = checks.baked_state(datablock, obj, paths)
    object_uid = None if baked.obj is None else baked.obj.session_uid
    found = []
    for check in CHECKS:
        names = tuple(dict.fromkeys(name for name, _ in check.find(baked)))
        if names:
            found.append(HiddenResult(check, names, datablock.session_uid, object_uid, paths))
    return tuple(found)


def fix(hidden: HiddenResult) -> None:
    """Puts right what hides a bake. Raises BakeError when the datablock no longer exists."""
    try:
        obj = object_with_uid(hidden.object_uid) if hidden.object_uid is not None else None
        if hidden.datablock_uid == hidden.object_uid:
            datablock = obj
        else:
            datablock = key_with_uid(hidden.datablock_uid)
    except SceneChangedError as error:
        raise BakeError("What was baked is no longer in this file: bake again.") from error
    baked = checks.baked_state(datablock, obj, hidden.paths)
    for name, thing in list(hidden.check.find(baked)):
        if name in hidden.names:
            hidden.check.fix(thing)


def find_hidden_results(speaker) -> tuple[HiddenResult, ...]:
    """What hides the bake on each datablock of a speaker; empty where nothing can be keyed."""
    objects = members_of(speaker)
    try:
        plans, _ = plan_face(objects, speaker)
    except A2FError:
        return ()  # the Bake button says why
    return run_to_completion(hidden_steps(tuple(obj.session_uid for obj in objects), plans))


def hidden_steps(
    object_uids: tuple[int, ...], plans: Sequence[TargetPlan]
) -> MainThreadTask[tuple[HiddenResult, ...]]:
    """What hides the bake, a datablock a step; those removed in between are left out.

    Args:
        object_uids: session_uids of the face's objects.
        plans: of the face.
    """
    found = []
    for plan in plans:
        with suppress(SceneChangedError):
            found += _find_for_plan(objects_with_uids(object_uids), plan)
        yield NON_CANCELLABLE
    return tuple(found)


def _find_for_plan(objects: list, plan: TargetPlan) -> tuple[HiddenResult, ...]:
    datablock = datablock_of(plan)
    seen_on = next(
        (o for o in objects if has_shape_keys(o) and o.data.shape_keys == datablock), None
    )
    return find_hidden(datablock, seen_on, _left_to_drivers(plan, datablock))


def _left_to_drivers(plan: TargetPlan, datablock) -> list[FCurvePath]:
    if plan.kind != "KEY":
        return []
    driven = [datablock.key_blocks.get(name) for name in plan.driven]
    return [FCurvePath(block.path_from_id("value")) for block in driven if block is not None]
