"""JSON in custom properties of a .blend: a recorded pose, and finished jobs of farms.

Nothing that is read is trusted: anyone may have written the file.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from ..errors import PlanError
from .rigs.mapping import BONE_PATHS
from .rigs.pose import Pose


def document(text: object) -> Any:
    """The decoded JSON of a property's text; None where it is no JSON."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def rows(plain: object, *kinds: type) -> list[tuple] | None:
    """A list of rows with cells of these kinds; None for anything else.

    Args:
        plain: decoded JSON.
        kinds: str, int or float; floats are finite, and may be written as whole numbers.
    """
    if not isinstance(plain, list):
        return None
    found = [row for cells in plain if (row := _row(cells, kinds)) is not None]
    return found if len(found) == len(plain) else None


def entries(plain: object, kind: type) -> dict[str, Any]:
    """The entries of a JSON object whose values are of a kind; none where it is no object."""
    items = plain.items() if isinstance(plain, Mapping) else ()
    return {name: value for name, value in items if isinstance(value, kind)}


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
"""Above every value of a bone; mapping files have the same limit."""


def dump_pose(pose: Pose) -> str:
    """JSON of a pose."""
    return json.dumps([[*channel, value] for channel, value in pose.items()])


def load_pose(text: object) -> Pose:
    """The pose of ``dump_pose``'s text. Raises PlanError where it is damaged."""
    found = rows(document(text), str, str, int, float)
    if found is None or not all(_is_channel(*row) for row in found):
        raise PlanError("The recorded rest is damaged: press Record Rest again.")
    return {(bone, path, component): value for bone, path, component, value in found}


def _is_channel(_bone: str, path: str, component: int, value: float) -> bool:
    return 0 <= component < BONE_PATHS.get(path, 0) and abs(value) <= _FARTHEST


Jobs = Mapping[str, tuple[list[str], str]]
"""Digest of a finished job -> (keys of its cached curves, digest of the keys that it made)."""


def dump_jobs(jobs: Jobs) -> str:
    """JSON of a speaker's finished jobs."""
    return json.dumps(jobs)


def load_jobs(text: object) -> dict[str, tuple[list[str], str]]:
    """The jobs of ``dump_jobs``'s text, without entries of any other form."""
    found = {}
    for job, plain in entries(document(text), list).items():
        match plain:
            case [list(keys), str(digest)] if all(isinstance(key, str) for key in keys):
                found[job] = (keys, digest)
    return found
