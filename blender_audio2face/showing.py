"""What keeps a speaker's bake from showing."""

from ..model.errors import A2FError
from .channel_keys import ChannelPath
from .character import has_shape_keys
from .faces import datablock_of, plan_face
from .hiding import Hidden, find_hidden
from .speakers import members_of
from .steps import KEPT, Steps, finished


def hidden_in(speaker) -> tuple[Hidden, ...]:
    """What hides the bake on each datablock of a speaker; nothing where nothing can be keyed."""
    return finished(hidden_steps(speaker))


def hidden_steps(speaker) -> Steps[tuple[Hidden, ...]]:
    """The same, a datablock a step."""
    objects = members_of(speaker)
    try:
        plans, _ = plan_face(objects, speaker, check_effect=False)
    except A2FError:
        return ()  # the Bake button says why
    found = []
    for plan in plans:
        datablock = datablock_of(plan)
        shown_by = next(
            (o for o in objects if has_shape_keys(o) and o.data.shape_keys == datablock), None
        )
        found += find_hidden(datablock, shown_by, _left_to_drivers(plan, datablock))
        yield KEPT
    return tuple(found)


def _left_to_drivers(plan, datablock) -> list[ChannelPath]:
    if plan.kind != "KEY":
        return []
    return [ChannelPath(datablock.key_blocks[name].path_from_id("value")) for name in plan.driven]
