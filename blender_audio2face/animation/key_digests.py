"""Whether baked keys were changed by hand: digests of the keys, kept on their Action.

Frames, values and interpolation are compared bit for bit; handles by sums with some tolerance, as
Blender rounds aligned handles whenever it updates a curve.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator

import numpy as np

from ..core import persistence
from ..core.background_job import NON_CANCELLABLE, MainThreadTask
from ..core.keys.frame_ranges import lies_in
from ..core.keys.keyframes import FCurvePath
from . import action_api, action_properties, keyframe_table, nla
from .keyframe_table import KeyTable

DIGEST = "audio2face_fingerprint"
"""Custom property of an Action: digest of the baked frames, values and interpolations."""

HANDLE_SUMS = "audio2face_handles"
"""Custom property of an Action: [path, index, sums] of each F-curve with baked keys."""


def baked_actions(datablock) -> Iterator[tuple]:
    """(Action, slot) of everything that plays baked keys on a datablock."""
    anim = datablock.animation_data
    if anim is None:
        return
    for user in (anim, *(strip for _, strip in nla.strips_of(anim))):
        slot = action_api.slot_of(user)
        if action_properties.record_of(user.action, slot) is not None and user.action.is_editable:
            yield user.action, slot


def remember(action, handle: int | None) -> MainThreadTask[None]:
    """Notes the baked keys of the slot with a handle as they are, one F-curve a step.

    Raises ReferenceError where the Action was removed between two steps.
    """
    present, tables = yield from _read(action, handle)
    action.pop("audio2face_keyed", None)  # of version 0.1.0
    action[DIGEST] = present
    action[HANDLE_SUMS] = json.dumps(
        [
            [*path, np.round(keyframe_table.handle_sums(table), 6).ravel().tolist()]
            for path, table in tables.items()
        ]
    )


def was_edited(action, handle: int | None) -> MainThreadTask[bool]:
    """Whether baked keys differ from those that ``remember`` noted; one F-curve a step."""
    noted = action.get(DIGEST)
    if noted is None:
        return False
    present, tables = yield from _read(action, handle)
    if present != noted:
        return True
    sums = _noted_sums(action)
    return any(
        path in sums and not keyframe_table.sums_alike(table, sums[path])
        for path, table in tables.items()
    )


def digest(tables: Iterable[tuple[FCurvePath, KeyTable]]) -> str:
    """Digest of the frames, values and interpolations of keys, F-curve by F-curve."""
    hasher = hashlib.sha256()
    for path, table in tables:
        hasher.update(repr(tuple(path)).encode())
        for name, kind in (("co", np.float32), ("interpolation", np.int32)):
            hasher.update(np.ascontiguousarray(table.columns[name], kind).tobytes())
    return hasher.hexdigest()[:32]


def _read(action, handle: int | None) -> MainThreadTask[tuple[str, dict[FCurvePath, KeyTable]]]:
    """(digest, keys by F-curve) of the keys that lie in the frame ranges of bakes."""
    slot = action_api.slot_with_handle(action, handle)
    record = action_properties.record_of(action, slot)
    paths = set(record.all_channels) & action_api.curves_of(action, slot).keys()
    tables: dict[FCurvePath, KeyTable] = {}
    for path in sorted(paths):
        curve = action_api.curve_of(action, action_api.slot_with_handle(action, handle), path)
        if curve is None:
            continue  # it was removed between two steps
        table = keyframe_table.read(curve)
        if len(table):
            owned = lies_in(table.frames, record.owned(path))
            tables[path] = table.where(owned)
        yield NON_CANCELLABLE
    return digest(tables.items()), tables


def _noted_sums(action) -> dict[FCurvePath, np.ndarray]:
    rows = persistence.document(action.get(HANDLE_SUMS))
    sums = {}
    for row in rows if isinstance(rows, list) else ():
        try:
            path, index, numbers = row
            sums[FCurvePath(str(path), int(index))] = np.array(numbers, float).reshape(-1, 2)
        except (TypeError, ValueError, OverflowError):
            continue
    return sums
