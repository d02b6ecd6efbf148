"""Takes out of a datablock's animation what was baked into it; everything else stays."""

from contextlib import ExitStack

from ..core.background_job import finished
from ..errors import PlanError
from ..realtime.apply import give_back
from . import nla, remove
from .transaction import Changes


def clear(datablock, strips: set[str] | None = None) -> int:
    """Removes the keys baked from some strips (None: all), in whatever output they are.

    The artist's keys that a bake covered come back, and so does the Action it set aside; what is
    then moved by nothing takes the value it had before the first bake. Other keys in an Action of
    ours stay, and with them the Action. On any failure everything is as it was.

    Args:
        datablock: an ID, as given to ``actions.write_keys``.
        strips: names of sound strips.

    Returns:
        The number of keys removed; 0 where nothing was baked.

    Raises:
        PlanError: the datablock is in NLA tweak mode.
    """
    anim = datablock.animation_data
    if anim is None:
        return 0
    if anim.use_tweak_mode:
        raise PlanError(
            f'"{datablock.name}" is in NLA tweak mode: leave it with Tab in the NLA editor.'
        )
    give_back(frozenset((datablock.session_uid,)))
    with ExitStack() as undo:
        changes = Changes(undo)
        count = finished(remove.from_active(datablock, strips, changes))
        for track, strip in nla.strips_of(anim):
            count += finished(remove.from_strip(datablock, track, strip, strips, changes))
        undo.pop_all()
    changes.done()
    return count
