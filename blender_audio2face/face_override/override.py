"""A face that shows values without keys, and its own again whatever happens meanwhile.

While a FaceOverride is in use it listens to Blender:

- after a change of the frame the animation has set the face, and the override shows again over it;
- files are saved, and frames rendered, with the face as it was;
- undo invalidates references, which are looked up again.

Nothing is written from a render's thread.
"""

import threading
from collections.abc import Callable, Sequence

import bpy
import numpy as np

from ..core.keys.keyframes import FCurvePath
from ..core.realtime.frame_mapper import FrameMapper
from ..core.target_plan import TargetPlan
from ..errors import PlanError, SceneChangedError
from . import in_use
from .datablock import OverriddenDatablock

_POLL = 0.05
"""Seconds between two checks whether a render began or ended in its thread."""

_RENDER_WAIT = 3.0
"""Seconds for which a render waits until the face is restored; a window that takes long to draw its
scene is that late."""


class FaceOverride:
    """Overrides controls of a face until ``restore``.

    Attributes:
        uids: session_uids of its datablocks.
    """

    def __init__(
        self, plans: Sequence[TargetPlan], on_released: Callable[[], None] | None = None
    ) -> None:
        """
        Args:
            plans: of the face.
            on_released: is called when somebody other than the owner ends the override.

        Raises:
            PlanError: one of the datablocks is overridden already.
            SceneChangedError: one of them was removed.
        """
        self.uids = frozenset(plan.uid for plan in plans)
        if any(self.uids & other.uids for other in in_use):
            raise PlanError("This face is moved in real time already: stop that first.")
        self._plans = tuple(plans)
        self._on_released = on_released
        self._mapper: FrameMapper | None = None
        self._datablocks = {plan.uid: OverriddenDatablock(plan) for plan in plans}
        self._saving = False
        self._rendering = threading.Event()
        self._resting = threading.Event()
        for handlers, handler in self._handlers():
            handlers.append(handler)
        bpy.app.timers.register(self._poll_render)
        in_use[self] = None

    @property
    def lost(self) -> bool:
        """Whether the whole face was removed, or the override has ended."""
        return not self._datablocks

    def show(self, names: tuple[str, ...], values: np.ndarray) -> None:
        """Shows one frame of curves.

        Args:
            names: C channel names.
            values: float32 [C].

        Raises:
            PresetError, MappingError: a plan names an unknown preset or output.
        """
        if self._mapper is None or self._mapper.names != names:
            self._mapper = FrameMapper(self._plans, names)
        self.show_controls(self._mapper.channels, self._mapper(values))

    def show_controls(
        self, paths: Sequence[tuple[FCurvePath, ...]], values: Sequence[np.ndarray]
    ) -> None:
        """Shows values of controls.

        Args:
            paths: for each plan, N controls.
            values: for each plan, float32 [N].
        """
        if self._is_resting():
            return
        shown = {
            plan.uid: pair
            for plan, pair in zip(self._plans, zip(paths, values, strict=True), strict=True)
        }
        self._for_each(lambda datablock: datablock.show(*shown[datablock.plan.uid]))

    def rest(self) -> None:
        """Lets the face have its own values until others are shown."""
        self._for_each(OverriddenDatablock.rest)

    def restore(self) -> None:
        """Ends the override: the face is as it was. Does nothing the second time."""
        in_use.pop(self, None)
        for handlers, handler in self._handlers():
            if handler in handlers:
                handlers.remove(handler)
        self._for_each(OverriddenDatablock.restore)
        self._datablocks = {}

    def release(self) -> None:
        """``restore`` by somebody other than the owner, which is notified. Not to be called from
        one of the handlers below: Blender would then skip the next one."""
        self.restore()
        if self._on_released is not None:
            self._on_released()

    def _handlers(self) -> tuple[tuple[list, Callable], ...]:
        handlers = bpy.app.handlers
        return (
            (handlers.frame_change_pre, self._before_frame_change),
            (handlers.frame_change_post, self._after_frame_change),
            (handlers.save_pre, self._before_save),
            (handlers.save_post, self._after_save),
            (handlers.save_post_fail, self._after_save),
            (handlers.undo_pre, self._before_undo),
            (handlers.redo_pre, self._before_undo),
            (handlers.undo_post, self._after_undo),
            (handlers.redo_post, self._after_undo),
            (handlers.render_init, self._before_render),
            (handlers.render_complete, self._after_render),
            (handlers.render_cancel, self._after_render),
        )

    def _for_each(self, act: Callable[[OverriddenDatablock], None]) -> None:
        """Acts on each datablock that still exists, and forgets the others."""
        for uid, datablock in tuple(self._datablocks.items()):
            try:
                act(datablock)
            except (SceneChangedError, ReferenceError):
                del self._datablocks[uid]

    def _is_resting(self) -> bool:
        """Whether the face is restored while it is saved or rendered; for the main thread."""
        rests = self._saving or self._rendering.is_set()
        if rests and not self._resting.is_set():
            self._for_each(OverriddenDatablock.restore)
            self._resting.set()
        elif not rests and self._resting.is_set():
            self._resting.clear()
            self._for_each(OverriddenDatablock.show_again)
        return rests

    def _poll_render(self) -> float | None:
        """Blender's timer: follows a render that begins or ends in its thread."""
        if self.lost:
            return None
        self._is_resting()
        return _POLL

    def _before_frame_change(self, *_) -> None:
        if _on_main_thread() and not self._is_resting():
            self._for_each(OverriddenDatablock.before_frame_change)

    def _after_frame_change(self, *_) -> None:
        if _on_main_thread() and not self._is_resting():
            self._for_each(OverriddenDatablock.after_frame_change)

    def _before_save(self, *_) -> None:
        self._saving = True
        self._is_resting()

    def _after_save(self, *_) -> None:
        self._saving = False
        self._is_resting()

    def _before_undo(self, *_) -> None:
        self._for_each(OverriddenDatablock.forget)

    def _after_undo(self, *_) -> None:
        self._for_each(OverriddenDatablock.find)
        if not self._is_resting():
            self._for_each(OverriddenDatablock.show_again)

    def _before_render(self, *_) -> None:
        """From a render's thread, waits for the main thread to restore the face."""
        self._rendering.set()
        if _on_main_thread():
            self._is_resting()
        else:
            self._resting.wait(_RENDER_WAIT)

    def _after_render(self, *_) -> None:
        self._rendering.clear()
        if _on_main_thread():
            self._is_resting()


def _on_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
