"""JSON that a .blend keeps in custom properties, read as what anyone may have put there.

Imports no bpy.

A recorded pose as the text that a speaker keeps. Imports no bpy.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from ..errors import PlanError
from .rigs.mapping import BONE_PATHS
from .rigs.pose import Pose


def document(text: object) -> Any:
    """What a property's text says; None where it is no JSON."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def rows(plain: object, *kinds: type) -> list[tuple] | None:
    """A list of rows with cells of these kinds; None for anything else.

    Args:
        plain: of ``document``.
        kinds: str, int or float; a float is finite, and may be written as a whole number.
    """
    if not isinstance(plain, list):
        return None
    found = [row for one in plain if (row := _row(one, kinds)) is not None]
    return found if len(found) == len(plain) else None


def names(plain: object, kind: type) -> dict[str, Any]:
    """The entries of an object whose values are of a kind; none where it is no object."""
    entries = plain.items() if isinstance(plain, Mapping) else ()
    return {name: value for name, value in entries if isinstance(value, kind)}


def _row(plain: object, kinds: tuple[type, ...]) -> tuple | None:
    if not isinstance(plain, list) or len(plain) != len(kinds):
        return None
    row = tuple(_cell(value, kind) for value, kind in zip(plain, kinds, strict=True))
    return None if None in row else row


def _cell(value: object, kind: type) -> object:
    if isinstance(value, bool):
        return None
    if kind is float:
        return _number(value)
    return value if isinstance(value, kind) else None


def _number(value: object) -> float | None:
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


_FARTHEST = 1e6
"""What no value of a bone reaches; a mapping's file holds no larger ones."""


def dumps(pose: Pose) -> str:
    """The text of a pose."""
    return json.dumps([[*channel, value] for channel, value in pose.items()])


def loads(text: object) -> Pose:
    """The pose back from its text. Raises PlanError where it is damaged."""
    found = rows(document(text), str, str, int, float)
    if found is None or not all(_is_channel(*row) for row in found):
        raise PlanError("The recorded rest is damaged: press Record Rest again.")
    return {(bone, path, component): value for bone, path, component, value in found}


def _is_channel(_bone: str, path: str, component: int, value: float) -> bool:
    return 0 <= component < BONE_PATHS.get(path, 0) and abs(value) <= _FARTHEST


Jobs = Mapping[str, tuple[list[str], str]]
"""Digest of a finished job -> (keys of its takes, digest of the keys that it made)."""


def dump_jobs(jobs: Jobs) -> str:
    """The text of a speaker's finished jobs."""
    return json.dumps(jobs)


def load_jobs(text: object) -> dict[str, tuple[list[str], str]]:
    """The jobs back from their text; those that are none of ours are left out."""
    found = {}
    for job, plain in names(document(text), list).items():
        match plain:
            case [list(takes), str(digest)] if all(isinstance(take, str) for take in takes):
                found[job] = (takes, digest)
    return found
