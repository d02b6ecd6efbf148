"""Follows F-curves to the data paths that Blender gives them where it renames what they move.

A bake notes of each F-curve what its keys are and where it stands among the others, on the Action
itself. So it is known again under another path, also in a copy of the Action or in another file.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..core import persistence
from ..core.keys.bake_record import Record
from ..core.keys.frame_ranges import lies_in
from ..core.keys.keyframes import FCurvePath
from . import action_api, keyframe_table
from .keyframe_table import KeyTable

NOTED = "audio2face_noted"
"""Custom property of an Action: by the handle of a slot, [path, index, place, digest, sums] of each
F-curve with baked keys."""

_NAME = re.compile(r'\["(?:[^"\\]|\\.)*"\]')


@dataclass(frozen=True)
class NotedCurve:
    """An F-curve as a bake left it.

    Attributes:
        place: among the F-curves of its slot, counted from 0.
        digest: of its baked keys (``digest_of``).
        sums: ``keyframe_table.handle_sums`` of them.
    """

    place: int
    digest: str
    sums: np.ndarray


def digest_of(table: KeyTable) -> str:
    """Digest of the frames, values and interpolations of keys."""
    hasher = hashlib.blake2b(digest_size=12)
    for name, kind in (("co", np.float32), ("interpolation", np.int32)):
        hasher.update(np.ascontiguousarray(table.columns[name], kind).tobytes())
    return hasher.hexdigest()


def note(action, slot, tables: Mapping[FCurvePath, KeyTable]) -> None:
    """Notes the baked keys of a slot's F-curves."""
    places = {path: place for place, path in enumerate(action_api.curves_of(action, slot))}
    slots = _slots(action)
    slots[str(action_api.handle_of(slot))] = [
        [
            *path,
            places[path],
            digest_of(table),
            np.round(keyframe_table.handle_sums(table), 6).ravel().tolist(),
        ]
        for path, table in tables.items()
        if path in places
    ]
    action[NOTED] = json.dumps(slots)


def forget(action, slot) -> None:
    """Removes what was noted of a slot."""
    slots = _slots(action)
    slots.pop(str(action_api.handle_of(slot)), None)
    if slots:
        action[NOTED] = json.dumps(slots)
    elif NOTED in action:
        del action[NOTED]


def noted_curves(action, slot) -> dict[FCurvePath, NotedCurve] | None:
    """What was noted of a slot's F-curves, by their paths of then; None where nothing was, or
    it is damaged."""
    rows = _slots(action).get(str(action_api.handle_of(slot)))
    if rows is None:
        return None
    found = {}
    for row in rows:
        try:
            path, index, place, digest, sums = row
            numbers = np.array(sums, float).reshape(-1, 2)
            channel = FCurvePath(str(path), int(index))
            found[channel] = NotedCurve(int(place), str(digest), numbers)
        except (TypeError, ValueError, OverflowError):
            return None
    return found


def moved_paths(action, slot, record: Record) -> dict[FCurvePath, FCurvePath]:
    """The new paths of F-curves that are no longer where a record has them, by the old ones.

    A curve is known by its baked keys; where they were changed by hand as well, by its place.
    Nothing is said of curves that are not there any more.
    """
    curves = action_api.curves_of(action, slot)
    channels = dict.fromkeys(record.all_channels)
    missing = [channel for channel in channels if channel not in curves]
    strangers = [channel for channel in curves if channel not in channels]
    if not missing or not strangers:
        return {}
    noted = noted_curves(action, slot) or {}
    tables = {channel: keyframe_table.read(curves[channel]) for channel in strangers}
    places = {channel: place for place, channel in enumerate(curves)}
    moved: dict[FCurvePath, FCurvePath] = {}
    for is_same in (_has_noted_keys, _stands_at_its_place):
        for old in (channel for channel in missing if channel not in moved and channel in noted):
            owned = record.owned(old)
            for new in _alike(old, tables, moved.values()):
                table = tables[new]
                baked = table.where(lies_in(table.frames, owned)) if len(table) else table
                if len(baked) and is_same(noted[old], baked, places[new]):
                    moved[old] = new
                    break
    return moved


def _has_noted_keys(noted: NotedCurve, baked: KeyTable, _place: int) -> bool:
    return digest_of(baked) == noted.digest


def _stands_at_its_place(noted: NotedCurve, _baked: KeyTable, place: int) -> bool:
    return noted.place == place


def _alike(
    old: FCurvePath, tables: Mapping[FCurvePath, KeyTable], taken: Iterable[FCurvePath]
) -> list[FCurvePath]:
    """The paths that differ from another by names alone, and are not taken."""
    form, used = _NAME.sub("", old.path), set(taken)
    return [
        new
        for new in tables
        if new.array_index == old.array_index
        and _NAME.sub("", new.path) == form
        and new not in used
    ]


def _slots(action) -> dict[str, list]:
    return persistence.entries(persistence.document(action.get(NOTED)), list)
