"""Whether the artist changed baked keys by hand, which dials must not overwrite."""

from collections.abc import Sequence
from contextlib import suppress

from ..animation import action_api, key_digests
from ..core.background_job import MainThreadTask, run_to_completion
from ..core.target_plan import TargetPlan
from ..errors import PlanError, SceneChangedError
from ..scene.face_plan import datablock_of


class EditedError(PlanError):
    """Baked keys were changed by hand, so dials may not replace them."""


def remember_task(plans: Sequence[TargetPlan]) -> MainThreadTask[None]:
    """Notes the keys that were just baked, one F-curve a step; skips what was removed."""
    for plan in plans:
        try:
            found = tuple(key_digests.baked_actions(datablock_of(plan)))
        except SceneChangedError:
            continue
        for action, handle in [(action, action_api.handle_of(slot)) for action, slot in found]:
            with suppress(ReferenceError):
                yield from key_digests.remember(action, handle)


def is_edited(datablock) -> bool:
    """Whether baked keys of a datablock were changed by hand."""
    return any(
        run_to_completion(key_digests.was_edited(action, action_api.handle_of(slot)))
        for action, slot in tuple(key_digests.baked_actions(datablock))
    )


def remember(datablock) -> None:
    """Notes the baked keys of a datablock as they are."""
    for action, slot in tuple(key_digests.baked_actions(datablock)):
        run_to_completion(key_digests.remember(action, action_api.handle_of(slot)))


def check_task(plans: Sequence[TargetPlan]) -> MainThreadTask[None]:
    """Raises EditedError where baked keys were changed by hand; one F-curve a step."""
    names = yield from names_of_edited(plans)
    if names:
        listed = ", ".join(f'"{name}"' for name in names)
        raise EditedError(
            f"The keys in {listed} were changed by hand, so the dials leave them alone: "
            "Update replaces them."
        )


def edited_actions(plans: Sequence[TargetPlan]) -> list[str]:
    """Names of the Actions whose baked keys were changed by hand."""
    return run_to_completion(names_of_edited(plans))


def names_of_edited(plans: Sequence[TargetPlan]) -> MainThreadTask[list[str]]:
    """``edited_actions``, one F-curve a step."""
    names = []
    for plan in plans:
        for action, slot in tuple(key_digests.baked_actions(datablock_of(plan))):
            if (yield from key_digests.was_edited(action, action_api.handle_of(slot))):
                names.append(action.name)
    return names
