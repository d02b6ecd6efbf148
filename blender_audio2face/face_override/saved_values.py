"""The values that a datablock had before it was overridden, kept in the datablock itself.

An undo step, an autosave or a crash that captured overridden values then also contains the ones
from before, and ``face_override.restore_leftovers`` restores them.
"""

import json
from collections.abc import Mapping

from ..animation.property_values import put
from ..core import persistence
from ..core.keys.keyframes import FCurvePath
from . import SAVED_VALUES

_PATHS = ('key_blocks["', 'pose.bones["', '["')
"""How the data paths of a face's controls begin; nothing else is ever restored."""


def save(datablock, values: Mapping[FCurvePath, float]) -> None:
    """Saves values, in place of those saved before."""
    datablock[SAVED_VALUES] = json.dumps([[*path, value] for path, value in values.items()])


def load(datablock) -> dict[FCurvePath, float]:
    """The saved values; empty where there are none."""
    rows = (
        persistence.rows(persistence.document(datablock.get(SAVED_VALUES)), str, int, float) or ()
    )
    return {
        FCurvePath(path, index): value for path, index, value in rows if path.startswith(_PATHS)
    }


def restore(datablock) -> None:
    """Sets the saved values, and deletes them."""
    for path, value in load(datablock).items():
        put(datablock, path, value)
    if SAVED_VALUES in datablock:
        del datablock[SAVED_VALUES]
    datablock.update_tag()
