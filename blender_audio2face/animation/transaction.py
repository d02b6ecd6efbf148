"""The two ends of a change: the way back, and what is left to do once nothing can fail.

Between its steps others may remove anything, which frees what Python still points at. So the way
back finds everything anew, and ``check`` tells before each step whether all is still there.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import bpy

from ..core.background_job import unless_gone
from ..errors import FACE_CHANGED, GoneError
from . import action_api


@dataclass
class Transaction:
    """What a change to a datablock's animation leaves to be done.

    Attributes:
        undo: gets the steps that put everything back as it was.
        finish: what would be hard to take back, done last; nothing of it can fail.
        dropped: (Action of ours, the one that gets its name or None), removed at the very end
            unless others use them.
        needed: each tells whether something that the change points at is there; it may raise
            ReferenceError where it is not.
        assigned: the active Action, as far as this change knows.
    """

    undo: ExitStack
    finish: list[Callable[[], None]] = field(default_factory=list)
    dropped: list[tuple[Any, Any]] = field(default_factory=list)
    needed: list[Callable[[], bool]] = field(default_factory=list)
    assigned: Any = None

    def back(self, act: Callable[..., object], *arguments: object) -> None:
        """Adds a step to the way back, passed over where a datablock of it is gone by then. It is
        given datablocks alone, and finds what belongs to them."""
        self.undo.callback(unless_gone, act, *arguments)

    def need_action(self, action, slot) -> None:
        """Has ``check`` look for an Action and its slot."""
        handle = action_api.handle_of(slot)
        self.needed.append(lambda: action_api.has_slot(action, handle))

    def check(self) -> None:
        """Raises GoneError where something that the change points at is gone."""
        try:
            is_whole = all(is_there() for is_there in self.needed)
        except ReferenceError:
            is_whole = False
        if not is_whole:
            raise GoneError(FACE_CHANGED)

    def done(self) -> None:
        """Does what is left to do."""
        for step in self.finish:
            step()
        for action, successor in self.dropped:
            if action.users - action.use_fake_user > 0:
                continue
            name = action.name
            bpy.data.actions.remove(action)
            if successor is not None:
                successor.name = name
        self.finish.clear()
        self.dropped.clear()
