"""A recorded pose as the text that a speaker keeps. Imports no bpy."""

import json

from . import kept
from .errors import PlanError
from .rigs.mapping import BONE_PATHS
from .rigs.pose import Pose

_FARTHEST = 1e6
"""What no value of a bone reaches; a mapping's file holds no larger ones."""


def dumps(pose: Pose) -> str:
    """The text of a pose."""
    return json.dumps([[*channel, value] for channel, value in pose.items()])


def loads(text: object) -> Pose:
    """The pose back from its text. Raises PlanError where it is damaged."""
    rows = kept.rows(kept.document(text), str, str, int, float)
    if rows is None or not all(_is_channel(*row) for row in rows):
        raise PlanError("The recorded rest is damaged: press Record Rest again.")
    return {(bone, path, component): value for bone, path, component, value in rows}


def _is_channel(_bone: str, path: str, component: int, value: float) -> bool:
    return 0 <= component < BONE_PATHS.get(path, 0) and abs(value) <= _FARTHEST
