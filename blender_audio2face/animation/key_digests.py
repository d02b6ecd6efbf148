"""Digests of the keys that were baked, kept on the Action that has them: a dial passes over the
F-curves that would get the same keys again."""

import hashlib
import json
from collections.abc import Iterable, Mapping

import numpy as np

from ..core import persistence
from ..core.keys.keyframes import Keys
from ..core.keys.slicing import FCurvePath
from . import action_api

KEYED = "audio2face_keyed"
"""Custom property of an Action of ours: slot handle -> [path, index, digest] of its channels."""


def digest(keys: Iterable[Keys]) -> str:
    """What tells the keys of one F-curve, strip by strip, from any others."""
    hasher = hashlib.blake2b(digest_size=12)
    for one in keys:
        hasher.update(f"{len(one.frames)} {one.slopes is None} ".encode())
        for kind, numbers in ((np.float64, one.frames), (np.float32, one.values)):
            hasher.update(np.ascontiguousarray(numbers, kind).data)
        if one.slopes is not None:
            hasher.update(np.ascontiguousarray(one.slopes, np.float32).data)
    return hasher.hexdigest()


def read(action, slot) -> dict[FCurvePath, str]:
    """The digests kept for a slot; empty where there are none of ours."""
    rows = persistence.rows(_all(action).get(str(action_api.handle_of(slot))), str, int, str) or ()
    return {FCurvePath(path, index): told for path, index, told in rows}


def write(action, slot, digests: Mapping[FCurvePath, str]) -> None:
    """Keeps a slot's digests in place of those it had."""
    all_slots = _all(action)
    own = [[*channel, told] for channel, told in digests.items()]
    action[KEYED] = json.dumps({**all_slots, str(action_api.handle_of(slot)): own})


def _all(action) -> dict[str, list]:
    return persistence.names(persistence.document(action.get(KEYED)), list)
