"""How loud a strip plays, read from its properties and their keyframes."""

import bpy
import numpy as np

from . import sequencer_api
from .timing import StripTiming
from .volume import Volume


def strip_volume(scene, strip, timing: StripTiming) -> Volume:
    """Volume of a strip times those of the meta strips around it (which have one from 5.0 on).

    Keyframes of the scene's active Action count; a volume that is driven or comes from the NLA is
    taken as it is at the current frame.
    """
    frames = np.arange(timing.left_handle, timing.right_handle + 1)
    gains = np.ones(len(frames))
    for one in sequencer_api.family(strip):
        if not hasattr(one, "volume"):
            continue
        curve = _fcurve(scene, one.path_from_id("volume"))
        gains *= one.volume if curve is None else [curve.evaluate(frame) for frame in frames]
    return Volume.of(gains)


def silenced(scene, strip) -> bool:
    """Whether a strip's volume, or that of a meta strip around it, stands at 0."""
    return any(
        one.volume == 0.0 and _fcurve(scene, one.path_from_id("volume")) is None
        for one in sequencer_api.family(strip)
        if hasattr(one, "volume")
    )


def _fcurve(scene, path: str):
    """The F-curve that moves a property of the scene now, or None."""
    animation = scene.animation_data
    if animation is None or animation.action is None:
        return None
    for curve in _fcurves(animation):
        if curve.data_path == path and not curve.mute and len(curve.keyframe_points) > 0:
            return curve
    return None


def _fcurves(animation) -> list:
    if bpy.app.version < (4, 4, 0):
        return list(animation.action.fcurves)
    slot = animation.action_slot
    if slot is None:
        return []
    bags = [strip.channelbag(slot) for layer in animation.action.layers for strip in layer.strips]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]
