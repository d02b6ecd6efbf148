"""Shows controls of a face at their full values for a moment; nothing of it stays."""

from collections.abc import Sequence

import bpy
import numpy as np

from ..core.target_plan import TargetPlan, at_full
from ..scene.redraw import redraw_views
from .override import FaceOverride

SECONDS = 1.0

_shown: "set[FaceOverride]" = set()


def show_for_a_moment(plans: Sequence[TargetPlan]) -> None:
    """Shows every planned control at its full value, for ``SECONDS``.

    Without a window, where no timer fires, the face is given back at once.

    Raises:
        PlanError: the face is moved by a preview or in real time.
        SceneChangedError: it was removed.
    """
    for override in tuple(_shown):
        _end(override)
    values = [at_full(plan) for plan in plans]
    override = FaceOverride(plans)
    _shown.add(override)
    override.show_controls(
        [tuple(each) for each in values],
        [np.array(list(each.values()), np.float32) for each in values],
    )
    if bpy.app.background:
        _end(override)
        return
    redraw_views()
    bpy.app.timers.register(lambda: _end(override), first_interval=SECONDS)


def _end(override: FaceOverride) -> None:
    if override in _shown:
        _shown.remove(override)
        override.restore()
        redraw_views()
