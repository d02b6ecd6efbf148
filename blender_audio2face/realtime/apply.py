"""A face that shows values without keys, and has its own back whatever happens meanwhile.

A Hold hooks itself into Blender's handlers, and those lists are the only list of Holds there is:

- a change of the frame lets the animation set the face, and shows on over it;
- saving and rendering find the face as it was;
- undo takes nothing away that is still used.

Nothing is written from a render's thread. Before another file is loaded, ``registration`` ends all
Holds.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

import bpy
import numpy as np

from ..core.keys.keyframes import FCurvePath
from ..core.target_plan import TargetPlan
from ..errors import GoneError, PlanError
from .frame_columns import FrameColumns
from .held import HeldDatablock
from .rest import holds

_WATCH = 0.05
"""Seconds from one look for a render to the next."""

_RENDER_WAIT = 3.0
"""Seconds for which a render waits until the face is given back: a window that takes long to draw
its scene is that late."""


class Hold:
    """The datablocks of a face, held until ``restore``.

    Attributes:
        uids: their session_uids.
        on_given_back: is called where another than the owner ends the Hold.
    """

    def __init__(
        self, plans: Sequence[TargetPlan], on_given_back: Callable[[], None] | None = None
    ) -> None:
        """
        Args:
            plans: of the face.
            on_given_back: see Hold.

        Raises:
            PlanError: one of the datablocks is held already.
            GoneError: one of them is gone.
        """
        self.uids = frozenset(plan.uid for plan in plans)
        if any(self.uids & other.uids for other in holds()):
            raise PlanError("This face is moved in real time already: stop that first.")
        self._plans = tuple(plans)
        self.on_given_back = on_given_back
        self._columns: tuple[tuple[str, ...], FrameColumns] | None = None
        self._held = [HeldDatablock(plan) for plan in plans]
        self._saving = False
        self._rendering = threading.Event()
        self._resting = threading.Event()
        for handlers, handler in self._handlers():
            handlers.append(handler)
        bpy.app.timers.register(self._watch)

    @property
    def lost(self) -> bool:
        """Whether nothing is left of the face, or it was restored."""
        return not self._held

    def show(self, names: tuple[str, ...], values: np.ndarray) -> None:
        """Shows one frame.

        Args:
            names: C channel names.
            values: float32 [C].

        Raises:
            PresetError, MappingError: a plan names what there is not.
        """
        if self._columns is None or self._columns[0] != names:
            self._columns = names, FrameColumns(self._plans, names)
        self.put(self._columns[1](values))

    def put(self, columns: Sequence[Mapping[FCurvePath, float]]) -> None:
        """Shows values of controls.

        Args:
            columns: for each plan, in the order of the plans, what its controls are set to.
        """
        by_uid = {plan.uid: one for plan, one in zip(self._plans, columns, strict=True)}
        if self._is_resting():
            return
        self._each(lambda held: held.show(by_uid[held.plan.uid]))

    def rest(self) -> None:
        """Lets the face have its own, until something is shown again."""
        self._each(HeldDatablock.rest)

    def restore(self) -> None:
        """Gives the face back as it was. Does nothing the second time."""
        for handlers, handler in self._handlers():
            if handler in handlers:
                handlers.remove(handler)
        self._each(HeldDatablock.give_back)
        self._held = []

    def end(self) -> None:
        """``restore`` by another than the owner, who is told. Not to be called from one of the
        handlers above: Blender then skips the next one."""
        self.restore()
        if self.on_given_back is not None:
            self.on_given_back()

    def _handlers(self) -> tuple[tuple[list, Callable], ...]:
        handlers = bpy.app.handlers
        return (
            (handlers.frame_change_pre, self._before_frame),
            (handlers.frame_change_post, self._after_frame),
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

    def _each(self, act: Callable[[HeldDatablock], None]) -> None:
        """Does something with each datablock that is still there."""
        for held in tuple(self._held):
            try:
                act(held)
            except (GoneError, ReferenceError):
                self._held.remove(held)

    def _is_resting(self) -> bool:
        """Whether the face is given back for a while; called on the main thread."""
        wanted = self._saving or self._rendering.is_set()
        if wanted and not self._resting.is_set():
            self._each(HeldDatablock.give_back)
            self._resting.set()
        elif not wanted and self._resting.is_set():
            self._resting.clear()
            self._each(HeldDatablock.show_again)
        return wanted

    def _watch(self) -> float | None:
        """Blender's timer: a render that begins or ends in its thread is seen to here."""
        if self.lost:
            return None
        self._is_resting()
        return _WATCH

    def _before_frame(self, *_) -> None:
        if _on_main_thread() and not self._is_resting():
            self._each(lambda held: held.before_frame() if held.is_animated else None)

    def _after_frame(self, *_) -> None:
        if _on_main_thread() and not self._is_resting():
            self._each(lambda held: held.after_frame() if held.is_animated else None)

    def _before_save(self, *_) -> None:
        self._saving = True
        self._is_resting()

    def _after_save(self, *_) -> None:
        self._saving = False
        self._is_resting()

    def _before_undo(self, *_) -> None:
        self._each(HeldDatablock.let_go)

    def _after_undo(self, *_) -> None:
        self._each(HeldDatablock.find)
        if not self._is_resting():
            self._each(HeldDatablock.show_again)

    def _before_render(self, *_) -> None:
        """From a render's thread, waits for the main thread to give the face back."""
        self._rendering.set()
        if _on_main_thread():
            self._is_resting()
        else:
            self._resting.wait(_RENDER_WAIT)

    def _after_render(self, *_) -> None:
        self._rendering.clear()
        if _on_main_thread():
            self._is_resting()


def give_back(uids: frozenset[int]) -> None:
    """Ends every Hold that has one of the datablocks: before they are keyed, or cleared."""
    for hold in holds():
        if hold.uids & uids:
            hold.end()


def _on_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
