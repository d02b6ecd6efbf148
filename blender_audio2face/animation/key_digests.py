"""Whether baked keys were changed by hand: digests of the keys, kept on their Action.

Frames, values and interpolation are compared bit for bit; handles by sums with some tolerance, as
Blender rounds aligned handles whenever it updates a curve.
"""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np

from ..core import persistence
from ..core.background_job import NON_CANCELLABLE, MainThreadTask
from ..core.keys.frame_ranges import lies_in
from ..core.keys.keyframes import FCurvePath
from . import action_api, action_properties, keyframe_table, nla, renames
from .keyframe_table import KeyTable

DIGEST = "audio2face_fingerprint"
"""Custom property of an Action of version 0.1.0: digest of all baked keys. 0.2.0 reads it."""

HANDLE_SUMS = "audio2face_handles"
"""Custom property of an Action of version 0.1.0: [path, index, sums] of each F-curve."""


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
    tables = yield from _read(action, handle)
    for name in (DIGEST, HANDLE_SUMS, "audio2face_keyed"):  # of version 0.1.0
        action.pop(name, None)
    renames.note(action, action_api.slot_with_handle(action, handle), tables)


def was_edited(action, handle: int | None) -> MainThreadTask[bool]:
    """Whether baked keys differ from those that ``remember`` noted; one F-curve a step.

    Where they stand does not count: Blender moves them with what they are named after.
    """
    slot = action_api.slot_with_handle(action, handle)
    noted = renames.noted_curves(action, slot)
    if noted is None and action.get(DIGEST) is None:
        return False
    moved = action_properties.moved_paths(action, slot)
    tables = yield from _read(action, handle)
    if noted is None:
        if digest(tables.items()) != action[DIGEST]:
            return True
        sums = _noted_sums(action)
        return any(
            path in sums and not keyframe_table.sums_alike(table, sums[path])
            for path, table in tables.items()
        )
    before = {moved.get(path, path): curve for path, curve in noted.items()}
    present = {path: renames.digest_of(table) for path, table in tables.items()}
    if sorted(present.values()) != sorted(curve.digest for curve in before.values()):
        return True
    by_digest = {curve.digest: curve for curve in before.values()}
    for path, table in tables.items():
        curve = before.get(path)
        if curve is None or curve.digest != present[path]:
            curve = by_digest[present[path]]  # names were exchanged
        if not keyframe_table.sums_alike(table, curve.sums):
            return True
    return False


def digest(tables: Iterable[tuple[FCurvePath, KeyTable]]) -> str:
    """Digest of the frames, values and interpolations of keys, F-curve by F-curve."""
    hasher = hashlib.sha256()
    for path, table in tables:
        hasher.update(repr(tuple(path)).encode())
        for name, kind in (("co", np.float32), ("interpolation", np.int32)):
            hasher.update(np.ascontiguousarray(table.columns[name], kind).tobytes())
    return hasher.hexdigest()[:32]


def _read(action, handle: int | None) -> MainThreadTask[dict[FCurvePath, KeyTable]]:
    """The keys, by F-curve, that lie in the frame ranges of bakes."""
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
    return tables


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
