"""A datablock with a bake in it, as the checks see it, and what a check is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..animation import action_api, action_properties, nla
from ..core.keys.keyframes import FCurvePath


@dataclass(frozen=True)
class Baked:
    """A datablock's animation as the checks see it.

    Attributes:
        datablock: what was baked.
        obj: the object that shows it, or None.
        anim: animation data, or None.
        channels: what was baked, and what the caller wants to see move.
        in_action: a bake is in the active Action.
        in_nla: (track, strip) with a bake in it.
    """

    datablock: Any
    obj: Any
    anim: Any
    channels: frozenset[FCurvePath]
    in_action: bool
    in_nla: tuple[tuple[Any, Any], ...]

    def curves(self) -> list[tuple[FCurvePath, Any]]:
        """The baked F-curves."""
        users = [self.anim] if self.in_action else []
        users += [strip for _, strip in self.in_nla]
        return [
            (channel, curve)
            for user in users
            for channel, curve in action_api.curves_of(
                user.action, action_api.slot_of(user)
            ).items()
            if channel in self.channels
        ]


@dataclass(frozen=True)
class Check:
    """One kind of hiding.

    Attributes:
        kind: its name.
        find: names of what is concerned; none where it does not apply.
        sentence: what hides it and what to do, with {} for the names.
        fix_label: what a button says, in two or three words.
        fix: puts it right for the named ones.
    """

    kind: str
    find: Callable[[Baked], list[str]]
    sentence: str
    fix_label: str
    fix: Callable[[Baked, tuple[str, ...]], None]


def look(datablock, obj, channels: frozenset[FCurvePath]) -> Baked:
    """A datablock as it is now; see ``find_hidden`` for the arguments."""
    anim = datablock.animation_data
    users = [] if anim is None else [anim, *(strip for _, strip in nla.strips_of(anim))]
    records = [action_properties.record_of(user.action, action_api.slot_of(user)) for user in users]
    return Baked(
        datablock=datablock,
        obj=datablock if obj is None and datablock.id_type == "OBJECT" else obj,
        anim=anim,
        channels=channels.union(*(record.all_channels for record in records if record)),
        in_action=bool(records and records[0]),
        in_nla=tuple(
            pair for pair, record in zip(nla.strips_of(anim), records[1:], strict=True) if record
        )
        if anim is not None
        else (),
    )


def label(baked: Baked, channel: FCurvePath) -> str:
    """A channel as the interface names it: its shape key, else its data path."""
    block = shape_of(baked, channel)
    return block.name if block is not None else channel.path


def shape_of(baked: Baked, channel: FCurvePath):
    """The shape key that a channel moves; None where it moves another thing or nothing any more."""
    if baked.datablock.id_type != "KEY" or not channel.path.endswith("].value"):
        return None
    try:
        return baked.datablock.path_resolve(channel.path.removesuffix(".value"))
    except ValueError:
        return None
