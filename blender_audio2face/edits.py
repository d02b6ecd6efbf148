"""Whether the artist changed baked keys by hand: dials must not overwrite that unasked."""

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from .actions import key_table, nla, slotted, store
from .faces import datablock_of
from .segments import lies_in
from .steps import KEPT, Steps, finished
from .target_plan import TargetPlan

_FINGERPRINT = "audio2face_fingerprint"
_COMPARED = {"co": np.float32, "interpolation": np.int32}


def remember(plans: Sequence[TargetPlan]) -> None:
    """Notes the keys as they were just baked."""
    finished(remember_steps(plans))


def remember_steps(plans: Sequence[TargetPlan]) -> Steps[None]:
    """``remember``, an F-curve a step; what was baked is kept by now."""
    for plan in plans:
        for action, slot in baked_actions(datablock_of(plan)):
            action[_FINGERPRINT] = yield from _fingerprint(action, slot)


def edited_actions(plans: Sequence[TargetPlan]) -> list[str]:
    """Names of the Actions whose baked keys are not as they were baked."""
    return [
        action.name
        for plan in plans
        for action, slot in baked_actions(datablock_of(plan))
        if _FINGERPRINT in action and action[_FINGERPRINT] != finished(_fingerprint(action, slot))
    ]


def baked_actions(datablock) -> Iterator[tuple]:
    """(Action, slot) of everything that plays baked keys on a datablock."""
    anim = datablock.animation_data
    if anim is None:
        return
    for user in (anim, *(strip for _, strip in nla.strips_of(anim))):
        slot = slotted.slot_of(user)
        if store.record_of(user.action, slot) is not None and user.action.is_editable:
            yield user.action, slot


def _fingerprint(action, slot) -> Steps[str]:
    """Digest of the keys that bakes own, moved by hand or not."""
    record = store.record_of(action, slot)
    channels = set(record.all_channels)
    digest = hashlib.sha256()
    for channel, curve in sorted(slotted.curves_of(action, slot).items()):
        if channel not in channels:
            continue
        columns = key_table.columns_of(curve, _COMPARED)
        owned = lies_in(columns["co"][:, 0], record.owned(channel))
        digest.update(repr(tuple(channel)).encode())
        for name, kind in _COMPARED.items():
            digest.update(np.ascontiguousarray(columns[name][owned], kind).tobytes())
        yield KEPT
    return digest.hexdigest()[:32]
