"""A change to a datablock's animation: how it is undone, and what remains to be done after it.

Between the steps of a change other code may remove anything, which frees what Python still points
at. So undoing looks everything up again, and ``check`` tells before each step whether all that the
change needs still exists.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import bpy

from ..core.background_job import unless_removed
from ..errors import FACE_CHANGED, SceneChangedError
from . import action_api


@dataclass
class Transaction:
    """A change to a datablock's animation that is not complete yet.

    Attributes:
        undo: gets the steps that restore everything.
        last_steps: what would be hard to undo and cannot fail; done by ``complete``.
        obsolete: (Action of ours, the Action that gets its name or None); ``complete`` removes
            them unless they have other users.
        conditions: each tells whether something that the change needs still exists; may raise
            ReferenceError where it does not.
        expected_action: the active Action, as far as this change knows.
    """

    undo: ExitStack
    last_steps: list[Callable[[], None]] = field(default_factory=list)
    obsolete: list[tuple[Any, Any]] = field(default_factory=list)
    conditions: list[Callable[[], bool]] = field(default_factory=list)
    expected_action: Any = None

    def on_undo(self, act: Callable[..., object], *arguments: object) -> None:
        """Adds a step to ``undo``, which is skipped if a datablock among its arguments was removed.

        Pass datablocks only, and let the step look up what belongs to them.
        """
        self.undo.callback(unless_removed, act, *arguments)

    def require_action(self, action, slot) -> None:
        """Makes an Action and its slot a condition."""
        handle = action_api.handle_of(slot)
        self.conditions.append(lambda: action_api.has_slot(action, handle))

    def check(self) -> None:
        """Raises SceneChangedError where a condition is not met any more."""
        try:
            is_whole = all(condition() for condition in self.conditions)
        except ReferenceError:
            is_whole = False
        if not is_whole:
            raise SceneChangedError(FACE_CHANGED)

    def complete(self) -> None:
        """Takes the last steps and removes obsolete Actions."""
        for step in self.last_steps:
            step()
        removed: set[int] = set()
        for action, successor in self.obsolete:
            if id(action) in removed or action.users - action.use_fake_user > 0:
                continue
            name = action.name
            removed.add(id(action))
            bpy.data.actions.remove(action)
            if successor is not None:
                successor.name = name
        self.last_steps.clear()
        self.obsolete.clear()
