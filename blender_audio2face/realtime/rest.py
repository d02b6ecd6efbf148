"""What a datablock had before a face was moved live, kept in the datablock itself.

So it is there whatever happens: a step of undo, an autosave or a crash that caught a value of real
time brings the value from before with it, and ``heal`` puts it back. Imports what takes long only
where there is something to put back.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import bpy

from ..core import persistence

if TYPE_CHECKING:
    from .apply import Hold

Channel = tuple[str, int]
"""(data path, array index)."""

PROPERTY = "audio2face_live"
"""Custom property that holds [[data path, index, value], ...] as JSON."""

_PATHS = ('key_blocks["', 'pose.bones["', '["')
"""How the data paths begin of what is moved; nothing else is ever put back."""


def remember(datablock, values: Mapping[Channel, float]) -> None:
    """Keeps the values from before, in place of what was kept."""
    datablock[PROPERTY] = json.dumps([[*channel, value] for channel, value in values.items()])


def remembered(datablock) -> dict[Channel, float]:
    """The values from before; empty where none are kept."""
    rows = persistence.rows(persistence.document(datablock.get(PROPERTY)), str, int, float) or ()
    return {(path, index): value for path, index, value in rows if path.startswith(_PATHS)}


def put_back(datablock) -> None:
    """Sets the values from before, and forgets them."""
    from ..animation.property_values import put
    from ..core.keys.keyframes import FCurvePath

    for channel, value in remembered(datablock).items():
        put(datablock, FCurvePath(*channel), value)
    if PROPERTY in datablock:
        del datablock[PROPERTY]
    datablock.update_tag()


def heal() -> None:
    """Puts back what was left by an undo step, or in a file, that caught a value of real time."""
    held = frozenset().union(*(hold.uids for hold in holds()))
    for datablock in (*bpy.data.shape_keys, *bpy.data.objects):
        if PROPERTY not in datablock or datablock.session_uid in held:
            continue
        if datablock.library is None:
            put_back(datablock)


def holds() -> list["Hold"]:
    """All Holds that hold now: those that a change of the frame calls."""
    owners = [getattr(one, "__self__", None) for one in bpy.app.handlers.frame_change_pre]
    return [owner for owner in owners if hasattr(owner, "uids") and hasattr(owner, "end")]
