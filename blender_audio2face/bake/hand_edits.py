"""Whether the artist changed baked keys by hand: dials must not overwrite that unasked."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from ..animation import action_api, action_properties, keyframe_table, nla
from ..core.background_job import NON_CANCELLABLE, MainThreadTask, run_to_completion
from ..core.keys.frame_ranges import lies_in
from ..core.target_plan import TargetPlan
from ..errors import GoneError
from ..scene.face_plan import datablock_of

_FINGERPRINT = "audio2face_fingerprint"
_COMPARED = {"co": np.float32, "interpolation": np.int32}


def remember(plans: Sequence[TargetPlan]) -> None:
    """Notes the keys as they were just baked."""
    run_to_completion(remember_steps(plans))


def remember_steps(plans: Sequence[TargetPlan]) -> MainThreadTask[None]:
    """``remember``, an F-curve a step; what was baked is kept by now. What is gone by then is left
    out."""
    for plan in plans:
        try:
            found = tuple(baked_actions(datablock_of(plan)))
        except GoneError:
            continue
        for action, handle in [(action, action_api.handle_of(slot)) for action, slot in found]:
            with suppress(ReferenceError):
                action[_FINGERPRINT] = yield from _fingerprint(action, handle)


def edited_actions(plans: Sequence[TargetPlan]) -> list[str]:
    """Names of the Actions whose baked keys are not as they were baked."""
    return [
        action.name
        for plan in plans
        for action, slot in baked_actions(datablock_of(plan))
        if _FINGERPRINT in action and action[_FINGERPRINT] != _now(action, slot)
    ]


def baked_actions(datablock) -> Iterator[tuple]:
    """(Action, slot) of everything that plays baked keys on a datablock."""
    anim = datablock.animation_data
    if anim is None:
        return
    for user in (anim, *(strip for _, strip in nla.strips_of(anim))):
        slot = action_api.slot_of(user)
        if action_properties.record_of(user.action, slot) is not None and user.action.is_editable:
            yield user.action, slot


def _now(action, slot) -> str:
    return run_to_completion(_fingerprint(action, action_api.handle_of(slot)))


def _fingerprint(action, handle: int | None) -> MainThreadTask[str]:
    """Digest of the keys that bakes own in the slot with a handle, moved by hand or not.

    Raises ReferenceError where the Action was removed between two steps.
    """
    slot = action_api.slot_with_handle(action, handle)
    record = action_properties.record_of(action, slot)
    channels = set(record.all_channels)
    digest = hashlib.sha256()
    for channel in sorted(channels & action_api.curves_of(action, slot).keys()):
        slot = action_api.slot_with_handle(action, handle)
        curve = action_api.curve_of(action, slot, channel)
        if curve is None:
            continue  # it was removed between two steps
        columns = keyframe_table.columns_of(curve, _COMPARED)
        owned = lies_in(columns["co"][:, 0], record.owned(channel))
        digest.update(repr(tuple(channel)).encode())
        for name, kind in _COMPARED.items():
            digest.update(np.ascontiguousarray(columns[name][owned], kind).tobytes())
        yield NON_CANCELLABLE
    return digest.hexdigest()[:32]
