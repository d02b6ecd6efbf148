"""What keeps baked keys from showing, in words, and the remedy for each.

Every kind of hiding is one ``Check``: what it finds, the sentence, and what puts it right.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import bpy

from ..core.keys.keyframes import FCurvePath
from ..errors import BakeError
from . import action_checks, curve_checks, object_checks
from .baked_controls import look

_CHECKS = (*object_checks.CHECKS, *curve_checks.CHECKS, *action_checks.CHECKS)

KINDS = tuple(check.kind for check in _CHECKS)
"""Every kind of hiding, in the order in which it is told."""


@dataclass(frozen=True)
class Hidden:
    """One thing that hides the result, in full or in part.

    Attributes:
        kind: which of ``KINDS``.
        sentence: what hides it and what to do.
        fix_label: what a button for ``fix`` says, in two or three words.
        names: what is concerned: shape keys, tracks, strips, data paths.
        datablock_uid: session_uid of the datablock that was baked.
        object_uid: session_uid of the object that shows it, or None.
    """

    kind: str
    sentence: str
    fix_label: str
    names: tuple[str, ...]
    datablock_uid: int
    object_uid: int | None


def find_hidden(datablock, obj=None, channels: Iterable[FCurvePath] = ()) -> tuple[Hidden, ...]:
    """What hides a bake.

    Args:
        datablock: the ID that was baked, such as shape keys.
        obj: the object that shows it; an object that was baked itself need not be given.
        channels: further channels that are wanted, such as those left out for their drivers.
    """
    baked = look(datablock, obj, frozenset(channels))
    found = []
    for check in _CHECKS:
        names = tuple(dict.fromkeys(check.find(baked)))
        if names:
            found.append(
                Hidden(
                    kind=check.kind,
                    sentence=check.sentence.format(_listed(names)),
                    fix_label=check.fix_label,
                    names=names,
                    datablock_uid=datablock.session_uid,
                    object_uid=None if baked.obj is None else baked.obj.session_uid,
                )
            )
    return tuple(found)


def fix(hidden: Hidden) -> None:
    """Puts right what hides a bake. Raises BakeError when the datablock is gone."""
    by_uid = {one.session_uid: one for one in bpy.data.user_map()}
    datablock = by_uid.get(hidden.datablock_uid)
    if datablock is None:
        raise BakeError("What was baked is no longer in this file: bake again.")
    baked = look(datablock, by_uid.get(hidden.object_uid), frozenset())
    check = next(check for check in _CHECKS if check.kind == hidden.kind)
    check.fix(baked, hidden.names)


def _listed(names: tuple[str, ...], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
