"""Keys in Actions: an Action of our own in place of the artist's, or as a strip in the NLA, or the
artist's active Action, in which only the baked frames change.

Actions carry a record of what was baked (``bake_record``), so that baking again replaces it and
clearing takes out nothing else. ``slotted`` is the one place that knows how the Action API moved.
"""

from .action_properties import RECORD
from .layer import StripKeys
from .remove import baked_strips
from .write import ACTION, ACTIVE, NLA, BakedAction, check, commit, write_keys, write_steps

__all__ = [
    "ACTION",
    "ACTIVE",
    "NLA",
    "RECORD",
    "BakedAction",
    "StripKeys",
    "baked_strips",
    "check",
    "commit",
    "write_keys",
    "write_steps",
]
